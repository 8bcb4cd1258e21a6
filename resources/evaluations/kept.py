"""Evaluations in the lake, each a folder with its rows; a mark says which ones a corpus was published with.

<root>/evaluations/<id>/rows.parquet
<root>/evaluations/<id>/evaluation.json      written last: without it there is no evaluation
<root>/evaluations/<id>/published.json       when, and why a loss was accepted, if one was
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from ocr.errors import OcrError
from resources.evaluations.measures import Row
from resources.lake import Lake
from resources.lake.outputs import read_table

FOLDER, HEAD, MARK = "evaluations", "evaluation.json", "published.json"
_TYPES = {"str": pa.string(), "float": pa.float64()}
ROWS = pa.schema([(f.name, _TYPES[str(f.type)]) for f in fields(Row)])


class NoSuchEvaluation(OcrError):
    """No evaluation of that name is kept; the message lists what there is."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`id` sorts by time; `made_at` and `published_at` are ISO in UTC; `digest` is that of the rows.

    `variant` names what was tried, where it was not the models in force. `accepted_loss` is the reason a person gave
    for publishing in spite of a loss.
    """

    id: str
    made_at: str
    digest: str
    variant: str
    documents: int
    published_at: str = ""
    accepted_loss: str = ""


def keep(lake: Lake, rows: Sequence[Row], variant: str = "") -> Evaluation:
    """Keep an evaluation. Where the newest one of the variant says the same, that one is answered and none is added."""
    digest = hashlib.sha256(json.dumps([asdict(row) for row in rows]).encode()).hexdigest()
    last = latest(lake, variant)
    if last is not None and last.digest == digest:
        return last
    now = datetime.now(UTC)
    made = Evaluation(
        id=f"{now:%Y%m%dT%H%M%S%f}"[:18] + f"-{digest[:6]}",
        made_at=now.isoformat(timespec="milliseconds"),
        digest=digest,
        variant=variant,
        documents=len({row.document for row in rows}),
    )
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([asdict(row) for row in rows], schema=ROWS), sink, compression="zstd")
    folder = _folder(lake, made.id)
    lake.write(folder / "rows.parquet", sink.getvalue())
    lake.write(folder / HEAD, json.dumps(asdict(made), ensure_ascii=False, indent=1).encode())
    return made


def kept(lake: Lake) -> list[Evaluation]:
    """All evaluations, oldest first."""
    heads = lake.root.glob(f"{FOLDER}/*/{HEAD}")
    return sorted((_read(head) for head in heads), key=lambda evaluation: evaluation.id)


def latest(lake: Lake, variant: str = "") -> Evaluation | None:
    return next((e for e in reversed(kept(lake)) if e.variant == variant), None)


def published(lake: Lake) -> Evaluation | None:
    """The evaluation the corpus in use was published with."""
    marked = [e for e in kept(lake) if e.published_at]
    return max(marked, key=lambda e: (e.published_at, e.id), default=None)


def mark_published(lake: Lake, evaluation: Evaluation, accepted_loss: str = "") -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    mark = {"published_at": now, "accepted_loss": accepted_loss or evaluation.accepted_loss}
    lake.write(_folder(lake, evaluation.id) / MARK, json.dumps(mark, ensure_ascii=False).encode())


SHORTEST_NAME = 6
"""Letters from which a part of a fingerprint names something: one letter is in them all."""


def find(lake: Lake, name: str) -> Evaluation:
    """The evaluation called `name`: the beginning of an id, `latest`, `published`, or a part of a fingerprint, of which
    the newest made with it. Raises `NoSuchEvaluation`."""
    there = kept(lake)
    if name == "published" and (found := published(lake)):
        return found
    if name == "latest" and there:
        return there[-1]
    starting = [e for e in there if e.id.startswith(name)]
    if len(starting) == 1:
        return starting[0]
    if not starting and len(name) >= SHORTEST_NAME:
        for evaluation in reversed(there):
            if any(name in row.fingerprint for row in rows_of(lake, evaluation)):
                return evaluation
    listed = ", ".join(e.id for e in (starting or there)[-10:]) or "none: `ocr-assets publish` keeps one"
    raise NoSuchEvaluation(f"{len(starting) or 'no'} evaluations are called {name!r}; there are {listed}")


def rows_of(lake: Lake, evaluation: Evaluation) -> list[Row]:
    return [Row(**row) for row in read_table(_folder(lake, evaluation.id), "rows").to_pylist()]


def _read(head: UPath) -> Evaluation:
    known = json.loads(head.read_bytes())
    try:
        known |= json.loads((head.parent / MARK).read_bytes())
    except FileNotFoundError:
        known |= {"published_at": ""}
    return Evaluation(**known)


def _folder(lake: Lake, name: str) -> UPath:
    return lake.root / FOLDER / name
