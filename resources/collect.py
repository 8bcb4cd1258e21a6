"""Gathers current outputs for publishing: of live documents, not superseded, read or rejected; of all, or of those
that changed since a corpus was written.

Records are settled on the way: thresholds of review and people's answers change what the corpus shows, and no output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

import pyarrow as pa

from ocr.assembly import STAGES
from ocr.documents import Field, Record, Rejection, schema, to_table
from resources.batch import open_reading
from resources.evaluations.kept import ROWS, Evaluation, kept, rows_of
from resources.lake import Lake, Manifest
from resources.lake.outputs import read_table
from resources.ledger import Document, Ledger, Output
from resources.ledger.shown import shown
from resources.warehouse import Contents

TOGETHER = 100  # documents whose rows are handed over as one table

FILES = {
    "pages": ("pages", "pages"),
    "regions": ("regions", "regions"),
    "tables": ("text", "cells"),
    "lines": ("text", "lines"),
    "words": ("text", "words"),
    "violations": ("records", "violations"),
    "chunks": ("embeddings", "chunks"),
}
"""Where each noun's rows come from: the stage and its Parquet file."""

DOCUMENTS = pa.schema(
    [
        ("document", pa.string()),
        ("sha256", pa.string()),
        ("name", pa.string()),
        ("uri", pa.string()),
        ("media_type", pa.string()),
        ("size", pa.int64()),
        ("page_count", pa.int64()),
        ("type", pa.string()),
        ("status", pa.string()),
        ("collection", pa.string()),
        ("environment", pa.string()),
        ("variant", pa.string()),
        ("received_at", pa.string()),
        ("read_at", pa.string()),
        ("seconds", pa.float64()),
    ]
)

RECORDS = pa.schema(
    [
        ("document", pa.string()),
        ("type", pa.string()),
        ("type_confidence", pa.float64()),
        ("language", pa.string()),
        ("status", pa.string()),
    ]
)


EVALUATIONS = 100  # how many evaluations, the newest, are published
EVALUATION_ROWS = pa.schema([("evaluation", pa.string()), ("made_at", pa.string()), *ROWS])

Settling = Callable[[Document, Record], Record]
Mark = Callable[[str], str]


@dataclass(slots=True)
class Collected:
    """`documents` has a row per document that comes; `parts` yields tables per noun.

    `digests` are of everything the corpus is to hold, by document; `left` names the documents and evaluations whose
    rows must go from the corpus that is gone on with; `settled` counts by the ledger alone.
    """

    documents: pa.Table
    parts: Mapping[str, Iterable[pa.Table]]
    digests: Mapping[str, str]
    left: set[str]
    settled: int


def collect(
    ledger: Ledger, lake: Lake, settled_by: Settling, mark: Mark = lambda sha256: "", base: Contents | None = None
) -> Collected:
    """What to publish: everything, or what is not as in `base`. Documents on their way are left for the next time.

    `settled_by` gives a document's record as the corpus is to show it; `mark` tells of a document's SHA-256 what that
    depends on.
    """
    digests = shown(ledger, mark)
    known: Mapping[str, str] = base.digests if base is not None else {}
    changed = [key for key, digest in digests.items() if known.get(key) != digest]
    outputs = ledger.outputs(changed)
    settled: list[tuple[Document, dict[str, Output]]] = []
    for document in ledger.documents(changed):
        mine = outputs.get(document.document, {})
        if document.superseded_by is None and _is_settled(mine):
            settled.append((document, mine))
        else:
            del digests[document.document]  # something happened to it just now
    read = [(document, mine) for document, mine in settled if not _rejections(mine)]
    parts: dict[str, Iterable[pa.Table]] = {
        noun: _tables(read, lake, stage, name) for noun, (stage, name) in FILES.items()
    }
    heads: list[dict[str, object]] = []
    parts["fields"] = _fields(read, lake, settled_by, heads)
    parts["records"] = _heads(heads)
    evaluations = {evaluation.id: evaluation for evaluation in kept(lake)[-EVALUATIONS:]}
    there = base.evaluations if base is not None else set()
    parts["evaluations"] = _evaluations(lake, [one for id, one in evaluations.items() if id not in there])
    parts["rejections"] = [_rejection_rows(settled, lake)]
    rows = [
        _document_row(document, mine, lake) | {"variant": ledger.split.in_force(document.variant)}
        for document, mine in settled
    ]
    left = {key for key in known if known[key] != digests.get(key)} | (set(there) - set(evaluations))
    return Collected(pa.Table.from_pylist(rows, schema=DOCUMENTS), parts, digests, left, len(digests))


