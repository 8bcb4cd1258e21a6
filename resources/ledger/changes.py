"""The number of the last change of outcomes: whether anything happened since a moment is one row to compare."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from resources.ledger import schema
from resources.ledger.statements import insert

OUTCOMES = "outcomes"

NOTHING = "nothing"
"""The state of a ledger that knows no outcome yet."""


def touch(connection: Connection) -> None:
    """Note that current outcomes, or what supersedes what, changed. To be called last in a transaction.

    Its row is held until the transaction ends, so numbers come in the order of what they stand for: who has seen one
    sees all that earlier ones stand for.
    """
    table = schema.changes
    first = insert(connection, table).values(name=OUTCOMES, ledger=uuid.uuid4().hex[:12], number=1)
    connection.execute(first.on_conflict_do_update(index_elements=["name"], set_={"number": table.c.number + 1}))


def state(engine: Engine) -> str:
    """What outcomes are now: equal states, equal outcomes. No two ledgers have a state in common, but the empty one."""
    table = schema.changes
    with engine.connect() as connection:
        row = connection.execute(sa.select(table.c.ledger, table.c.number).where(table.c.name == OUTCOMES)).first()
    return f"{row.ledger}-{row.number}" if row is not None else NOTHING
