"""Outputs that are not in force any more: what going back to an earlier model finds, and what can be pruned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from resources.ledger import schema
from resources.ledger.ledger import Ledger
from resources.ledger.statements import chunks


@dataclass(frozen=True, slots=True)
class Retired:
    """`retired_at`: when another output came into force (ISO, UTC); empty where that was not noted."""

    document: str
    stage: str
    version: str
    status: str
    fingerprint: str
    output_hash: str
    made_at: str
    retired_at: str


def retired(ledger: Ledger, keys: Sequence[str] | None = None) -> dict[str, dict[tuple[str, str], Retired]]:
    """By document, then by stage and version; of all documents, or of those named."""
    table = schema.outputs
    query = sa.select(*(table.c[name] for name in Retired.__dataclass_fields__)).where(~table.c.current)
    queries = [query] if keys is None else [query.where(table.c.document.in_(some)) for some in chunks(keys)]
    found: dict[str, dict[tuple[str, str], Retired]] = {}
    with ledger.engine.connect() as connection:
        for one_query in queries:
            for row in connection.execute(one_query).mappings():
                one = Retired(**dict(row) | {"retired_at": row["retired_at"] or ""})
                found.setdefault(one.document, {})[one.stage, one.version] = one
    return found


def drop(ledger: Ledger, one: Retired) -> bool:
    """Forget an output; false where it has come into force again meanwhile."""
    table = schema.outputs
    mine = (table.c.document == one.document) & (table.c.stage == one.stage) & (table.c.version == one.version)
    with ledger.transaction() as connection:
        return connection.execute(table.delete().where(mine & ~table.c.current)).rowcount > 0
