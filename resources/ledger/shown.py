"""What the corpus is to show, from the ledger alone: which documents, and a digest of what makes the rows of each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import sqlalchemy as sa

from ocr.flow import STAGES
from resources.ledger import schema
from resources.ledger.ledger import Ledger


def shown(ledger: Ledger, mark: Callable[[str], str]) -> dict[str, str]:
    """Digests by document, in order of arrival, of live documents that are settled and not superseded.

    `mark` tells, of a document's SHA-256, what the ledger does not know and its rows depend on. The ledger answers a
    row a document: documents on their way, whose outputs lack the last stage and have no rejection, are left out.
    """
    table, of = schema.outputs, schema.documents
    made = table.c.stage + " " + table.c.status + " " + table.c.version + " " + table.c.made_at
    names = ("document", "sha256", "name", "uri", "collection", "variant", "received_at")
    query = (
        sa.select(*(of.c[name] for name in names), sa.func.aggregate_strings(made, "\n"))
        .join(table, (table.c.document == of.c.document) & table.c.current)
        .where((of.c.environment == "live") & of.c.superseded_by.is_(None))
        .group_by(of.c.position, *(of.c[name] for name in names))
        .order_by(of.c.position)
    )
    found: dict[str, str] = {}
    with ledger.engine.connect() as connection:
        for *head, outputs in connection.execute(query):
            each = sorted(outputs.split("\n"))
            if any(one.split(" ", 2)[0] == STAGES[-1] or one.split(" ", 2)[1] == "rejected" for one in each):
                head[5] = ledger.split.in_force(head[5])
                parts = [*head, *each, mark(head[1])]
                found[head[0]] = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    return found
