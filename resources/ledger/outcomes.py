"""What a document's outputs amount to: it was read, it was rejected, or it is still on its way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from resources.events.kinds import LONGEST
from resources.ledger import chains, schema
from resources.ledger.outbox import NewEvent, emit_each
from resources.ledger.requests import WAITING, answer_each, answered, waiting
from resources.ledger.statements import chunks

READ, REJECTED = "DocumentRead", "DocumentRejected"

MOST_NAMED = 25
"""Requests an event names: of the longest there may be, as many as the bus takes in one event."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a document has come to: the event that says so, and a digest of the outputs it is made of."""

    kind: str
    document: str
    environment: str
    detail: dict[str, Any]
    digest: str


def tell(connection: Connection, documents: Sequence[str], *, held_back: bool = False) -> None:
    """Note what the outputs of some documents amount to, and write the events of those that have come to an outcome
    which is not the one told of last.

    Read again to the same end, a document causes no second event. One that goes back to an earlier outcome causes a new
    one, since its consumers know a later one. Takes as many documents as a statement takes values.
    """
    outcomes = _outcomes(connection, documents)
    if not outcomes:
        return
    told = _told(connection, list(outcomes))
    new: list[Outcome] = []
    events: list[NewEvent] = []
    for document, outcome in outcomes.items():
        keys, mine = told.get(document, []), f"{document} {outcome.digest} "
        if not keys or not keys[-1].startswith(mine):
            key = f"{mine}{sum(key.startswith(mine) for key in keys)}"
            new.append(outcome)
            events.append(NewEvent(outcome.kind, document, outcome.detail, outcome.environment, key, held_back))
    ids = emit_each(connection, events)
    if not held_back:
        named = [(event, [r["id"] for r in of.detail["requests"]]) for event, of in zip(ids, new, strict=True)]
        answered(connection, [(event, requests) for event, requests in named if requests])
        # Those an event had no room for, and those who asked after the event that tells of this outcome.
        for document in waiting(connection, list(outcomes)):
            answer_each(connection, outcomes[document])


def retell(connection: Connection) -> None:
    """Tell of what a rebuilt ledger holds. Nobody knows which of it was told before the old one was lost, so events of
    documents that the outbox does not know are held back until somebody releases them."""
    known = set(connection.execute(sa.select(schema.outbox.c.subject).distinct()).scalars())
    known |= set(connection.execute(sa.select(schema.told.c.subject).distinct()).scalars())
    every = connection.execute(sa.select(schema.documents.c.document)).scalars().all()
    for some in chunks(every):
        tell(connection, [document for document in some if document in known])
        tell(connection, [document for document in some if document not in known], held_back=True)


def outcome_of(connection: Connection, document: str) -> Outcome | None:
    """The outcome of a document, or None while it is on its way. Holds the document until the transaction's end."""
    return _outcomes(connection, [document]).get(document)


def requests_of(connection: Connection, documents: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Those who asked for each document, in the order they asked: `MOST_NAMED` of them, who wait for it first."""
    table = schema.requests
    order = (table.c.outcome != WAITING, table.c.received_at, table.c.id)
    columns = (table.c.document, table.c.id, table.c.reply_to, table.c.options, table.c.received_at)
    found: dict[str, list[Any]] = {}
    for row in connection.execute(sa.select(*columns).where(table.c.document.in_(documents)).order_by(*order)):
        found.setdefault(row.document, []).append(row)
    return {
        document: [
            {"id": row.id, "reply_to": row.reply_to, "options": json.loads(row.options or "{}")}
            for row in sorted(rows[:MOST_NAMED], key=lambda row: (row.received_at, row.id))
        ]
        for document, rows in found.items()
    }


def _outcomes(connection: Connection, documents: Sequence[str]) -> dict[str, Outcome]:
    """What documents have come to, of those that have; notes their chains. Holds them until the transaction's end."""
    # On Postgres too, what two workers record of one document then has one order.
    table = schema.documents
    held = sa.select(table).where(table.c.document.in_(documents)).order_by(table.c.position).with_for_update()
    rows = {row["document"]: row for row in connection.execute(held).mappings()}
    found = chains.chains_of(connection, {document: row["sha256"] for document, row in rows.items()})
    chains.note(connection, found)
    ended = {document: chain for document, chain in found.items() if chain is not None}
    asked = requests_of(connection, list(ended)) if ended else {}
    return {key: _outcome(rows[key], chain, asked.get(key, [])) for key, chain in ended.items()}


def _told(connection: Connection, documents: Sequence[str]) -> dict[str, list[str]]:
    """Keys of the events of each document's outcomes, oldest first; those that were pruned are the oldest."""
    found: dict[str, list[str]] = {}
    for table in (schema.told, schema.outbox):
        mine = table.c.subject.in_(documents) & table.c.kind.in_([READ, REJECTED])
        query = sa.select(table.c.subject, table.c.key).where(mine).order_by(table.c.position)
        for subject, key in connection.execute(query):
            # Answers to single requests have keys of their own.
            if key.startswith(f"{subject} "):
                found.setdefault(subject, []).append(key)
    return found


def _outcome(of: RowMapping, chain: Sequence[RowMapping], asked: Sequence[dict[str, Any]]) -> Outcome:
    document, last = of["document"], chain[-1]
    rejected = last["status"] == "rejected"
    detail = {name: of[name] for name in ("document", "name", "uri", "sha256", "collection", "received_at", "variant")}
    detail |= {"pages": max(one["pages"] for one in chain), "recorded_at": last["made_at"]}
    detail |= {"seconds": round(sum(one["seconds"] for one in chain), 3)}
    detail |= {"versions": {one["stage"]: one["version"] for one in chain}}
    detail |= {"requests": list(asked)}
    if rejected:
        detail |= {name: last[name][:LONGEST] for name in ("stage", "code", "message", "advice")}
    ends = "\n".join(f"{one['stage']} {one['output_hash']} {one['code']}" for one in chain)
    digest = hashlib.sha256(ends.encode()).hexdigest()
    return Outcome(REJECTED if rejected else READ, document, of["environment"], detail, digest)
