"""What each stage writes of a reading, and how it is read back: Parquet for rows, images for pages, JSON for heads."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from ocr.documents import (
    Chunk,
    Field,
    Line,
    Page,
    RawDocument,
    Record,
    Region,
    TableCell,
    TextBox,
    Violation,
    Word,
    from_table,
    to_table,
)
from ocr.stages import Reading
from resources.lake.store import Lake

TABLES: dict[str, dict[str, type]] = {
    "raw_document": {},
    "pages": {"pages": Page, "layer": Word},
    "regions": {"regions": Region, "cells": TableCell, "boxes": TextBox},
    "text": {"lines": Line, "words": Word, "cells": TableCell},
    "records": {"fields": Field, "violations": Violation},
    "embeddings": {"chunks": Chunk},
}
"""The Parquet files of each stage, by the noun in their rows."""


def save_parts(lake: Lake, stage: str, reading: Reading, folder: UPath) -> tuple[list[str], dict[str, Any], str]:
    """Write a stage's part of a reading; returns the file names, the manifest's data and the hash of the content."""
    tables = {name: to_table(noun, _rows(reading, name)) for name, noun in TABLES[stage].items()}
    data: dict[str, Any] = {}
    digest = hashlib.sha256()
    files: list[str] = []
    if stage == "raw_document":
        assert reading.raw is not None
        lake.write(folder / "document", reading.load())
        files.append("document")
        data = asdict(reading.raw)
        digest.update(json.dumps([reading.sha256, reading.raw.media_type, reading.raw.page_count]).encode())
    if stage == "pages":
        for page in reading.pages:
            path = reading.images.path(page.number)
            digest.update(path.read_bytes())
            files.append(path.name)
    if stage == "records":
        assert reading.record is not None
        head = asdict(reading.record)
        data = {name: head[name] for name in ("type", "type_confidence", "language", "status")}
        digest.update(json.dumps(data, sort_keys=True).encode())
    if stage == "embeddings":
        tables["chunks"] = with_vectors(tables["chunks"], reading.vectors)
    for name, table in tables.items():
        sink = io.BytesIO()
        pq.write_table(table, sink, compression="zstd")
        lake.write(folder / f"{name}.parquet", sink.getvalue())
        digest.update(sink.getvalue())
        files.append(f"{name}.parquet")
    return files, data, digest.hexdigest()


def load_parts(lake: Lake, stage: str, reading: Reading, version: str, data: dict[str, Any]) -> None:
    """Read a stage's part back into a reading; `data` is that of the output's manifest."""
    folder = lake.folder(stage, reading.key, version)
    rows: dict[str, list[Any]] = {
        name: from_table(noun, read_table(folder, name)) for name, noun in TABLES[stage].items() if name != "chunks"
    }
    match stage:
        case "raw_document":
            reading.raw = RawDocument(**data)
            reading.load = (folder / "document").read_bytes
        case "pages":
            reading.pages, reading.layer = rows["pages"], rows["layer"]
        case "regions":
            reading.regions, reading.cells, reading.boxes = rows["regions"], rows["cells"], rows["boxes"]
        case "text":
            # All cells: those of the regions, and those that words on scans make.
            reading.lines, reading.words, reading.cells = rows["lines"], rows["words"], rows["cells"]
        case "records":
            reading.record = Record(**data, fields=rows["fields"], violations=rows["violations"])
        case "embeddings":
            table = read_table(folder, "chunks")
            reading.vectors = np.array(table.column("vector").to_pylist(), dtype=np.float32)
            reading.chunks = from_table(Chunk, table.drop_columns(["vector"]))


def read_table(folder: UPath, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """One Parquet file of an output, or some of its columns."""
    data = io.BytesIO((folder / f"{name}.parquet").read_bytes())
    # These files are small, and Arrow's thread pools, once begun, can abort a short-lived process at its end.
    return pq.ParquetFile(data, pre_buffer=False).read(columns, use_threads=False)


def with_vectors(chunks: pa.Table, vectors: np.ndarray | None) -> pa.Table:
    """Chunks with a column `vector` (float32, one fixed length)."""
    count = chunks.num_rows
    values = np.zeros((0, 0), dtype=np.float32) if vectors is None else np.asarray(vectors, dtype=np.float32)
    flat = pa.array(values.ravel(), type=pa.float32())
    offsets = pa.array(np.arange(count + 1, dtype=np.int32) * (values.shape[1] if count else 0))
    return chunks.append_column("vector", pa.ListArray.from_arrays(offsets, flat))


def _rows(reading: Reading, name: str) -> list[Any]:
    if name in ("fields", "violations"):
        return getattr(reading.record, name)
    return getattr(reading, name)
