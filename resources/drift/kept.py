"""Signals and references in the lake.

<root>/drift/signals/<id>.parquet       one row per document and stage, added by one look; ids sort by time
<root>/drift/references/<id>.json       what documents are compared with; the newest of a series holds
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from resources.drift.signals import STORED
from resources.lake import Lake
from resources.lake.outputs import read_table

FOLDER, SIGNALS_FOLDER, REFERENCES_FOLDER = "drift", "signals", "references"
MOST_FILES = 40  # of signals; more are put together into one

_HEAD = [
    *(pa.field(name, pa.string()) for name in ("document", "stage", "version", "fingerprint")),
    *(pa.field(name, pa.string()) for name in ("environment", "collection", "settled_at", "form", "type")),
]
SCHEMA = pa.schema(
    [
        *_HEAD,
        *(pa.field(signal.name, pa.string() if signal.label else pa.float64()) for signal in STORED),
        pa.field("vector", pa.list_(pa.float32())),
    ]
)

KEY = ("document", "stage", "version")

Key = tuple[str, str]
"""One reading of a document: its key, and when it was settled."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What the documents of a series are compared with: the readings in `of`, against those after `mark`.

    `set_by` says who chose them; `fingerprints` are those most of them were read with, by stage.
    """

    id: str
    environment: str
    collection: str
    made_at: str
    set_by: str
    of: list[Key]
    mark: Key
    fingerprints: dict[str, str]


def add_rows(lake: Lake, rows: Sequence[dict[str, Any]]) -> None:
    """Keep new rows of signals, as one file."""
    _write(lake, _new_id(), pa.Table.from_pylist(list(rows), schema=SCHEMA))


def load_rows(lake: Lake) -> pa.Table:
    """All rows, in the order they were kept; each (document, stage, version) once, as it was first kept."""
    table = _all(lake)
    seen: set[tuple[str, str, str]] = set()
    first: list[int] = []
    for place, key in enumerate(keys_of(table)):
        if key not in seen:
            seen.add(key)
            first.append(place)
    return table if len(first) == table.num_rows else table.take(pa.array(first, pa.int64()))


def load_keys(lake: Lake) -> set[tuple[str, str, str]]:
    """Document, stage and version of every row that is kept."""
    return set(keys_of(_all(lake, KEY)))


def keys_of(table: pa.Table) -> Iterable[tuple[str, str, str]]:
    """Document, stage and version of every row."""
    return zip(*(table.column(name).to_pylist() for name in KEY), strict=True)


def compact(lake: Lake) -> None:
    """Put many small files into one. Rows may stand in two files meanwhile: `load_rows` takes each once."""
    files = _files(lake)
    if len(files) <= MOST_FILES:
        return
    # It takes the place of the newest it holds, so that what is written meanwhile comes after it.
    _write(lake, f"{files[-1].stem}-all", load_rows(lake))
    for file in files:
        file.unlink(missing_ok=True)


def save_reference(lake: Lake, reference: Reference) -> None:
    path = _folder(lake, REFERENCES_FOLDER) / f"{reference.id}.json"
    lake.write(path, json.dumps(asdict(reference), ensure_ascii=False).encode())


def load_references(lake: Lake) -> dict[Key, Reference]:
    """The reference in force of every series, by environment and collection."""
    found: dict[Key, Reference] = {}
    for path in sorted(_folder(lake, REFERENCES_FOLDER).glob("*.json"), key=lambda path: path.name):
        known = json.loads(path.read_bytes())
        of = [(document, settled_at) for document, settled_at in known["of"]]
        reference = Reference(**known | {"of": of, "mark": tuple(known["mark"])})
        found[reference.environment, reference.collection] = reference
    return found


def new_reference(
    environment: str, collection: str, set_by: str, of: Sequence[Key], mark: Key, fingerprints: dict[str, str]
) -> Reference:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Reference(_new_id(), environment, collection, now, set_by, list(of), mark, fingerprints)


def _all(lake: Lake, columns: Sequence[str] | None = None) -> pa.Table:
    for _ in range(3):
        try:
            # Promoted: older files lack the signals that were added since.
            tables = [read_table(file.parent, file.stem, columns) for file in _files(lake)]
        except FileNotFoundError:
            continue  # another process put the files together: they are listed anew
        none = SCHEMA.empty_table()
        return pa.concat_tables([none.select(columns) if columns else none, *tables], promote_options="default")
    raise FileNotFoundError(f"the files in {_folder(lake, SIGNALS_FOLDER)} keep changing")


def _files(lake: Lake) -> list[UPath]:
    files = _folder(lake, SIGNALS_FOLDER).glob("*.parquet")
    return sorted((file for file in files if not file.name.startswith(".")), key=lambda file: file.name)


def _write(lake: Lake, name: str, table: pa.Table) -> None:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    lake.write(_folder(lake, SIGNALS_FOLDER) / f"{name}.parquet", sink.getvalue())


def _folder(lake: Lake, name: str) -> UPath:
    return lake.root / FOLDER / name


def _new_id() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid4().hex[:6]}"
