"""The outbox: events written with the outcomes they tell of, in one transaction, and sent afterwards.

An event is a row from the moment its outcome is committed, and never before: what was recorded is sent, and nothing
else, whatever ends in between.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from resources.events.kinds import LONGEST, detail_of
from resources.ledger import schema
from resources.ledger.statements import chunks, insert

WAITING, SENT, HELD_BACK, REFUSED = "waiting", "sent", "held_back", "refused"
"""What an event may be: `refused` is one the bus will never take."""

LONGEST_WAIT = 300.0  # seconds between attempts

TOLD_ONCE, TOLD_ONCE_KEYS = ("ModelPromoted",), "request "
"""Kinds, and beginnings of keys, of events whose own row elsewhere keeps them from being written again."""

NAMESPACE = UUID("6f1d7c4e-0f0b-5a5e-9a55-5d8f3f6f2b11")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be written. `subject` is what it tells of (a document's key, a model's stage): events of one subject
    are sent in the order of their writing. Its id is made of kind and `key`, so the same outcome told twice is one
    event. One that is `held_back` is not sent before somebody releases it."""

    kind: str
    subject: str
    detail: Mapping[str, Any]
    environment: str
    key: str
    held_back: bool = False

    @property
    def id(self) -> str:
        return str(uuid5(NAMESPACE, f"{self.kind}\n{self.key}"))


def emit(
    connection: Connection,
    kind: str,
    subject: str,
    detail: Mapping[str, Any],
    *,
    environment: str = "live",
    key: str,
) -> str:
    """Write one event into the outbox, as `emit_each` does; returns its id."""
    return emit_each(connection, [NewEvent(kind, subject, detail, environment, key)])[0]


def emit_each(connection: Connection, events: Sequence[NewEvent]) -> list[str]:
    """Write events of different subjects into the outbox, within the caller's transaction; returns their ids.

    Those that were sent before and pruned are left out. Raises `ValueError` where a detail is not as its kind's schema
    says.
    """
    if not events:
        return []
    ids = [event.id for event in events]
    told = schema.told
    sent = set(connection.execute(sa.select(told.c.id).where(told.c.id.in_(ids))).scalars())
    last = _last(connection, [event.subject for event in events])
    rows = []
    for id_, event in zip(ids, events, strict=True):
        if id_ in sent:
            continue
        at = _after(last.get(event.subject, ""))
        whole = detail_of(event.kind, {"id": id_, "at": at, "environment": event.environment}, event.detail)
        row = {name: getattr(event, name) for name in ("kind", "key", "subject", "environment")}
        row |= {"id": id_, "detail": json.dumps(whole, ensure_ascii=False), "at": at, "attempts": 0, "error": ""}
        rows.append(row | {"state": HELD_BACK if event.held_back else WAITING})
    if rows:
        statement = insert(connection, schema.outbox).on_conflict_do_nothing(index_elements=["id"])
        connection.execute(statement, rows)
    return ids


def _last(connection: Connection, subjects: Sequence[str]) -> dict[str, str]:
    """When the last event of each subject was written."""
    table = schema.outbox
    query = sa.select(table.c.subject, sa.func.max(table.c.at)).where(table.c.subject.in_(subjects))
    return dict(connection.execute(query.group_by(table.c.subject)).tuples().all())


