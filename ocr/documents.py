"""The nouns: what a document is made of, from raw bytes to chunks, and how each noun is stored.

Coordinates are pixels of the upright page image: origin top left, x right, y down, boxes `x0, y0, x1, y1`. Pages are
numbered from 1, regions and lines from 0 in reading order within their page, words from 0 within their line.
Every noun is a flat dataclass, so that it is one Parquet row: `to_table` and `from_table` convert lists of them.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, TypeVar

import pyarrow as pa

RegionKind = Literal["title", "heading", "text", "list", "table", "figure", "caption", "header", "footer", "formula"]


@dataclass(slots=True)
class RawDocument:
    """What the bytes are. `received_at` is ISO 8601 in UTC; `size` is bytes; `environment` is `live` or `test`."""

    sha256: str
    name: str
    uri: str
    media_type: str
    size: int
    page_count: int
    encrypted: bool
    producer: str
    received_at: str
    environment: str = "live"


@dataclass(slots=True)
class Page:
    """One upright, deskewed page.

    `width`, `height`: pixels of the upright image, at `dpi`. `source_width`, `source_height`: size of the source page
    in its own units (points for PDF, pixels for images). `rotation`: degrees clockwise the source was turned to stand
    upright (0, 90, 180, 270). `skew`: degrees, positive when the source page was turned counter-clockwise; it has been
    taken out, and `skew_confidence` (0..1) says how sure the estimate was (0: abstained).
    `transform`: row-major 3×3 homography from upright pixels to source units.
    `needs_ocr` with `route_reason` says whether the text layer is worth trusting; `blank` pages need nothing. `mixed`
    pages have a trusted text layer beside pictures that hold text of their own: both are read.
    """

    number: int
    width: int
    height: int
    dpi: float
    source_width: float
    source_height: float
    rotation: int = 0
    rotation_confidence: float = 1.0
    skew: float = 0.0
    skew_confidence: float = 0.0
    transform: list[float] = field(default_factory=lambda: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0])
    sharpness: float = 0.0
    contrast: float = 0.0
    noise: float = 0.0
    tier: str = "good"
    blank: bool = False
    needs_ocr: bool = True
    mixed: bool = False
    route_reason: str = ""


@dataclass(slots=True)
class Region:
    """A region of interest of a page; `number` is its place in the reading order, `source` the model that found it."""

    page: int
    number: int
    kind: str
    x0: float
    y0: float
    x1: float
    y1: float
    score: float
    source: str


@dataclass(slots=True)
class TextBox:
    """Where a text detector found a line of text on a page that is (or a part of which is) to be read by OCR.

    `corners`: x and y of the four corners in turn, clockwise from the top left as the text runs.
    """

    page: int
    number: int
    corners: list[float]


@dataclass(slots=True)
class TableCell:
    """One cell of the table in region `region` of page `page`; rows and columns count from 0."""

    page: int
    region: int
    row: int
    column: int
    row_span: int
    column_span: int
    x0: float
    y0: float
    x1: float
    y1: float
    text: str
    header: bool = False


@dataclass(slots=True)
class Line:
    """One line of text; `number` is its place in the page's reading order; `region` is None outside every region.

    `confidence` is the probability (0..1) that the whole line is right.
    """

    page: int
    number: int
    region: int | None
    text: str
    confidence: float
    x0: float
    y0: float
    x1: float
    y1: float
    engine: str
    source: str


@dataclass(slots=True)
class Word:
    """One word: the canonical unit of text.

    `confidence` is the probability (0..1) that the word is right (1.0 for a trusted text layer). `raw_confidence` and
    `least_confidence` are what the engine itself said: of the word, and of its least certain character. `alternatives`
    are other readings of the word, likeliest first, each with its engine's raw confidence in
    `alternative_confidences`.
    """

    page: int
    line: int
    number: int
    region: int | None
    text: str
    confidence: float
    x0: float
    y0: float
    x1: float
    y1: float
    engine: str
    source: str
    raw_confidence: float = 1.0
    least_confidence: float = 1.0
    alternatives: list[str] = field(default_factory=list)
    alternative_confidences: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Field:
    """One typed field of a record.

    `raw` is the value as read, `value` the normalised one (ISO date, plain decimal, ISO currency), `found_by` the rule
    or model that found it, `reasons` why it is not simply valid. `group` numbers the line item it belongs to.
    """

    name: str
    raw: str
    value: str
    confidence: float
    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    found_by: str
    status: str = "valid"
    reasons: list[str] = field(default_factory=list)
    group: int | None = None


@dataclass(slots=True)
class Violation:
    """A broken rule of a record. `severity` is `error` or `warning`; `field` names the field most concerned, `page` and
    box where it is (None where it is nowhere), `group` the line item it is about (None: no single one)."""

    rule: str
    severity: str
    message: str
    field: str | None = None
    page: int | None = None
    x0: float | None = None
    y0: float | None = None
    x1: float | None = None
    y1: float | None = None
    group: int | None = None


@dataclass(slots=True)
class Record:
    """A document's type and what it says: the result of extraction."""

    type: str
    type_confidence: float
    language: str
    fields: list[Field] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    status: str = "valid"

    def field(self, name: str) -> Field | None:
        """The first field of that name outside line items."""
        return next((f for f in self.fields if f.name == name and f.group is None), None)


@dataclass(slots=True)
class Chunk:
    """A passage to search: `heading` is the title above it, the box spans its lines on `page`."""

    number: int
    page: int
    heading: str
    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float


@dataclass(slots=True)
class Rejection:
    """Why a document, or one page of it (`page`), was not read; `advice` says what to do."""

    stage: str
    code: str
    message: str
    advice: str
    page: int | None = None


Row = TypeVar("Row")

_ARROW: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    list[float]: pa.list_(pa.float64()),
    list[str]: pa.list_(pa.string()),
}


@cache
def schema(noun: type) -> pa.Schema:
    """The Arrow schema of a noun; optional attributes are nullable columns, the others are not."""
    columns = []
    for name, hint in typing.get_type_hints(noun).items():
        optional = isinstance(hint, types.UnionType)
        kind = next(a for a in typing.get_args(hint) if a is not type(None)) if optional else hint
        columns.append(pa.field(name, _ARROW[kind], nullable=optional))
    return pa.schema(columns)


def to_table(noun: type[Row], rows: Iterable[Row]) -> pa.Table:
    """Rows of one noun as an Arrow table with that noun's schema (also when there are none)."""
    return pa.Table.from_pylist([_as_dict(r) for r in rows], schema=schema(noun))


def from_table(noun: type[Row], table: pa.Table) -> list[Row]:
    """The inverse of `to_table`."""
    return [noun(**row) for row in table.to_pylist()]


def _as_dict(row: Any) -> dict[str, Any]:
    return {f.name: getattr(row, f.name) for f in dataclasses.fields(row)}
