"""How often something is told of: kept in the ledger, so that all machines together tell of it once."""

from __future__ import annotations

import time

from resources.ledger import Ledger, schema
from resources.ledger.statements import insert


def may_say(ledger: Ledger, subject: str, quiet: float) -> int | None:
    """Whether to tell of a subject, once in `quiet` seconds: None where not, else how often it came up untold since."""
    table = schema.alerts
    mine = table.c.subject == subject
    now = time.time()
    with ledger.transaction() as connection:
        first = insert(connection, table).values(subject=subject, said_at=0.0, unsaid=0)
        connection.execute(first.on_conflict_do_nothing(index_elements=["subject"]))
        row = connection.execute(table.select().where(mine).with_for_update()).one()
        # A clock that was ahead when it was said keeps nobody quiet for longer.
        if 0 <= now - row.said_at < quiet:
            connection.execute(table.update().where(mine).values(unsaid=table.c.unsaid + 1))
            return None
        connection.execute(table.update().where(mine).values(said_at=now, unsaid=0))
        return row.unsaid


def take_back(ledger: Ledger, subject: str, unsaid: int) -> None:
    """It was not told of after all: the next time it comes up it is."""
    table = schema.alerts
    with ledger.transaction() as connection:
        connection.execute(table.update().where(table.c.subject == subject).values(said_at=0.0, unsaid=unsaid + 1))
