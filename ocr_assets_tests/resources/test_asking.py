"""What a run is still to be asked for, what becomes of it, and what lies where, on both kinds of ledger."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sqlalchemy import event

from ocr.assembly import STAGES
from resources.lake import Manifest
from resources.ledger import Ledger, NewDocument, batches, input_hash
from resources.ledger.asking import cut_batches, ends_of, outstanding, settle, wanted
from resources.ledger.places import known_objects


def arrive(ledger: Ledger, place: str, content: str, asked_by: str = "bucket", version: str = "") -> str:
    digest = hashlib.sha256(content.encode()).hexdigest()
    uri = f"s3://scans/{place}" + (f"?versionId={version}" if version else "")
    arrival = NewDocument(
        f"{content}-{digest[:12]}", digest, place, uri, len(content), 1.0, etag=digest[:8], asked_by=asked_by
    )
    ledger.register([arrival])
    return arrival.document


def cut(ledger: Ledger, sensor: str = "bucket") -> None:
    with ledger.transaction() as connection:
        cut_batches(connection, sensor, lambda keys, _: [keys[:2]])


def lose(ledger: Ledger, document: str) -> None:
    """Record that the document's bytes were gone when it was to be read."""
    (of,) = ledger.documents([document])
    given = input_hash(STAGES[0], of.sha256, {})
    why = {"stage": STAGES[0], "code": "source_changed", "message": "gone", "advice": "add it again", "page": None}
    ledger.record(Manifest(document, STAGES[0], "v", given, "f", "", 0.1, 0, "2026-01-01T00:00:00", rejection=why))


def test_a_document_is_wanted_then_in_a_batch_then_done_with(ledger: Ledger) -> None:
    first, second, third = (arrive(ledger, name, name) for name in "abc")
    assert wanted(ledger.engine, "bucket") == [first, second, third]
    assert wanted(ledger.engine, "inbox") == []
    cut(ledger)
    (batch,) = outstanding(ledger.engine, "bucket")
    assert (ends_of(batch), wanted(ledger.engine, "bucket")) == ((first, second), [third])
    with ledger.transaction() as connection:
        settle(connection, batch, "bucket")
    assert outstanding(ledger.engine, "bucket") == []
    arrive(ledger, "copy", "a")
    assert wanted(ledger.engine, "bucket") == [third]


def test_a_document_that_was_lost_is_wanted_again_under_another_run_key_when_it_is_back(ledger: Ledger) -> None:
    key = arrive(ledger, "a", "a")
    cut(ledger)
    (batch,) = outstanding(ledger.engine, "bucket")
    with ledger.transaction() as connection:
        settle(connection, batch, "bucket")
    lose(ledger, key)
    assert known_objects(ledger.engine, ["s3://scans/a"]) == {}
    arrive(ledger, "a", "a")
    cut(ledger)
    (again,) = outstanding(ledger.engine, "bucket")
    assert ends_of(again) == ends_of(batch) and again != batch


def test_a_document_that_nobody_asked_for_is_wanted_when_somebody_does(ledger: Ledger) -> None:
    key = arrive(ledger, "a", "a", asked_by="")
    assert wanted(ledger.engine, "requests") == []
    arrive(ledger, "a", "a", asked_by="requests")
    assert wanted(ledger.engine, "requests") == [key]


def begin(ledger: Ledger) -> str:
    """Cut a batch and give it its run."""
    cut(ledger)
    (batch,) = outstanding(ledger.engine, "bucket")
    with ledger.transaction() as connection:
        settle(connection, batch, "bucket")
    return batch


def end(ledger: Ledger, batch: str, now: float = 0.0, *, for_good: bool = False) -> str | None:
    with ledger.transaction() as connection:
        return batches.ended(connection, batch, "run", "its run failed", now, for_good=for_good)


def ask_again(ledger: Ledger, batch: str) -> None:
    with ledger.transaction() as connection:
        batches.ask_again(connection, batch, "bucket")


def test_a_batch_is_done_with_when_its_documents_have_outcomes(ledger: Ledger) -> None:
    first, second = (arrive(ledger, name, name) for name in "ab")
    batch = begin(ledger)
    assert batches.due(ledger.engine, "bucket", 0.0, 10) == [(batch, "begun")]
    assert batches.due(ledger.engine, "inbox", 0.0, 10) == []
    lose(ledger, first)
    lose(ledger, second)
    assert end(ledger, batch) is None
    assert batches.due(ledger.engine, "bucket", 1e9, 10) == []


