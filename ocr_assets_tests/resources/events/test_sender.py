"""Sending the outbox: to a bus of the test's own that fails as it is told, and to a real server."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_assets_tests import aws
from ocr_assets_tests.resources.test_ledger import arrival
from ocr_assets_tests.resources.test_outbox import events, reject
from resources.events import sender
from resources.ledger import Ledger, outbox, schema
from resources.ledger.leases import lease

BUSES = {"live": "out"}


class Died(Exception):
    """Stands for the end of the process."""


class Bus:
    """Takes or refuses entries by a script of answers, one a PutEvents: `ok`, `down`, `dies` (before it took them),
    `dies_after` (when it took them), or the number of the entry it refuses. At the script's end it takes all."""

    def __init__(self, script: list[str | int] | None = None) -> None:
        self.script = list(script or [])
        self.taken: list[dict[str, Any]] = []
        self.calls: list[list[dict[str, Any]]] = []

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        from botocore.exceptions import EndpointConnectionError

        self.calls.append(Entries)
        answer = self.script.pop(0) if self.script else "ok"
        if answer == "dies":
            raise Died
        if answer == "down":
            raise EndpointConnectionError(endpoint_url="http://bus")
        refused = {answer % len(Entries)} if isinstance(answer, int) else set()
        self.taken += [json.loads(e["Detail"]) for n, e in enumerate(Entries) if n not in refused]
        if answer == "dies_after":
            raise Died
        error = {"ErrorCode": "ThrottlingException", "ErrorMessage": "too many"}
        return {"Entries": [error if n in refused else {"EventId": "x"} for n in range(len(Entries))]}

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.taken]


def tell(ledger: Ledger, subject: str, number: int, environment: str = "live", reason: str = "") -> str:
    detail = {"variant": f"{number}", "reason": reason}
    return ledger.emit("ModelPromoted", subject, detail, environment=environment, key=f"{subject} {number}")


def send(ledger: Ledger, bus: Bus, buses: dict[str, str] = BUSES, seconds: float = 30.0) -> sender.Sending:
    return sender.send(ledger, bus, buses, "ocr-assets", seconds)


def wait_no_longer(ledger: Ledger) -> None:
    with ledger.transaction() as connection:
        connection.execute(schema.outbox.update().values(not_before=None))


def states(ledger: Ledger) -> list[str]:
    with ledger.engine.connect() as connection:
        return list(connection.execute(sa.select(schema.outbox.c.state).order_by(schema.outbox.c.position)).scalars())


def test_what_waits_is_sent_once_ten_at_a_time_in_order(ledger: Ledger) -> None:
    ids = [tell(ledger, f"d{n}", 0) for n in range(23)]
    bus = Bus()
    assert send(ledger, bus).sent == 23
    assert [len(call) for call in bus.calls] == [10, 10, 3]
    assert bus.ids == ids
    assert bus.calls[0][0]["DetailType"] == "ModelPromoted" and bus.calls[0][0]["Source"] == "ocr-assets"
    assert send(ledger, bus).sent == 0


def test_an_event_whose_earlier_event_failed_waits_and_others_do_not(ledger: Ledger) -> None:
    first, second = tell(ledger, "a", 0), tell(ledger, "a", 1)
    other = tell(ledger, "b", 0)
    bus = Bus([0])
    done = send(ledger, bus, seconds=0.3)
    assert (done.sent, done.failed, bus.ids) == (1, 1, [other])
    assert "too many" in done.error
    wait_no_longer(ledger)
    send(ledger, bus)
    assert bus.ids == [other, first, second]


def test_a_bus_that_does_not_answer_is_asked_once_and_then_left_alone_for_longer_and_longer(ledger: Ledger) -> None:
    for n in range(15):
        tell(ledger, f"d{n}", 0)
    bus = Bus(["down", "down"])
    assert send(ledger, bus).failed == 10
    assert len(bus.calls) == 1
    with ledger.engine.connect() as connection:
        (event, *_) = outbox.listed(connection, [outbox.WAITING], 20)
    assert event.attempts == 1 and "http://bus" in event.error
    assert event.not_before is not None and event.not_before > datetime.now(UTC).isoformat()


def test_a_sender_that_dies_before_the_bus_has_them_loses_nothing(ledger: Ledger) -> None:
    ids = [tell(ledger, f"d{n}", 0) for n in range(3)]
    bus = Bus(["dies"])
    with pytest.raises(Died):
        send(ledger, bus)
    assert states(ledger) == ["waiting"] * 3
    send(ledger, bus)
    assert bus.ids == ids


