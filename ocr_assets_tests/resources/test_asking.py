"""What a run is still to be asked for, and what lies where, on both kinds of ledger."""

from __future__ import annotations

import hashlib

from ocr.assembly import STAGES
from resources.lake import Manifest
from resources.ledger import Ledger, NewDocument, input_hash
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
        cut_batches(connection, sensor, lambda keys: [keys[:2]] if keys else [])


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
        settle(connection, batch)
    assert outstanding(ledger.engine, "bucket") == []
    arrive(ledger, "copy", "a")
    assert wanted(ledger.engine, "bucket") == [third]


def test_a_document_that_was_lost_is_wanted_again_under_another_run_key_when_it_is_back(ledger: Ledger) -> None:
    key = arrive(ledger, "a", "a")
    cut(ledger)
    (batch,) = outstanding(ledger.engine, "bucket")
    with ledger.transaction() as connection:
        settle(connection, batch)
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