def test_what_a_failed_run_left_is_wanted_again_after_a_while_and_what_has_an_outcome_is_not(ledger: Ledger) -> None:
    first, second = (arrive(ledger, name, name) for name in "ab")
    batch = begin(ledger)
    lose(ledger, first)
    assert end(ledger, batch, now=1_000.0) == "failed"
    assert wanted(ledger.engine, "bucket") == []
    assert batches.due(ledger.engine, "bucket", 1_000.0 + batches.FIRST_DELAY - 1, 10) == []
    assert batches.due(ledger.engine, "bucket", 1_000.0 + batches.FIRST_DELAY, 10) == [(batch, "failed")]
    for _ in range(2):
        ask_again(ledger, batch)
    assert wanted(ledger.engine, "bucket") == [second]
    again = begin(ledger)
    assert again != batch
    assert end(ledger, again, now=0.0) == "failed"
    assert batches.due(ledger.engine, "bucket", 2 * batches.FIRST_DELAY - 1, 10) == []


def test_documents_are_given_up_after_some_tries_and_no_more_so_when_they_have_an_outcome(ledger: Ledger) -> None:
    first, second = (arrive(ledger, name, name) for name in "ab")
    states = []
    for _ in range(batches.MOST_TRIES + 1):
        batch = begin(ledger)
        states.append(end(ledger, batch))
        if states[-1] == "failed":
            ask_again(ledger, batch)
    assert states == ["failed"] * batches.MOST_TRIES + ["given_up"]
    (given_up,) = batches.given_up(ledger.engine, "bucket")
    assert (given_up.documents, given_up.run, given_up.why) == ((first, second), "run", "its run failed")
    assert batches.given_up(ledger.engine, "inbox") == []
    lose(ledger, first)
    assert [one.documents for one in batches.given_up(ledger.engine)] == [(second,)]
    lose(ledger, second)
    assert batches.given_up(ledger.engine) == []


def test_what_a_person_ended_is_given_up_at_once(ledger: Ledger) -> None:
    arrive(ledger, "a", "a")
    assert end(ledger, begin(ledger), for_good=True) == "given_up"


def test_what_is_given_up_is_wanted_again_when_somebody_asks_for_it(ledger: Ledger) -> None:
    first, second = (arrive(ledger, name, name) for name in "ab")
    batch = begin(ledger)
    (of,) = ledger.documents([first])
    given = input_hash(STAGES[0], of.sha256, {})
    ledger.record(Manifest(first, STAGES[0], "v", given, "f", "h", 0.1, 0, "2026-01-01T00:00:00"))
    arrive(ledger, "a", "a", asked_by="requests")
    assert wanted(ledger.engine, "requests") == []
    end(ledger, batch, for_good=True)
    arrive(ledger, "a", "a", asked_by="requests")
    assert wanted(ledger.engine, "requests") == [first]
    assert [one.documents for one in batches.given_up(ledger.engine)] == [(second,)]


def test_documents_tried_as_often_share_a_batch_and_others_do_not(ledger: Ledger) -> None:
    first = arrive(ledger, "a", "a")
    batch = begin(ledger)
    end(ledger, batch)
    second = arrive(ledger, "b", "b")
    ask_again(ledger, batch)
    cut(ledger)
    assert [ends_of(one) for one in outstanding(ledger.engine, "bucket")] == [(first, first), (second, second)]


def test_looking_at_batches_scans_no_table(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    arrive(ledger, "a", "a")
    batch = begin(ledger)
    asked: list[tuple[str, Any]] = []
    event.listen(ledger.engine, "before_cursor_execute", lambda *of: asked.append(of[2:4]))
    batches.due(ledger.engine, "bucket", 0.0, 10)
    end(ledger, batch)
    ask_again(ledger, batch)
    with ledger.engine.connect() as connection:
        plans = [
            str(row)
            for statement, values in asked
            if statement.startswith(("SELECT", "UPDATE", "DELETE"))
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert len(plans) >= 5
    assert not [plan for plan in plans if "SCAN" in plan]


def test_what_lies_at_a_place_is_known_by_its_newest_content(ledger: Ledger) -> None:
    old, new = arrive(ledger, "a", "one", version="1"), arrive(ledger, "a", "three", version="2")
    assert known_objects(ledger.engine, ["s3://scans/a", "s3://scans/b"]) == {
        "s3://scans/a": (hashlib.sha256(b"three").hexdigest()[:8], 5)
    }
    assert [document.superseded_by for document in ledger.documents([old, new])] == [new, None]
    arrive(ledger, "a", "one", version="3")
    assert [document.superseded_by for document in ledger.documents([old, new])] == [None, old]
    assert ledger.documents([old])[0].uri.endswith("versionId=3")


def test_a_document_that_lies_elsewhere_too_is_not_superseded(ledger: Ledger) -> None:
    both = arrive(ledger, "a", "same")
    arrive(ledger, "b", "same")
    arrive(ledger, "b", "other")
    (document,) = ledger.documents([both])
    assert (document.superseded_by, document.uri) == (None, "s3://scans/a")