def test_a_sender_that_dies_before_it_marked_them_sends_the_same_ids_again(ledger: Ledger) -> None:
    ids = [tell(ledger, f"d{n}", 0) for n in range(3)]
    bus = Bus(["dies_after"])
    with pytest.raises(Died):
        send(ledger, bus)
    send(ledger, bus)
    assert bus.ids == ids * 2
    assert states(ledger) == ["sent"] * 3


def test_one_sender_at_a_time_is_at_work(ledger: Ledger) -> None:
    tell(ledger, "a", 0)
    with lease(ledger, "events", 60) as mine:
        assert mine
        assert send(ledger, Bus()).busy
    assert send(ledger, Bus()).sent == 1


def test_the_lease_of_a_sender_that_was_killed_runs_out(ledger: Ledger) -> None:
    with lease(ledger, "events", -1), lease(ledger, "events", 60) as mine:
        assert mine


def test_a_request_holds_no_more_than_the_bus_takes_and_what_is_larger_is_refused(ledger: Ledger) -> None:
    for n in range(4):
        tell(ledger, f"d{n}", 0, reason="ü" * 50_000)
    tell(ledger, "large", 0, reason="x" * 300_000)
    last = tell(ledger, "large", 1)
    bus = Bus()
    done = send(ledger, bus)
    assert (done.sent, done.refused) == (5, 1)
    assert all(sum(len(e["Detail"].encode()) for e in call) < 256 * 1024 for call in bus.calls)
    assert bus.ids[-1] == last and states(ledger)[4] == "refused"


def test_test_documents_events_go_to_their_own_bus_or_nowhere(ledger: Ledger) -> None:
    tell(ledger, "a", 0, environment="test")
    live = tell(ledger, "b", 0)
    bus = Bus()
    send(ledger, bus)
    assert bus.ids == [live]
    send(ledger, bus, {"live": "out", "test": "tests"})
    assert [call[0]["EventBusName"] for call in bus.calls] == ["out", "tests"]


def test_events_held_back_are_sent_when_they_are_released(ledger: Ledger) -> None:
    tell(ledger, "a", 0)
    with ledger.transaction() as connection:
        assert outbox.hold_back(connection) == 1
    assert send(ledger, Bus()).sent == 0
    with ledger.transaction() as connection:
        assert outbox.release(connection, before="2000-01-01") == 0
        assert outbox.release(connection) == 1
    assert send(ledger, Bus()).sent == 1


ACTIONS = st.one_of(
    st.tuples(st.just("record"), st.integers(0, 2)),
    st.tuples(st.just("record again"), st.integers(0, 2)),
    st.tuples(st.just("send"), st.sampled_from(["ok", "down", "dies", "dies_after", 0, 1, 2])),
)


@given(st.lists(ACTIONS, max_size=15))
@settings(max_examples=20, deadline=None)
def test_every_outcome_has_one_id_and_is_sent_at_least_once_in_the_order_of_its_document(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[str, Any]]
) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path_factory.mktemp('law') / 'ledger.db'}")
    keys = ledger.register([arrival(name, name) for name in "abc"])
    recorded = dict.fromkeys(keys, 0)
    bus = Bus()
    for action, what in actions:
        if action == "send":
            wait_no_longer(ledger)
            bus.script = [what]
            with suppress(Died):
                send(ledger, bus, seconds=0.2)
        elif action == "record" or recorded[keys[what]]:
            recorded[keys[what]] += action == "record"
            reject(ledger, keys[what], code=f"{recorded[keys[what]] % 2}")
    wait_no_longer(ledger)
    bus.script = []
    send(ledger, bus)
    written = events(ledger)
    assert len({event["id"] for event in written}) == len(written) == sum(recorded.values())
    assert set(bus.ids) == {event["id"] for event in written}
    for key in keys:
        mine = [event["id"] for event in written if event["subject"] == key]
        assert len(mine) == recorded[key]
        assert list(dict.fromkeys(id_ for id_ in bus.ids if id_ in mine)) == mine
    assert set(states(ledger)) <= {"sent"}
    ledger.engine.dispose()


def test_without_credentials_or_an_answer_sending_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (aws.SETTINGS | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(sender.EventsError, match=r"127\.0\.0\.1:9"):
        sender.connect(BUSES)
