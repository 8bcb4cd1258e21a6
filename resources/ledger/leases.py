"""Leases: work that one process at a time does, on whatever machine; one that dies loses it after a while."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from resources.ledger import schema
from resources.ledger.ledger import Ledger
from resources.ledger.statements import insert


@contextmanager
def lease(ledger: Ledger, name: str, seconds: float) -> Generator[bool]:
    """Whether this process has the lease, for `seconds` or until the end of the block. It is not waited for."""
    table, holder = schema.leases, f"{socket.gethostname()} {os.getpid()} {uuid4()}"
    mine = table.c.name == name
    with ledger.transaction() as connection:
        free = insert(connection, table).values(name=name, holder="", until=0.0)
        connection.execute(free.on_conflict_do_nothing(index_elements=["name"]))
        now = _now(connection)
        took = table.update().where(mine & (table.c.until <= now)).values(holder=holder, until=now + seconds)
        had = connection.execute(took).rowcount == 1
    try:
        yield had
    finally:
        if had:
            with ledger.transaction() as connection:
                connection.execute(table.update().where(mine & (table.c.holder == holder)).values(until=0.0))


def _now(connection: Connection) -> float:
    """Seconds since 1970, by the one clock that all who want the lease have in common: clocks of machines differ."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(sa.select(sa.extract("epoch", sa.func.clock_timestamp()))).scalar_one())
    return time.time()
