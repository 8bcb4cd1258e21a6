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
from resources.ledger.outbox import emit
from resources.ledger.requests import answer_each, answered

READ, REJECTED = "DocumentRead", "DocumentRejected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a document has come to: the event that says so, and a digest of the outputs it is made of."""

    kind: str
    document: str
    environment: str
    detail: dict[str, Any]
    digest: str


def tell(connection: Connection, document: str, *, held_back: bool = False) -> None:
    """Note what a document's outputs amount to, and write the event of its outcome where it has come to one that is
    not the one told of last.

    Read again to the same end, a document causes no second event. One that goes back to an earlier outcome causes a new
    one, since its consumers know a later one.
    """
    of, chain = _held(connection, document)
    chains.note(connection, document, chain)
    if of is None or chain is None:
        return
    outcome = _outcome(connection, of, chain)
    table = schema.outbox
    of_outcomes = (
        (table.c.subject == document) & table.c.kind.in_([READ, REJECTED]) & table.c.key.startswith(f"{document} ")
    )
    told = sa.select(table.c.key).where(of_outcomes)
    keys = list(connection.execute(told.order_by(table.c.position)).scalars())
    mine = f"{document} {outcome.digest} "
    if not keys or not keys[-1].startswith(mine):
        key = f"{mine}{sum(key.startswith(mine) for key in keys)}"
        of, detail = outcome.environment, outcome.detail
        event = emit(connection, outcome.kind, document, detail, environment=of, key=key, held_back=held_back)
        if not held_back:
            answered(connection, document, event)
    else:
        answer_each(connection, outcome)


def retell(connection: Connection) -> None:
    """Tell of what a rebuilt ledger holds. Nobody knows which of it was told before the old one was lost, so events of
    documents that the outbox does not know are held back until somebody releases them."""
    known = set(connection.execute(sa.select(schema.outbox.c.subject).distinct()).scalars())
    for document in connection.execute(sa.select(schema.documents.c.document)).scalars().all():
        tell(connection, document, held_back=document not in known)


def outcome_of(connection: Connection, document: str) -> Outcome | None:
    """The outcome of a document, or None while it is on its way. Holds the document until the transaction's end."""
    of, chain = _held(connection, document)
    return None if of is None or chain is None else _outcome(connection, of, chain)


def requests_of(connection: Connection, document: str) -> list[dict[str, Any]]:
    """Everyone who asked for a document, in the order they asked."""
    table = schema.requests
    query = sa.select(table.c.id, table.c.reply_to, table.c.options).where(table.c.document == document)
    rows = connection.execute(query.order_by(table.c.received_at, table.c.id))
    return [{"id": row.id, "reply_to": row.reply_to, "options": json.loads(row.options or "{}")} for row in rows]


def _held(connection: Connection, document: str) -> tuple[RowMapping | None, list[RowMapping] | None]:
    """A document's row, held until the transaction's end, and its chain."""
    # On Postgres too, what two workers record of one document then has one order.
    query = sa.select(schema.documents).where(schema.documents.c.document == document).with_for_update()
    of = connection.execute(query).mappings().first()
    return of, (chains.chain_of(connection, document, of["sha256"]) if of is not None else None)


def _outcome(connection: Connection, of: RowMapping, chain: Sequence[RowMapping]) -> Outcome:
    document, last = of["document"], chain[-1]
    rejected = last["status"] == "rejected"
    detail = {name: of[name] for name in ("document", "name", "uri", "sha256", "collection", "received_at", "variant")}
    detail |= {"pages": max(one["pages"] for one in chain), "recorded_at": last["made_at"]}
    detail |= {"seconds": round(sum(one["seconds"] for one in chain), 3)}
    detail |= {"versions": {one["stage"]: one["version"] for one in chain}}
    detail |= {"requests": requests_of(connection, document)}
    if rejected:
        detail |= {name: last[name][:LONGEST] for name in ("stage", "code", "message", "advice")}
    ends = "\n".join(f"{one['stage']} {one['output_hash']} {one['code']}" for one in chain)
    digest = hashlib.sha256(ends.encode()).hexdigest()
    return Outcome(REJECTED if rejected else READ, document, of["environment"], detail, digest)
