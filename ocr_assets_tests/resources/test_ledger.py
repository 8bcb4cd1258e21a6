import hashlib
import re
from pathlib import Path
from typing import Any

from sqlalchemy import event

from ocr.assembly import STAGES
from resources.lake import Manifest
from resources.ledger import Ledger, NewDocument, input_hash

FINGERPRINTS = dict.fromkeys(STAGES, "f1")


def arrival(name: str, content: str, uri: str | None = None) -> NewDocument:
    digest = hashlib.sha256(content.encode()).hexdigest()
    return NewDocument(f"{name}-{digest[:6]}", digest, name, uri or f"file:///{name}", len(content), 1.0)


def read(ledger: Ledger, key: str, stages: tuple[str, ...] = STAGES, fingerprint: str = "f1") -> None:
    """Record outcomes as a run would."""
    (document,) = ledger.documents([key])
    hashes = {stage: output.output_hash for stage, output in ledger.outputs([key]).get(key, {}).items()}
    for stage in stages:
        given = input_hash(stage, document.sha256, hashes)
        hashes[stage] = f"out of {stage} from {given} by {fingerprint}"
        ledger.record(manifest(key, stage, given, fingerprint, hashes[stage]))


def manifest(key: str, stage: str, given: str, fingerprint: str, output: str, **more: Any) -> Manifest:
    version = f"{given}{fingerprint}"
    return Manifest(key, stage, version, given, fingerprint, output, 1.0, 0, "2026-01-01T00:00:00", **more)


def test_the_same_bytes_under_another_name_are_the_same_document(ledger: Ledger) -> None:
    assert len(ledger.register([arrival("a", "bytes")])) == 1
    assert ledger.register([arrival("copy", "bytes")]) == []
    assert len(ledger.documents()) == 1
    assert set(ledger.known_files()) == {"file:///a", "file:///copy"}


def test_new_bytes_under_a_known_name_supersede_the_old_document(ledger: Ledger) -> None:
    (old,) = ledger.register([arrival("a", "one")])
    (new,) = ledger.register([arrival("a", "two")])
    assert [(d.document, d.superseded_by) for d in ledger.documents()] == [(old, new), (new, None)]
    assert [item.document for item in ledger.pending(FINGERPRINTS)] == [new]


def test_what_was_read_is_not_pending_and_a_new_fingerprint_makes_it_stale_from_that_stage_on(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    assert ledger.pending(FINGERPRINTS)[0].stage == "raw_document"
    read(ledger, key)
    assert ledger.pending(FINGERPRINTS) == []
    (item,) = ledger.pending(FINGERPRINTS | {"text": "f2"})
    assert (item.stage, item.why) == ("text", "made by another model or setting")


def test_an_output_that_changed_makes_the_stages_that_read_it_stale(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    read(ledger, key)
    read(ledger, key, ("pages",), fingerprint="f2")
    (item,) = ledger.pending(FINGERPRINTS | {"pages": "f2"})
    assert (item.stage, item.why) == ("regions", "its input changed")


def test_an_equal_output_of_a_new_model_leaves_later_stages_fresh(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    read(ledger, key)
    pages = ledger.outputs([key])[key]["pages"]
    ledger.record(manifest(key, "pages", pages.input_hash, "f2", pages.output_hash))
    assert ledger.pending(FINGERPRINTS | {"pages": "f2"}) == []


def test_a_rejection_ends_the_way_of_a_document_until_it_is_to_be_retried(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    (document,) = ledger.documents([key])
    why = {"stage": "raw_document", "code": "broken", "message": "m", "advice": "a", "page": None}
    given = input_hash("raw_document", document.sha256, {})
    ledger.record(manifest(key, "raw_document", given, "f1", "", rejection=why))
    assert ledger.pending(FINGERPRINTS) == []
    assert ledger.forget_rejections() == 1
    assert [item.document for item in ledger.pending(FINGERPRINTS)] == [key]


def test_a_document_whose_file_was_gone_is_read_when_it_is_added_again(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    (document,) = ledger.documents([key])
    why = {"stage": "raw_document", "code": "source_changed", "message": "m", "advice": "a", "page": None}
    given = input_hash("raw_document", document.sha256, {})
    ledger.record(manifest(key, "raw_document", given, "f1", "", rejection=why))
    assert ledger.pending(FINGERPRINTS) == []
    ledger.register([arrival("a", "one", uri="file:///moved/a")])
    assert [item.document for item in ledger.pending(FINGERPRINTS)] == [key]


def test_attempts_count_until_an_outcome_is_recorded(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    assert [ledger.begin(key, "raw_document", "v") for _ in range(3)] == [0, 1, 2]
    read(ledger, key, ("raw_document",))
    assert ledger.begin(key, "raw_document", "v") == 0


def test_the_state_changes_with_every_outcome_and_is_what_was_published(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    before = ledger.state()
    read(ledger, key)
    assert ledger.state() != before
    ledger.publish(ledger.state(), 1)
    assert ledger.published_state() == ledger.state()


def test_a_ledger_rebuilt_from_manifests_knows_what_was_read(ledger: Ledger, tmp_path: Path) -> None:
    new = arrival("a", "one")
    (key,) = ledger.register([new])
    raw = {"sha256": new.sha256, "name": "a", "uri": "file:///a", "size": 3}
    found = []
    hashes: dict[str, str] = {}
    for stage in STAGES:
        given = input_hash(stage, new.sha256, hashes)
        hashes[stage] = f"out {stage}"
        data = raw if stage == "raw_document" else {}
        found.append(manifest(key, stage, given, "f1", hashes[stage], data=data))
    fresh = Ledger(f"sqlite:///{tmp_path / 'fresh.db'}")
    assert fresh.rebuild(found) == len(STAGES)
    assert [d.document for d in fresh.documents()] == [key]
    assert fresh.pending(FINGERPRINTS) == []


def test_what_is_recorded_of_a_document_is_found_by_its_key_however_many_there_are() -> None:
    ledger = Ledger("sqlite://")
    (key,) = ledger.register([arrival("a", "one")])
    statements: dict[str, Any] = {}
    event.listen(ledger.engine, "before_cursor_execute", lambda *given: statements.setdefault(given[2], given[3]))
    read(ledger, key)
    ledger.begin(key, "pages", "v")
    ledger.forgive(key, "pages", "v")
    ledger.register([arrival("a", "two")])
    with ledger.engine.connect() as connection:
        for statement, values in [(s, v) for s, v in statements.items() if not s.startswith("BEGIN")]:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            read_by = [step for step in plan if step.startswith(("SCAN", "SEARCH"))]
            assert all(re.search(r"\((document|sha256|uri|subject|name|id)=", step) for step in read_by), (
                statement,
                plan,
            )
