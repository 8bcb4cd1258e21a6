"""Requests to read a document, and that each is answered once: with the event of the document's outcome where that is
still to come, else with an event of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from resources.ledger import schema
from resources.ledger.outbox import emit
from resources.ledger.refusals import Refusal, told
from resources.ledger.statements import insert

if TYPE_CHECKING:
    from resources.ledger.outcomes import Outcome

WAITING, ANSWERED = "waiting", "answered"


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request as it came: `id` is its sender's, `options` are given back with the answer."""

    id: str
    location: str
    collection: str = "default"
    environment: str = "live"
    reply_to: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def enter(connection: Connection, request: NewRequest, document: str, outcome: Outcome | None) -> bool:
    """Record a request for a registered document; False where it was recorded before.

    `outcome` is what `outcome_of` said in the same transaction, which holds the document: an outcome is either known
    here, and is the answer, or is recorded later and then finds this request.
    """
    new = _insert(connection, request, document, WAITING)
    if new and outcome is not None:
        answer_each(connection, outcome)
    return new


def turn_down(connection: Connection, request: NewRequest, refusal: Refusal) -> bool:
    """Record a request that cannot be met, and its answer; False where it was recorded before."""
    new = _insert(connection, request, None, refusal.code)
    if new:
        detail = told(refusal, _now()) | {"requests": [_asker(request.id, request.reply_to, request.options)]}
        event = emit(
            connection,
            "DocumentRejected",
            refusal.uri,
            detail,
            environment=request.environment,
            key=f"request {request.id}",
        )
        table = schema.requests
        connection.execute(table.update().where(table.c.id == request.id).values(event=event))
    return new


def note(connection: Connection, request: NewRequest, code: str) -> bool:
    """Record a request that nobody can be told of; False where it was recorded before."""
    return _insert(connection, request, None, code)


def answered(connection: Connection, events: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Each event of an outcome went to the requests it names, by their ids."""
    table = schema.requests
    for event, ids in events:
        mine = table.c.id.in_(ids) & (table.c.outcome == WAITING)
        connection.execute(table.update().where(mine).values(outcome=ANSWERED, event=event))


def waiting(connection: Connection, documents: Sequence[str]) -> list[str]:
    """Of the given documents those that somebody waits for."""
    table = schema.requests
    mine = table.c.document.in_(documents) & (table.c.outcome == WAITING)
    return list(connection.execute(sa.select(table.c.document).where(mine).distinct()).scalars())


def answer_each(connection: Connection, outcome: Outcome) -> None:
    """Tell those who wait for a document of an outcome that was told before they asked."""
    table = schema.requests
    mine = (table.c.document == outcome.document) & (table.c.outcome == WAITING)
    for row in connection.execute(sa.select(table).where(mine).order_by(table.c.received_at)).all():
        detail = outcome.detail | {"requests": [_asker(row.id, row.reply_to, json.loads(row.options))]}
        key, environment = f"request {row.id}", outcome.environment
        event = emit(connection, outcome.kind, outcome.document, detail, environment=environment, key=key)
        connection.execute(table.update().where(table.c.id == row.id).values(outcome=ANSWERED, event=event))


def requests(engine: Engine) -> list[dict[str, Any]]:
    """All requests, the newest first."""
    table = schema.requests
    with engine.connect() as connection:
        return [
            dict(row) for row in connection.execute(sa.select(table).order_by(table.c.received_at.desc())).mappings()
        ]


def _insert(connection: Connection, request: NewRequest, document: str | None, outcome: str) -> bool:
    statement = insert(connection, schema.requests).values(
        id=request.id,
        location=request.location,
        document=document,
        collection=request.collection,
        environment=request.environment,
        reply_to=request.reply_to,
        options=json.dumps(dict(request.options), ensure_ascii=False),
        received_at=_now(),
        outcome=outcome,
    )
    return bool(connection.execute(statement.on_conflict_do_nothing(index_elements=["id"])).rowcount)


def _asker(id_: str, reply_to: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": id_, "reply_to": reply_to, "options": dict(options)}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
