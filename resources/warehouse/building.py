"""Writing a corpus: all of it, or what changed since the one in use was written.

A corpus knows what it was written of: a digest a document. From that a later one is made by taking out the rows of
documents that changed or left, and writing those of the changed ones. Only the numbers of passages may differ from
those of a corpus written whole.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from resources.warehouse.corpus import CorpusMissing, connect, open_new, replacing
from resources.warehouse.index import FILL, add_chunks, create_index, fill_index, take_up_index
from resources.warehouse.tables import COLUMNS, create_table, create_tables
from resources.warehouse.views import create_views, views

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = logging.getLogger(__name__)

WRITING = 1
"""Raised by hand when a corpus is written otherwise than its tables, views and index tell."""

Parts = Mapping[str, Iterable[pa.Table]]
"""Arrow tables per noun: the columns of `ocr.documents` and `document`; chunks with `vector`."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a corpus was written of: `digests` by document, `evaluations` by id; `id` is its own."""

    id: str
    digests: Mapping[str, str]
    evaluations: Set[str]


class MustBeWhole(Exception):
    """The corpus in use cannot be gone on with; a new one has to be written whole."""


def contents(path: Path) -> Contents | None:
    """What the corpus in use was written of; None where there is none that can be gone on with."""
    import duckdb

    if path.with_name(f"{path.name}.wal").exists():
        return None  # someone wrote to it, and was interrupted
    try:
        with connect(path) as connection:
            ((made_by, id_),) = connection.execute("SELECT made_by, id FROM build.head").fetchall()
            if made_by != _made_by():
                return None
            digests = dict(connection.execute("SELECT key, digest FROM build.contents").fetchall())
            evaluations = connection.execute("SELECT DISTINCT evaluation FROM evaluations").fetchall()
    except (CorpusMissing, duckdb.Error):
        return None
    return Contents(id_, digests, {evaluation for (evaluation,) in evaluations})


def build(path: Path, documents: pa.Table, parts: Parts, digests: Mapping[str, str] | None = None) -> dict[str, int]:
    """Write a new corpus and put it in place of the one in use; returns the rows of each table.

    What `parts` yields is written one table after another, so that memory does not grow with the corpus. `digests`
    tell, by document, what the rows were made of.
    """
    _check(parts)
    with replacing(path) as new, open_new(new) as connection:
        connection.begin()  # many small statements, each of which would wait for the disk
        create_tables(connection)
        create_views(connection)
        connection.execute("CREATE SCHEMA build")
        connection.commit()
        create_index(connection)
        return _write(connection, {**parts, "documents": [documents]}, digests or {}, "")


def update(
    path: Path, base: Contents, left: Set[str], documents: pa.Table, parts: Parts, digests: Mapping[str, str]
) -> dict[str, int]:
    """As `build`, from the corpus in use, which holds `base`: documents in `left` go, those in `documents` come.

    `left` names all whose rows are in the way: documents that are gone, and those that come anew; and evaluations that
    go. `digests` are those of all documents. Raises `MustBeWhole` where the corpus is not the one of `base` any more,
    or its vectors would change their length.
    """
    _check(parts)
    with replacing(path) as new:
        shutil.copyfile(path, new)
        with open_new(new) as connection:
            if connection.execute("SELECT id FROM build.head").fetchall() != [(base.id,)]:
                raise MustBeWhole("another corpus was written meanwhile")
            _take_out(connection, left)
            vectors = _vectors(connection)
            return _write(connection, {**parts, "documents": [documents]}, digests, vectors)


def _write(connection: DuckDBPyConnection, parts: Parts, digests: Mapping[str, str], vectors: str) -> dict[str, int]:
    for noun, tables in parts.items():
        if noun != "chunks":
            for table in tables:
                _insert(connection, f'"{noun}"', table)
    _write_chunks(connection, parts.get("chunks", ()), vectors)
    _note(connection, digests)
    return {noun: _count(connection, f'"{noun}"') for noun in COLUMNS}


def _write_chunks(connection: DuckDBPyConnection, tables: Iterable[pa.Table], kind: str) -> None:
    """Chunks with their vectors and their words. The first vector's length is that of the corpus, where `kind`, the
    type of those that are there, is empty."""
    known, start = kind, _next_chunk(connection)
    for table in tables:
        if not table.num_rows:
            continue
        dimension = len(table["vector"][0].as_py())
        if not kind:
            kind = create_table(connection, "chunks", dimension=dimension)["vector"]
        ids = pa.array(np.arange(start, start + table.num_rows, dtype=np.int32))
        numbered = table.append_column("id", ids)
        _insert(connection, "chunks", numbered, f"* REPLACE (try_cast(vector AS {kind}) AS vector)")
        add_chunks(connection, numbered)
        start += table.num_rows
    fill_index(connection)
    strangers = _count(connection, "chunks WHERE vector IS NULL")
    if strangers and known:
        raise MustBeWhole("there are vectors of two models")
    if strangers:
        log.warning("%d chunks have vectors of another model: until read again they are found by words only", strangers)


def _take_out(connection: DuckDBPyConnection, left: Set[str]) -> None:
    """Delete every row of the documents and evaluations in `left`, and take up the index without them."""
    connection.register("leaving", pa.table({"name": pa.array(sorted(left), pa.string())}))
    connection.execute("CREATE TEMP TABLE leaving_chunks AS SELECT id FROM chunks WHERE document IN (FROM leaving)")
    take_up_index(connection, without="leaving_chunks")
    for noun in COLUMNS:
        key = "evaluation" if noun == "evaluations" else "document"
        connection.execute(f'DELETE FROM "{noun}" WHERE {key} IN (FROM leaving)')
    connection.unregister("leaving")


def _vectors(connection: DuckDBPyConnection) -> str:
    """The type of the vectors that are there; empty where there are none. Raises `MustBeWhole` where some are lost."""
    if _count(connection, "chunks WHERE vector IS NULL"):
        raise MustBeWhole("there are vectors of two models")
    ((kind,),) = connection.execute("SELECT any_value(typeof(vector)) FROM chunks").fetchall()
    return kind or ""


def _note(connection: DuckDBPyConnection, digests: Mapping[str, str]) -> None:
    names = pa.array(digests.keys(), pa.string()), pa.array(digests.values(), pa.string())
    connection.register("noted", pa.table(names, ["key", "digest"]))
    connection.execute("CREATE OR REPLACE TABLE build.contents AS FROM noted")
    connection.unregister("noted")
    made_by = _made_by()
    connection.execute("CREATE OR REPLACE TABLE build.head AS SELECT ? AS made_by, uuid()::VARCHAR AS id", [made_by])


def _made_by() -> str:
    """A digest of everything that decides what a corpus is like besides its documents."""
    import duckdb

    parts = [str(WRITING), duckdb.__version__, repr(COLUMNS), FILL, *views().values()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _check(parts: Parts) -> None:
    unknown = set(parts) - set(COLUMNS)
    if unknown:
        raise ValueError(f"the corpus has no tables {sorted(unknown)}")


def _insert(connection: DuckDBPyConnection, table: str, rows: pa.Table, columns: str = "*") -> None:
    connection.register("incoming", rows)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT {columns} FROM incoming")
    connection.unregister("incoming")


def _next_chunk(connection: DuckDBPyConnection) -> int:
    ((following,),) = connection.execute("SELECT coalesce(max(id) + 1, 0) FROM chunks").fetchall()
    return following


def _count(connection: DuckDBPyConnection, rows: str) -> int:
    ((count,),) = connection.execute(f"SELECT count(*) FROM {rows}").fetchall()
    return count
