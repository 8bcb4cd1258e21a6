"""The tables of the corpus: a table per noun, with comments, so that a person finds their way by `describe`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from ocr.documents import Chunk, Field, Line, Page, Region, Rejection, TableCell, Violation, Word, schema

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TYPES = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.list_(pa.string()): "VARCHAR[]",
    pa.list_(pa.float64()): "DOUBLE[]",
}


def _columns(noun: type) -> dict[str, str]:
    return {"document": "VARCHAR"} | {column.name: _TYPES[column.type] for column in schema(noun)}


COLUMNS: dict[str, dict[str, str]] = {
    "documents": {
        "document": "VARCHAR",
        "sha256": "VARCHAR",
        "name": "VARCHAR",
        "uri": "VARCHAR",
        "media_type": "VARCHAR",
        "size": "BIGINT",
        "page_count": "BIGINT",
        "type": "VARCHAR",
        "status": "VARCHAR",
        "collection": "VARCHAR",
        "environment": "VARCHAR",
        "variant": "VARCHAR",
        "received_at": "TIMESTAMP",
        "read_at": "TIMESTAMP",
        "seconds": "DOUBLE",
    },
    "pages": _columns(Page),
    "regions": _columns(Region),
    "lines": _columns(Line),
    "words": _columns(Word),
    "tables": _columns(TableCell),
    "records": {
        "document": "VARCHAR",
        "type": "VARCHAR",
        "type_confidence": "DOUBLE",
        "language": "VARCHAR",
        "status": "VARCHAR",
    },
    "fields": _columns(Field),
    "violations": _columns(Violation),
    "chunks": _columns(Chunk) | {"vector": "FLOAT[]", "id": "INTEGER"},
    "rejections": _columns(Rejection),
    "evaluations": {
        "document": "VARCHAR",
        "evaluation": "VARCHAR",
        "made_at": "TIMESTAMP",
        "variant": "VARCHAR",
        "name": "VARCHAR",
        "environment": "VARCHAR",
        "set": "VARCHAR",
        "type": "VARCHAR",
        "tier": "VARCHAR",
        "stage": "VARCHAR",
        "measure": "VARCHAR",
        "numerator": "DOUBLE",
        "denominator": "DOUBLE",
        "fingerprint": "VARCHAR",
        "truth": "VARCHAR",
        "day": "VARCHAR",
    },
}
"""Columns and their DuckDB types; `chunks.vector` is an array of fixed length once the first vector is known."""

TABLE_COMMENTS = {
    "documents": "One row a document, read or rejected.",
    "pages": "Upright, deskewed pages; all boxes elsewhere are pixels of these.",
    "regions": "Regions of interest of a page, in reading order.",
    "lines": "Lines of text, in reading order.",
    "words": "Words: the canonical unit of text.",
    "tables": "Cells of tables; `region` is the number of the table's region on its page.",
    "records": "What a document is: its type and the state of its fields.",
    "fields": "Typed fields of a document; those of a line item share a `group`.",
    "violations": "Rules that a record breaks.",
    "chunks": "Passages, each with a vector; the search goes over these.",
    "rejections": "Documents, or single pages (`page`), that could not be read, and what to do about it.",
    "evaluations": "What was measured against ground truth: a row a document, stage and measure; rates are "
    "sum(numerator) / sum(denominator).",
}

_BOX = {
    "x0": "left edge, pixels of the upright page",
    "y0": "top edge, pixels of the upright page",
    "x1": "right edge, pixels of the upright page",
    "y1": "bottom edge, pixels of the upright page",
}
_SHARED = _BOX | {
    "document": "key of the document, in all tables",
    "page": "page number, from 1",
    "region": "number of the region on its page; null outside every region",
    "confidence": "how sure the reader is, 0..1",
    "engine": "what read it",
    "text": "as read",
}
COLUMN_COMMENTS: dict[str, dict[str, str]] = {
    "documents": {
        "sha256": "of the bytes",
        "size": "bytes",
        "type": "invoice, receipt, …; null where rejected",
        "status": "read or rejected",
        "variant": "side of a split that reads it; empty: the models in force",
        "received_at": "UTC",
        "read_at": "UTC",
        "seconds": "spent on reading it, all stages",
    },
    "pages": {
        "number": "page number, from 1; `page` in the other tables",
        "width": "pixels",
        "height": "pixels",
        "source_width": "points for PDF, pixels for images",
        "source_height": "points for PDF, pixels for images",
        "rotation": "degrees clockwise the source was turned to stand upright",
        "skew": "degrees taken out, positive when the source page was turned counter-clockwise",
        "transform": "row-major 3×3 homography, upright pixels to source units",
        "needs_ocr": "false where the text layer was trusted",
        "mixed": "true where text beside a trusted text layer was read as well",
        "route_reason": "why it was or was not",
    },
    "regions": {"number": "place in the page's reading order, from 0", "source": "the model that found it"},
    "lines": {"number": "place in the page's reading order, from 0", "source": "text_layer or ocr"},
    "words": {
        "line": "number of its line on the page",
        "number": "place in its line, from 0",
        "source": "text_layer or ocr",
    },
    "tables": {"row": "from 0", "column": "from 0"},
    "records": {"status": "valid, needs_review or rejected"},
    "fields": {
        "raw": "as read",
        "value": "normalised: ISO date, plain decimal, ISO currency",
        "found_by": "the rule or model that found it",
        "status": "valid, needs_review or rejected",
        "reasons": "why it is not simply valid",
        "group": "number of the line item it belongs to; null outside items",
    },
    "violations": {
        "severity": "error or warning",
        "field": "the field most concerned",
        "group": "number of the line item it is about; null where it is about no single one",
    },
    "chunks": {
        "number": "place in the document, from 0",
        "heading": "the headings above it",
        "vector": "unit vector of the text; the inner product of two is their cosine",
        "id": "what the search index calls it",
    },
    "evaluations": {
        "evaluation": "id; sorts by time",
        "made_at": "UTC",
        "variant": "what was tried, or the side of a split that read it; empty: the models in force",
        "tier": "quality of the worst page",
        "fingerprint": "of the stage's output: code, models and settings that made it",
        "truth": "digest of the ground truth it was compared with",
        "day": "when the document was received, ISO date in UTC",
    },
    "rejections": {"page": "null where the whole document was rejected", "advice": "what a person can do"},
}


def create_tables(connection: DuckDBPyConnection) -> None:
    for noun in COLUMNS:
        create_table(connection, noun)


def create_table(connection: DuckDBPyConnection, noun: str, dimension: int = 0) -> dict[str, str]:
    """Create a noun's table, in place of one that is there; `dimension`, unless 0, fixes the length of its vectors.

    Returns its columns and their types.
    """
    columns = COLUMNS[noun] | ({"vector": f"FLOAT[{dimension}]"} if dimension else {})
    listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(f'CREATE OR REPLACE TABLE "{noun}" ({listed})')
    connection.execute(f'COMMENT ON TABLE "{noun}" IS {_literal(TABLE_COMMENTS[noun])}')
    comments = {name: text for name, text in _SHARED.items() if name in columns} | COLUMN_COMMENTS[noun]
    for name, text in comments.items():
        connection.execute(f'COMMENT ON COLUMN "{noun}"."{name}" IS {_literal(text)}')
    return columns


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
