"""The corpus file: built beside the one in use and swapped in when complete, opened briefly."""

from __future__ import annotations

import fcntl
import logging
import shutil
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ocr.errors import OcrError
from resources.warehouse.index import add_chunks, create_index, fill_index
from resources.warehouse.tables import COLUMNS, create_table, create_tables
from resources.warehouse.views import create_views

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = logging.getLogger(__name__)

BUILD_MEMORY = "1GB"  # DuckDB spills to disk above this, beside the new file


class CorpusMissing(OcrError):
    """There is no corpus here, or none that can be opened now; the message says what to do."""


ALONE: dict[str, str | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "lock_configuration": "true",
}


def connect(path: Path, read_only: bool = True) -> DuckDBPyConnection:
    """Open the corpus. Close it soon: the file may be replaced at any time, and this process goes on seeing the old one
    until its last connection is closed. Queries see the corpus alone: no other file, no network, no extension.

    Raises `CorpusMissing` where there is none, or where it cannot be opened.
    """
    import duckdb

    if not path.is_file():
        raise CorpusMissing(f"there is no corpus at {path} yet: `ocr-assets run` makes it")
    try:
        return duckdb.connect(path, read_only=read_only, config=ALONE)
    except duckdb.Error as error:
        raise CorpusMissing(
            f"the corpus at {path} cannot be opened ({error}): close the program that writes to it, or delete the "
            "file and make it again with `ocr-assets run`"
        ) from error


def build(path: Path, documents: pa.Table, parts: Mapping[str, Iterable[pa.Table]]) -> dict[str, int]:
    """Write a new corpus beside `path` and put it in its place; returns the rows of each table.

    `parts` yields Arrow tables per noun (the columns of `ocr.documents` and `document`; chunks with `vector`), which
    are written one after another, so that memory does not grow with the corpus. Readers of the old file keep it; a
    crash leaves it in place. A second builder waits for the first.
    """
    import duckdb

    unknown = set(parts) - set(COLUMNS)
    if unknown:
        raise ValueError(f"the corpus has no tables {sorted(unknown)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    with _only_builder(path):
        _remove(new)
        try:
            with duckdb.connect(new, config={"memory_limit": BUILD_MEMORY}) as connection:
                counts = _write(connection, {**parts, "documents": [documents]})
            # A log that someone's interrupted writing left beside the old file must not be replayed into the new one.
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
            new.replace(path)
        finally:
            _remove(new)
    return counts


@contextmanager
def _only_builder(path: Path) -> Generator[None]:
    """The lock goes with the process that holds it, so what lies beside the corpus now is of no living builder."""
    with path.with_name(f".{path.name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _remove(new: Path) -> None:
    new.unlink(missing_ok=True)
    new.with_name(f"{new.name}.wal").unlink(missing_ok=True)
    shutil.rmtree(new.with_name(f"{new.name}.tmp"), ignore_errors=True)


def _write(connection: DuckDBPyConnection, parts: Mapping[str, Iterable[pa.Table]]) -> dict[str, int]:
    create_tables(connection)
    for noun, tables in parts.items():
        if noun != "chunks":
            for table in tables:
                _insert(connection, noun, table)
    _write_chunks(connection, parts.get("chunks", ()))
    create_views(connection)
    return {noun: _count(connection, f'"{noun}"') for noun in COLUMNS}


def _write_chunks(connection: DuckDBPyConnection, tables: Iterable[pa.Table]) -> None:
    """Chunks with their vectors and their words; the first vector's length is that of the corpus."""
    create_index(connection)
    start, kind = 0, ""
    for table in tables:
        if not table.num_rows:
            continue
        if not kind:
            kind = create_table(connection, "chunks", dimension=len(table["vector"][0].as_py()))["vector"]
        ids = pa.array(np.arange(start, start + table.num_rows, dtype=np.int32))
        numbered = table.append_column("id", ids)
        _insert(connection, "chunks", numbered, f"* REPLACE (try_cast(vector AS {kind}) AS vector)")
        add_chunks(connection, numbered)
        start += table.num_rows
    fill_index(connection)
    strangers = _count(connection, "chunks WHERE vector IS NULL")
    if strangers:
        log.warning("%d chunks have vectors of another model: until read again they are found by words only", strangers)


def _insert(connection: DuckDBPyConnection, noun: str, table: pa.Table, columns: str = "*") -> None:
    connection.register("incoming", table)
    connection.execute(f'INSERT INTO "{noun}" BY NAME SELECT {columns} FROM incoming')
    connection.unregister("incoming")


def _count(connection: DuckDBPyConnection, rows: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {rows}").fetchone()
    return row[0] if row else 0
