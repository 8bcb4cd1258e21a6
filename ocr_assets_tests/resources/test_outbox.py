import json
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from ocr.assembly import STAGES
from ocr_assets_tests.resources.test_ledger import arrival, manifest, read
from resources.ledger import Ledger, input_hash, outbox, schema


def events(ledger: Ledger) -> list[dict[str, Any]]:
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(schema.outbox).order_by(schema.outbox.c.position)).mappings()
        return [dict(row) | {"detail": json.loads(row["detail"])} for row in rows]


def reject(ledger: Ledger, key: str, code: str = "broken") -> None:
    (document,) = ledger.documents([key])
    why = {"stage": "raw_document", "code": code, "message": "m", "advice": "a", "page": None}
    given = input_hash("raw_document", document.sha256, {})
    ledger.record(manifest(key, "raw_document", given, "f1", "", rejection=why))


def test_the_same_outcome_told_twice_is_one_event(ledger: Ledger) -> None:
    first = ledger.emit("ModelPromoted", "text", {"variant": "b"}, key="1")
    assert ledger.emit("ModelPromoted", "text", {"variant": "b"}, key="1") == first
    assert ledger.emit("ModelPromoted", "text", {"variant": "c"}, key="2") != first
    assert [event["key"] for event in events(ledger)] == ["1", "2"]