def _after(last: str) -> str:
    """Now, or just after the last event of the same subject, where that one's machine has a clock that is ahead."""
    now = _now()
    if now > last:
        return now
    return (datetime.fromisoformat(last) + timedelta(milliseconds=1)).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the outbox; `detail` is the JSON that is sent, `state` one of those above."""

    id: str
    kind: str
    subject: str
    environment: str
    detail: str
    at: str
    state: str
    attempts: int
    error: str
    not_before: str | None
    sent_at: str | None


def ready(connection: Connection, environments: Collection[str], most: int) -> list[Event]:
    """Waiting events that may be sent now, the oldest first: of each subject the oldest one, unless it is to be tried
    again later."""
    table = schema.outbox
    waiting = (table.c.state == WAITING) & table.c.environment.in_(environments)
    heads = sa.select(sa.func.min(table.c.position)).where(waiting).group_by(table.c.subject)
    # Longer is nothing put off: a clock that was ahead was corrected since.
    longest = _in(LONGEST_WAIT)
    due = table.c.not_before.is_(None) | (table.c.not_before <= _now()) | (table.c.not_before > longest)
    query = sa.select(*_columns()).where(table.c.position.in_(heads) & due)
    return _events(connection.execute(query.order_by(table.c.position).limit(most)).mappings())


def mark_sent(connection: Connection, ids: Collection[str]) -> None:
    table = schema.outbox
    values = {"state": SENT, "sent_at": _now(), "error": "", "not_before": None}
    connection.execute(table.update().where(table.c.id.in_(ids)).values(values))


def mark_refused(connection: Connection, id_: str, why: str) -> None:
    """The bus will never take it; later events of its subject are sent without it."""
    table = schema.outbox
    connection.execute(table.update().where(table.c.id == id_).values(state=REFUSED, error=why))


def put_off(connection: Connection, event: Event, why: str) -> None:
    """It could not be sent: it is tried again after 1 s, 2 s, 4 s and so on, at most five minutes."""
    table = schema.outbox
    wait = min(2.0**event.attempts, LONGEST_WAIT)
    values = {"attempts": event.attempts + 1, "error": why[:LONGEST], "not_before": _in(wait)}
    connection.execute(table.update().where(table.c.id == event.id).values(values))


def hold_back(connection: Connection, before: str = "") -> int:
    """Waiting events, those written before a time (ISO, UTC) or all, are not sent until released; returns how many."""
    return _move(connection, WAITING, HELD_BACK, before)


def release(connection: Connection, before: str = "") -> int:
    """Events held back, those written before a time (ISO, UTC) or all, are sent; returns how many."""
    return _move(connection, HELD_BACK, WAITING, before)


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many events there are, by state and environment."""
    table = schema.outbox
    query = sa.select(table.c.state, table.c.environment, sa.func.count()).group_by(table.c.state, table.c.environment)
    return {(state, environment): count for state, environment, count in connection.execute(query)}


def listed(connection: Connection, states: Collection[str], most: int, *, newest: bool = False) -> list[Event]:
    """Events of the given states, the oldest (or the `newest`) first."""
    table = schema.outbox
    order = table.c.position.desc() if newest else table.c.position
    query = sa.select(*_columns()).where(table.c.state.in_(states)).order_by(order).limit(most)
    return _events(connection.execute(query).mappings())


def prune(connection: Connection, before: str, most: int) -> int:
    """Remove up to `most` events that were sent before a time (ISO, UTC), oldest first; returns how many.

    What keeps an event from being written, and sent, once more is remembered: its key, of those kinds that are told by
    what there is. Later events of a subject stay with an earlier one that was not sent, so that what is remembered is
    always what was told first; and the newest of all stays, so that positions are not given again.
    """
    table, other = schema.outbox, schema.outbox.alias()
    old = (table.c.state == SENT) & (table.c.sent_at < before)
    earlier = (other.c.subject == table.c.subject) & (other.c.position < table.c.position)
    stays = (other.c.state != SENT) | (other.c.sent_at >= before)
    newest = sa.select(sa.func.max(other.c.position)).scalar_subquery()
    free = old & (table.c.position < newest) & ~sa.exists().where(earlier & stays)
    names = ("position", "id", "kind", "key", "subject")
    query = sa.select(*(table.c[name] for name in names)).where(free).order_by(table.c.position).limit(most)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    kept = [row for row in rows if row["kind"] not in TOLD_ONCE and not row["key"].startswith(TOLD_ONCE_KEYS)]
    if kept:
        connection.execute(insert(connection, schema.told).on_conflict_do_nothing(index_elements=["id"]), kept)
    for some in chunks([row["id"] for row in rows]):
        connection.execute(table.delete().where(table.c.id.in_(some)))
    return len(rows)


def prunable(connection: Connection, before: str) -> int:
    """How many events were sent before a time (ISO, UTC)."""
    table = schema.outbox
    old = (table.c.state == SENT) & (table.c.sent_at < before)
    return connection.execute(sa.select(sa.func.count()).where(old)).scalar_one()


def _move(connection: Connection, held: str, to: str, before: str) -> int:
    table = schema.outbox
    mine = table.c.state == held
    if before:
        mine &= table.c.at < before
    return connection.execute(table.update().where(mine).values(state=to)).rowcount


def _columns() -> list[sa.Column[Any]]:
    return [schema.outbox.c[name] for name in Event.__dataclass_fields__]


def _events(rows: Iterable[sa.RowMapping]) -> list[Event]:
    return [Event(**row) for row in rows]


def _now() -> str:
    return _in(0)


def _in(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