def _is_settled(outputs: Mapping[str, Output]) -> bool:
    return STAGES[-1] in outputs or bool(_rejections(outputs))


def _rejections(outputs: Mapping[str, Output]) -> list[Output]:
    return [output for output in outputs.values() if output.status == "rejected"]


def _manifest(lake: Lake, output: Output) -> Manifest:
    manifest = lake.manifest(output.stage, output.document, output.version)
    if manifest is None:
        raise FileNotFoundError(f"the lake has lost {output.stage}/{output.document}/{output.version}")
    return manifest


def _document_row(document: Document, outputs: Mapping[str, Output], lake: Lake) -> dict[str, object]:
    raw, record = outputs["raw_document"], outputs.get("records")
    raw_data = _manifest(lake, raw).data
    rejected = bool(_rejections(outputs))
    return {
        "document": document.document,
        "sha256": document.sha256,
        "name": document.name,
        "uri": document.uri,
        "media_type": raw_data.get("media_type"),
        "size": document.size,
        "page_count": raw_data.get("page_count"),
        "type": None if rejected or record is None else _manifest(lake, record).data.get("type"),
        "status": "rejected" if rejected else "read",
        "collection": document.collection,
        "environment": document.environment,
        "received_at": document.received_at,
        "read_at": max(output.made_at for output in outputs.values()),
        "seconds": sum(output.seconds for output in outputs.values()),
    }


def _tables(
    documents: list[tuple[Document, dict[str, Output]]], lake: Lake, stage: str, name: str
) -> Iterator[pa.Table]:
    def one(document: Document, outputs: dict[str, Output]) -> pa.Table:
        folder = lake.folder(stage, document.document, outputs[stage].version)
        return _with_document(read_table(folder, name), document.document)

    yield from _together(documents, one)


def record_of(document: Document, outputs: dict[str, Output], lake: Lake, settled_by: Settling) -> Record:
    """A document's record as the corpus is to show it."""
    reading = open_reading(document, ("records",), outputs, lake)
    assert reading.record is not None
    return settled_by(document, reading.record)


def _fields(
    documents: list[tuple[Document, dict[str, Output]]],
    lake: Lake,
    settled_by: Settling,
    heads: list[dict[str, object]],
) -> Iterator[pa.Table]:
    """Fields of records; on the way their heads are gathered, since a record is opened for both."""

    def one(document: Document, outputs: dict[str, Output]) -> pa.Table:
        record = record_of(document, outputs, lake, settled_by)
        head = {name: getattr(record, name) for name in RECORDS.names if name != "document"}
        heads.append({"document": document.document} | head)
        return _with_document(to_table(Field, record.fields), document.document)

    yield from _together(documents, one)


def _heads(heads: list[dict[str, object]]) -> Iterator[pa.Table]:
    """What `_fields` gathered, after it."""
    yield pa.Table.from_pylist(heads, schema=RECORDS)


def _evaluations(lake: Lake, evaluations: Iterable[Evaluation]) -> Iterator[pa.Table]:
    """Their rows of live documents."""
    for evaluation in evaluations:
        rows = [asdict(row) for row in rows_of(lake, evaluation) if row.environment == "live"]
        head = {"evaluation": evaluation.id, "made_at": evaluation.made_at}
        of = [head | row | {"variant": evaluation.variant or row["variant"]} for row in rows]
        yield pa.Table.from_pylist(of, schema=EVALUATION_ROWS)


def _together(
    documents: list[tuple[Document, dict[str, Output]]], one: Callable[[Document, dict[str, Output]], pa.Table]
) -> Iterator[pa.Table]:
    for start in range(0, len(documents), TOGETHER):
        tables = [one(document, outputs) for document, outputs in documents[start : start + TOGETHER]]
        yield pa.concat_tables(tables, promote_options="default")


def _rejection_rows(documents: list[tuple[Document, dict[str, Output]]], lake: Lake) -> pa.Table:
    rows: list[dict[str, object]] = []
    for document, outputs in documents:
        for output in _rejections(outputs):
            why = Rejection(output.stage, output.code, output.message, output.advice)
            rows.append({"document": document.document} | asdict(why))
        pages = outputs.get("pages")
        if pages is not None:
            lost = _manifest(lake, pages).page_rejections
            rows.extend({"document": document.document} | rejection for rejection in lost)
    columns = [pa.field("document", pa.string()), *schema(Rejection)]
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def _with_document(rows: pa.Table, document: str) -> pa.Table:
    return rows.add_column(0, "document", pa.array([document] * rows.num_rows, pa.string()))
