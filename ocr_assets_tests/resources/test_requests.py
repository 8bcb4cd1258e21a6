from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from ocr.assembly import STAGES
from resources.events.sender import LARGEST
from resources.lake import Manifest
from resources.ledger import Ledger, NewDocument, input_hash, schema
from resources.ledger.outcomes import MOST_NAMED, outcome_of
from resources.ledger.refusals import Refusal, known_refusals, refuse
from resources.ledger.requests import NewRequest, enter, requests, turn_down


def registered(ledger: Ledger, content: str = "bytes") -> str:
    digest = hashlib.sha256(content.encode()).hexdigest()
    arrival = NewDocument(f"a-{digest[:12]}", digest, "a", f"s3://in/{content}", len(content), 1.0, asked_by="requests")
    ledger.register([arrival])
    return arrival.document


def read(ledger: Ledger, key: str, rejection: dict[str, Any] | None = None) -> None:
    (document,) = ledger.documents([key])
    hashes: dict[str, str] = {}
    for stage in STAGES:
        given = input_hash(stage, document.sha256, hashes)
        hashes[stage] = f"out of {stage}"
        ledger.record(
            Manifest(key, stage, given, given, "f", hashes[stage], 1.0, 0, "2026-01-01T00:00:00", rejection=rejection)
        )
        if rejection is not None:
            return


def ask(ledger: Ledger, key: str, id_: str, reply_to: str = "me") -> bool:
    with ledger.transaction() as connection:
        return enter(connection, NewRequest(id_, "s3://in/bytes", reply_to=reply_to), key, outcome_of(connection, key))


def told(ledger: Ledger) -> list[tuple[str, list[str]]]:
    """Kind and the requests answered by each event, in order."""
    table = schema.outbox
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(table.c.kind, table.c.detail).order_by(table.c.position)).all()
    return [(row.kind, [asker["id"] for asker in json.loads(row.detail).get("requests", [])]) for row in rows]


def test_the_outcome_of_a_document_asked_for_twice_answers_both(ledger: Ledger) -> None:
    key = registered(ledger)
    assert ask(ledger, key, "one") and ask(ledger, key, "two")
    read(ledger, key)
    assert told(ledger) == [("DocumentRead", ["one", "two"])]
    assert {row["outcome"] for row in requests(ledger.engine)} == {"answered"}


def test_a_request_for_a_document_that_was_read_is_answered_at_once_and_alone(ledger: Ledger) -> None:
    key = registered(ledger)
    read(ledger, key)
    ask(ledger, key, "late")
    assert told(ledger) == [("DocumentRead", []), ("DocumentRead", ["late"])]


def test_the_same_request_again_changes_nothing(ledger: Ledger) -> None:
    key = registered(ledger)
    read(ledger, key)
    assert ask(ledger, key, "one")
    assert not ask(ledger, key, "one")
    assert len(told(ledger)) == 2


def test_a_request_whose_document_comes_to_the_same_end_again_is_answered_too(ledger: Ledger) -> None:
    why = {"code": "source_changed", "message": "gone", "advice": "add it again", "stage": "raw_document"}
    key = registered(ledger)
    read(ledger, key, rejection=why)
    registered(ledger)
    ask(ledger, key, "one")
    assert told(ledger) == [("DocumentRejected", [])]
    read(ledger, key, rejection=why)
    assert told(ledger) == [("DocumentRejected", []), ("DocumentRejected", ["one"])]


def test_a_request_that_cannot_be_met_is_recorded_and_answered(ledger: Ledger) -> None:
    refusal = Refusal("s3://in/none", "", "none", "source_missing", "not there", "send it again")
    request = NewRequest("one", "s3://in/none", reply_to="me")
    for _ in range(2):
        with ledger.transaction() as connection:
            turn_down(connection, request, refusal)
    assert told(ledger) == [("DocumentRejected", ["one"])]
    (row,) = requests(ledger.engine)
    assert (row["outcome"], row["document"]) == ("source_missing", None)


def test_a_refused_object_is_told_of_once_for_each_content(ledger: Ledger) -> None:
    for etag in ("e1", "e1", "e2"):
        with ledger.transaction() as connection:
            refuse(connection, Refusal("s3://in/big", etag, "big", "over_limit", "too large", "split it"))
    assert told(ledger) == [("DocumentRejected", []), ("DocumentRejected", [])]
    assert known_refusals(ledger.engine, ["s3://in/big"]) == {("s3://in/big", "e1"), ("s3://in/big", "e2")}


def test_more_requests_than_an_event_has_room_for_are_each_answered(ledger: Ledger) -> None:
    key = registered(ledger)
    asked = [f"r{number:02}" for number in range(30)]
    for id_ in asked:
        ask(ledger, key, id_)
    read(ledger, key)
    first, *others = told(ledger)
    assert len(first[1]) == MOST_NAMED and all(len(ids) == 1 for _, ids in others)
    assert sorted([*first[1], *(id_ for _, ids in others for id_ in ids)]) == asked
    assert {row["outcome"] for row in requests(ledger.engine)} == {"answered"}


def test_an_event_that_names_as_many_requests_as_it_may_fits_into_what_the_bus_takes(ledger: Ledger) -> None:
    key = registered(ledger)
    for number in range(MOST_NAMED):
        request = NewRequest("ü" * 190 + f"{number:03}", "s3://in/bytes", reply_to="ü" * 497 + f"{number:03}")
        options = {"text": "\x7f" * 1980}
        with ledger.transaction() as connection:
            enter(connection, replace(request, options=options), key, outcome_of(connection, key))
    read(ledger, key)
    with ledger.engine.connect() as connection:
        (detail,) = connection.execute(sa.select(schema.outbox.c.detail)).scalars()
    assert len(detail.encode()) < LARGEST * 3 / 4
