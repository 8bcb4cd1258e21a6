"""Sends the outbox's events to EventBridge: each at least once, those of one document in order.

What was put on the bus is marked afterwards, so a sender that dies between the two sends the same events again, under
the same ids. One sender at a time is at work on a ledger.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from resources.ledger import Ledger, outbox
from resources.ledger.leases import lease
from resources.ledger.outbox import Event

TOGETHER = 10  # entries a PutEvents
LARGEST = 256 * 1024  # bytes a PutEvents, and so an entry
ROUND = 500  # events looked up at a time
PUT_SECONDS = 15.0  # longest one PutEvents may take; the lease outlasts it
CONNECT_SECONDS = 5.0


class EventsError(Exception):
    """Events cannot be sent: no bus of that name, no credentials, no answer. They wait."""


class Client(Protocol):
    """What is used of boto3's client of EventBridge."""

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]: ...


@dataclass(slots=True)
class Sending:
    """What came of sending: `failed` entries are tried again later; `error` is why, where anything failed.

    `busy`: another sender is at work, and this one did nothing.
    """

    sent: int = 0
    failed: int = 0
    refused: int = 0
    error: str = ""
    busy: bool = False


def connect(buses: Mapping[str, str]) -> Client:
    """A client of EventBridge, with time-outs. Raises `EventsError` where one of the buses is not there: what is put on
    such a bus would be lost without a word."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    # One attempt: what fails is put off, and tried again by the next round.
    config = Config(
        connect_timeout=CONNECT_SECONDS, read_timeout=PUT_SECONDS - CONNECT_SECONDS, retries={"total_max_attempts": 1}
    )
    try:
        client = boto3.client("events", config=config)
        for bus in buses.values():
            client.describe_event_bus(Name=bus)
    except (BotoCoreError, ClientError) as error:
        raise EventsError(f"the event buses {', '.join(buses.values())} cannot be used: {error}") from error
    return client


def send(ledger: Ledger, client: Client, buses: Mapping[str, str], source: str, seconds: float) -> Sending:
    """Send what waits, until nothing may be sent now, nothing is taken any more, or `seconds` have passed.

    `buses` names the bus of each environment; events of others stay where they are.
    """
    done = Sending()
    deadline = time.monotonic() + seconds
    with lease(ledger, "events", seconds + 2 * PUT_SECONDS) as mine:
        done.busy = not mine
        while mine and time.monotonic() < deadline:
            with ledger.engine.connect() as connection:
                events = outbox.ready(connection, list(buses), ROUND)
            if not events:
                break
            for batch in _batches(ledger, events, buses, source, done):
                if not _put(ledger, client, batch, done) or time.monotonic() >= deadline:
                    return done
    return done


def _batches(
    ledger: Ledger, events: Sequence[Event], buses: Mapping[str, str], source: str, done: Sending
) -> Iterator[list[tuple[Event, dict[str, Any]]]]:
    batch: list[tuple[Event, dict[str, Any]]] = []
    filled = 0
    for event in events:
        entry = _entry(event, buses[event.environment], source)
        size = _size(entry)
        if size > LARGEST:
            with ledger.transaction() as connection:
                outbox.mark_refused(connection, event.id, f"{size} bytes; EventBridge takes {LARGEST}")
            done.refused += 1
            continue
        if batch and (len(batch) == TOGETHER or filled + size > LARGEST):
            yield batch
            batch, filled = [], 0
        batch.append((event, entry))
        filled += size
    if batch:
        yield batch


def _put(ledger: Ledger, client: Client, batch: Sequence[tuple[Event, dict[str, Any]]], done: Sending) -> bool:
    """Put a batch on the bus and mark each entry by its own result; returns whether any was taken."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        results = client.put_events(Entries=[entry for _, entry in batch])["Entries"]
    except (BotoCoreError, ClientError) as error:
        results = [{"ErrorCode": type(error).__name__, "ErrorMessage": str(error)}] * len(batch)
    with ledger.transaction() as connection:
        taken = []
        for (event, _), result in zip(batch, results, strict=True):
            if result.get("ErrorCode"):
                done.failed += 1
                done.error = f"{result['ErrorCode']}: {result.get('ErrorMessage', '')}"
                outbox.put_off(connection, event, done.error)
            else:
                taken.append(event.id)
        outbox.mark_sent(connection, taken)
    done.sent += len(taken)
    return bool(taken)


def _entry(event: Event, bus: str, source: str) -> dict[str, Any]:
    return {
        "EventBusName": bus,
        "Source": source,
        "DetailType": event.kind,
        "Detail": event.detail,
        "Time": datetime.fromisoformat(event.at),
    }


def _size(entry: Mapping[str, Any]) -> int:
    """As EventBridge counts: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html"""
    time_bytes = 14
    return time_bytes + sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail"))