def test_an_event_is_not_there_when_its_transaction_did_not_end(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.transaction() as connection:
        outbox.emit(connection, "ModelPromoted", "text", {"variant": "b"}, key="1")
        raise ZeroDivisionError
    assert events(ledger) == []


def test_a_document_is_told_of_when_its_last_stage_is_read(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    read(ledger, key, STAGES[:-1])
    assert events(ledger) == []
    read(ledger, key, STAGES[-1:])
    (event,) = events(ledger)
    assert (event["kind"], event["subject"], event["state"]) == ("DocumentRead", key, "waiting")
    assert set(event["detail"]["versions"]) == set(STAGES)


def test_a_rejected_document_is_told_of_with_stage_and_reason(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    reject(ledger, key)
    (event,) = events(ledger)
    assert event["kind"] == "DocumentRejected"
    assert (event["detail"]["stage"], event["detail"]["code"]) == ("raw_document", "broken")


def test_what_is_read_again_to_the_same_end_is_not_told_again(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    read(ledger, key)
    read(ledger, key)
    assert len(events(ledger)) == 1


def test_a_new_model_of_one_stage_is_told_of_when_the_stages_after_it_have_followed(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    read(ledger, key)
    for count, stage in zip((1, 1, 1, 2), STAGES[2:], strict=True):
        read(ledger, key, (stage,), fingerprint="f2")
        assert len(events(ledger)) == count, stage


def test_a_document_that_goes_back_to_an_earlier_outcome_is_told_of_again(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    for fingerprint in ("f1", "f2", "f1"):
        read(ledger, key, fingerprint=fingerprint)
    told = events(ledger)
    assert len({event["id"] for event in told}) == 3
    assert told[0]["detail"]["versions"] == told[2]["detail"]["versions"]
    assert told[0]["at"] < told[1]["at"] < told[2]["at"]


def test_a_document_tried_again_and_then_read_is_told_of_in_that_order(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    reject(ledger, key)
    ledger.forget_rejections()
    reject(ledger, key)
    ledger.forget_rejections()
    read(ledger, key)
    assert [event["kind"] for event in events(ledger)] == ["DocumentRejected", "DocumentRead"]


def test_a_rebuilt_ledger_holds_back_what_may_have_been_told_before(ledger: Ledger) -> None:
    arrivals = [arrival("a", "one"), arrival("b", "two")]
    known, unknown = ledger.register(arrivals)
    read(ledger, known)
    found = []
    for key, new in zip((known, unknown), arrivals, strict=True):
        hashes: dict[str, str] = {}
        for stage in STAGES:
            given = input_hash(stage, new.sha256, hashes)
            hashes[stage] = f"out of {stage} from {given} by f1"
            data = {"sha256": new.sha256, "name": new.name, "uri": new.uri, "size": 3}
            found.append(manifest(key, stage, given, "f1", hashes[stage], data=data))
    ledger.rebuild(found)
    assert [(event["subject"], event["state"]) for event in events(ledger)] == [
        (known, "waiting"),
        (unknown, "held_back"),
    ]


def test_test_documents_are_told_of_as_such(ledger: Ledger) -> None:
    from dataclasses import replace

    (key,) = ledger.register([replace(arrival("a", "one"), environment="test")])
    read(ledger, key)
    assert [event["environment"] for event in events(ledger)] == ["test"]


def test_an_event_that_is_not_as_its_schema_says_is_refused_where_it_is_written(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="variant"):
        ledger.emit("ModelPromoted", "text", {}, key="1")
    with pytest.raises(ValueError, match="ModelDemoted"):
        ledger.emit("ModelDemoted", "text", {}, key="1")


def sent(ledger: Ledger) -> None:
    with ledger.transaction() as connection:
        outbox.mark_sent(connection, [event.id for event in outbox.ready(connection, ["live", "test"], 1_000)])


def pruned(ledger: Ledger, before: str = "9999", most: int = 1_000) -> int:
    with ledger.transaction() as connection:
        return outbox.prune(connection, before, most)


def test_events_that_were_sent_are_pruned_and_those_that_wait_are_not(ledger: Ledger) -> None:
    first, second = ledger.register([arrival("a", "one"), arrival("b", "two")])
    read(ledger, first)
    sent(ledger)
    read(ledger, first, fingerprint="f2")
    read(ledger, second)
    assert pruned(ledger, before="2000") == 0
    assert pruned(ledger) == 1
    assert [(event["subject"], event["state"]) for event in events(ledger)] == [(first, "waiting"), (second, "waiting")]


def test_what_was_told_is_not_told_again_after_its_event_was_pruned(ledger: Ledger) -> None:
    key, other = ledger.register([arrival("a", "one"), arrival("b", "two")])
    read(ledger, key)
    alarm = {"collection": "c", "document": "d", "settled_at": "", "since": "d", "documents_since": 1, "signals": []}
    alarm |= dict.fromkeys(("first_stage", "cause", "sure", "says", "advice"), "")
    ledger.emit("DriftDetected", "c", alarm, key="live/c/1")
    read(ledger, other)
    sent(ledger)
    assert pruned(ledger) == 2
    read(ledger, key)
    ledger.emit("DriftDetected", "c", alarm, key="live/c/1")
    assert [event["subject"] for event in events(ledger)] == [other]


def test_outcomes_have_ids_of_their_own_whatever_was_pruned_between(ledger: Ledger) -> None:
    key, last = ledger.register([arrival("a", "one"), arrival("b", "two")])
    ids: list[str] = []
    for fingerprint in ("f1", "f2", "f1", "f2", "f1", "f1", "f2"):
        read(ledger, key, fingerprint=fingerprint)
        read(ledger, last, fingerprint=f"{fingerprint} {len(ids)}")
        ids += [event["id"] for event in events(ledger) if event["subject"] == key and event["state"] == "waiting"]
        sent(ledger)
        pruned(ledger)
    assert len(ids) == len(set(ids)) == 6


def test_pruning_changes_no_id_of_what_is_told_later(ledger: Ledger) -> None:
    keys = ledger.register([arrival("a", "one"), arrival("b", "two")])
    told: list[list[str]] = []
    for prune in (False, True):
        with ledger.transaction() as connection:
            for table in (schema.outbox, schema.told, schema.outputs):
                connection.execute(table.delete())
        told.append([])
        for fingerprint in ("f1", "f2", "f3", "f1", "f3"):
            for key in keys:
                read(ledger, key, fingerprint=fingerprint)
            told[-1] += [event["id"] for event in events(ledger) if event["state"] == "waiting"]
            sent(ledger)
            assert not prune or pruned(ledger, most=1) == 1
    assert told[0] == told[1]


def test_a_later_event_stays_with_an_earlier_one_that_was_not_sent(ledger: Ledger) -> None:
    key, other = ledger.register([arrival("a", "one"), arrival("b", "two")])
    read(ledger, key)
    with ledger.transaction() as connection:
        outbox.hold_back(connection)
    read(ledger, key, fingerprint="f2")
    read(ledger, other)
    sent(ledger)
    assert pruned(ledger) == 0
    read(ledger, key, fingerprint="f2")
    assert len(events(ledger)) == 3


def test_a_rebuilt_ledger_knows_what_was_told_and_pruned(ledger: Ledger) -> None:
    key, other = ledger.register([arrival("a", "one"), arrival("b", "two")])
    read(ledger, key)
    read(ledger, other)
    sent(ledger)
    assert pruned(ledger) == 1
    ledger.rebuild([])
    assert [event["subject"] for event in events(ledger)] == [other]


def test_what_a_clock_that_was_ahead_put_off_is_sent_all_the_same(ledger: Ledger) -> None:
    ledger.emit("ModelPromoted", "text", {"variant": "b"}, key="1")
    with ledger.transaction() as connection:
        (event,) = outbox.ready(connection, ["live"], 10)
        outbox.put_off(connection, replace(event, attempts=20), "no answer")
        assert outbox.ready(connection, ["live"], 10) == []
        connection.execute(schema.outbox.update().values(not_before="2099-01-01T00:00:00.000+00:00"))
        assert len(outbox.ready(connection, ["live"], 10)) == 1
