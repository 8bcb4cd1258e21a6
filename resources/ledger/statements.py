"""Statements that the ledger's tables have in common, in the words of SQLite and of Postgres."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection


def upsert(connection: Connection, table: sa.Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Insert a row, or give the one of that key these values."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def now() -> str:
    """ISO in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
