"""Makes the ledger's tables, and adds to those of an older version what the schema has gained: columns and indexes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.schema import CreateColumn

from resources.ledger import schema
from resources.ledger.environments import widen_content

OUTLIVED = ["outputs_current"]
"""Indexes of older versions that make queries slower."""

LOCK = 0x0C12ED6E  # of this purpose alone, on Postgres


def evolve(engine: Engine) -> None:
    """Bring the database up to the schema. New columns must be nullable or have a server default."""
    with engine.connect() as connection:
        if not _lacking(connection):
            return
        connection.rollback()
        _lock(connection)
        schema.metadata.create_all(connection)
        for item in _lacking(connection):
            if isinstance(item, sa.Index):
                item.create(connection)
            elif isinstance(item, sa.Column):
                column = CreateColumn(item).compile(dialect=connection.dialect)
                table = connection.dialect.identifier_preparer.format_table(item.table)
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
        for name in OUTLIVED:
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")
        widen_content(connection)
        connection.commit()


def _lacking(connection: Connection) -> list[sa.Table | sa.Column | sa.Index]:
    """Tables, columns and indexes of the schema that the database lacks; columns before the indexes on them."""
    inspector = sa.inspect(connection)
    columns = {name: {c["name"] for c in found} for (_, name), found in inspector.get_multi_columns().items()}
    indexes = {i["name"] for found in inspector.get_multi_indexes().values() for i in found}
    tables = schema.metadata.sorted_tables
    lacking: list[sa.Table | sa.Column | sa.Index] = [table for table in tables if table.name not in columns]
    there = [table for table in tables if table.name in columns]
    lacking += [column for table in there for column in table.columns if column.name not in columns[table.name]]
    lacking += [index for table in there for index in table.indexes if index.name not in indexes]
    return lacking


def _lock(connection: Connection) -> None:
    """Workers of many machines open a new ledger at once: one makes its tables, the others find them."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
