"""Where documents stand: how many were read, rejected, wait or are stale; and those of them that need attention."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from resources.ledger import Document, Ledger, Output, Pending, schema

READ, REJECTED, WAITING, STALE, SUPERSEDED = "read", "rejected", "waiting", "stale", "superseded"
BEING_READ = "being read"


@dataclass(frozen=True, slots=True)
class Overview:
    """Of the documents of one environment. `documents` counts them all, `elsewhere` those of the other environment;
    `counts` are by state, superseded ones apart. `rows` tell of each document that was asked for, in order of arrival:
    all, or the first of each state but those that were read. `pending` counts both environments, `in_hand` those of
    them that are being read now."""

    documents: int
    elsewhere: int
    counts: dict[str, int]
    rows: list[dict[str, Any]]
    pending: int
    in_hand: int


def overview(
    ledger: Ledger, pending: Sequence[Pending], environment: str, most: int | None, in_hand: Set[str] = frozenset()
) -> Overview:
    """`pending` are those of the ledger; `most` is how many rows of each state are wanted, None: all documents. Those
    of `in_hand` are said to be being read."""
    totals, superseded = _totals(ledger)
    total, gone = totals.get(environment, 0), superseded.get(environment, [])
    mine = _of_environment(ledger, pending, environment)
    stale = [item.document for item in mine if item.settled]
    waiting = [item.document for item in mine if not item.settled]
    apart = {item.document for item in mine} | set(gone)
    rejected = [key for key in ledger.rejected(environment) if key not in apart]
    if most is None:
        chosen = [d for d in ledger.documents() if d.environment == environment]
    else:
        chosen = ledger.documents([key for some in (rejected, stale, waiting, gone) for key in some[:most]])
    outputs = ledger.outputs([document.document for document in chosen])
    due = {item.document: item for item in mine}
    return Overview(
        documents=total,
        elsewhere=sum(totals.values()) - total,
        counts={
            READ: total - len(gone) - len(mine) - len(rejected),
            REJECTED: len(rejected),
            WAITING: len(waiting),
            STALE: len(stale),
        },
        rows=[_row(one, outputs.get(one.document, {}), due.get(one.document), in_hand) for one in chosen],
        pending=len(pending),
        in_hand=sum(item.document in in_hand for item in pending),
    )


def _totals(ledger: Ledger) -> tuple[dict[str, int], dict[str, list[str]]]:
    """By environment, how many documents there are, and which of them are superseded."""
    table = schema.documents
    counted = sa.select(table.c.environment, sa.func.count()).group_by(table.c.environment)
    gone = sa.select(table.c.environment, table.c.document).where(table.c.superseded_by.is_not(None))
    superseded: dict[str, list[str]] = {}
    with ledger.engine.connect() as connection:
        totals = dict(connection.execute(counted).tuples().all())
        for environment, document in connection.execute(gone.order_by(table.c.position)):
            superseded.setdefault(environment, []).append(document)
    return totals, superseded


def _of_environment(ledger: Ledger, pending: Sequence[Pending], environment: str) -> list[Pending]:
    if not pending:
        return []
    table = schema.documents
    with ledger.engine.connect() as connection:
        keys = set(connection.execute(sa.select(table.c.document).where(table.c.environment == environment)).scalars())
    return [item for item in pending if item.document in keys]


def _row(document: Document, outputs: dict[str, Output], pending: Pending | None, in_hand: Set[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"document": document.document, "name": document.name}
    rejected = next((output for output in outputs.values() if output.status == "rejected"), None)
    if document.superseded_by is not None:
        return row | {"state": SUPERSEDED, "by": document.superseded_by}
    if pending is not None:
        why = BEING_READ if document.document in in_hand else pending.why
        return row | {"state": STALE if pending.settled else WAITING, "stage": pending.stage, "why": why}
    if rejected is not None:
        row |= {"state": REJECTED, "stage": rejected.stage, "reason": rejected.code}
        return row | {"why": rejected.message, "advice": rejected.advice}
    return row | {"state": READ, "seconds": round(sum(output.seconds for output in outputs.values()), 2)}
