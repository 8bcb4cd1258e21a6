"""The outbox: events written with the outcomes they tell of, in one transaction, and sent afterwards.

An event is a row from the moment its outcome is committed, and never before: what was recorded is sent, and nothing
else, whatever ends in between.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from resources.events.kinds import LONGEST, detail_of
from resources.ledger import schema
from resources.ledger.statements import insert

WAITING, SENT, HELD_BACK, REFUSED = "waiting", "sent", "held_back", "refused"
"""What an event may be: `refused` is one the bus will never take."""

LONGEST_WAIT = 300.0  # seconds between attempts

NAMESPACE = UUID("6f1d7c4e-0f0b-5a5e-9a55-5d8f3f6f2b11")


def emit(
    connection: Connection,
    kind: str,
    subject: str,
    detail: Mapping[str, Any],
    *,
    environment: str = "live",
    key: str,
    held_back: bool = False,
) -> str:
    """Write one event into the outbox, within the caller's transaction; returns its id.

    `subject` is what it tells of (a document's key, a model's stage): events of one subject are sent in the order of
    their writing. The id is made of kind and `key`, so the same outcome told twice is one event. One that is
    `held_back` is not sent before somebody releases it. Raises `ValueError` where the detail is not as its kind's
    schema says.
    """
    id_ = str(uuid5(NAMESPACE, f"{kind}\n{key}"))
    at = _after(_last(connection, subject))
    head = {"id": id_, "at": at, "environment": environment}
    whole = detail_of(kind, head, detail)
    statement = insert(connection, schema.outbox).values(
        id=id_,
        kind=kind,
        key=key,
        subject=subject,
        environment=environment,
        detail=json.dumps(whole, ensure_ascii=False),
        at=at,
        state=HELD_BACK if held_back else WAITING,
        attempts=0,
        error="",
    )
    connection.execute(statement.on_conflict_do_nothing(index_elements=["id"]))
    return id_


def _last(connection: Connection, subject: str) -> str:
    table = schema.outbox
    query = sa.select(table.c.at).where(table.c.subject == subject).order_by(table.c.position.desc()).limit(1)
    return connection.execute(query).scalar() or ""


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
    due = table.c.not_before.is_(None) | (table.c.not_before <= _now())
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
    again = (datetime.now(UTC) + timedelta(seconds=wait)).isoformat(timespec="milliseconds")
    values = {"attempts": event.attempts + 1, "error": why[:LONGEST], "not_before": again}
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
    return datetime.now(UTC).isoformat(timespec="milliseconds")
