"""Live and test documents side by side: the same bytes may be there once as each."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable

from resources.ledger import schema


def widen_content(connection: Connection) -> None:
    """Let a ledger in which content was unique hold it once in each environment. Needs the schema's columns."""
    found = sa.inspect(connection).get_unique_constraints("documents")
    old = next((one for one in found if one["column_names"] == ["sha256"]), None)
    if old is None:
        return
    if connection.dialect.name == "sqlite":
        _copy(connection, schema.documents)
    else:
        connection.exec_driver_sql(f'ALTER TABLE documents DROP CONSTRAINT "{old["name"]}"')
        wider = "ADD CONSTRAINT documents_content UNIQUE (sha256, environment)"
        connection.exec_driver_sql(f"ALTER TABLE documents {wider}")


def _copy(connection: Connection, table: sa.Table) -> None:
    """SQLite changes no constraint in place: a new table takes the rows and the old one's name."""
    new = table.to_metadata(sa.MetaData(), name=f"{table.name}_new")
    connection.execute(CreateTable(new))
    columns = [column.name for column in table.columns]
    connection.execute(new.insert().from_select(columns, sa.select(*table.columns)))
    connection.exec_driver_sql(f"DROP TABLE {table.name}")
    connection.exec_driver_sql(f"ALTER TABLE {new.name} RENAME TO {table.name}")
    for index in table.indexes:
        index.create(connection)
