"""Documents of the evaluation data, read and scored: what the benchmarks of the gate and of review stand on."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from benchmarks import evaluation_data
from ocr.assembly import Engines
from ocr.documents import Record
from ocr.evaluation.fields import FieldScore, score_fields
from ocr.evaluation.truth import Truth

BOOKS = 16  # pages of old books, taken evenly
REDUCED = 0.97  # side of a scan in its second, equally good version


@dataclass(frozen=True, slots=True)
class Known:
    """A document as it was read: `pages` are the texts by page number."""

    truth: Truth
    pages: dict[int, str]
    record: Record
    fields: FieldScore | None


def receipts() -> Iterator[tuple[Path, Truth]]:
    yield from evaluation_data.sroie()


def invoices() -> Iterator[tuple[Path, Truth]]:
    yield from evaluation_data.zugferd()


def books() -> Iterator[tuple[Path, Truth]]:
    every = list(evaluation_data.old_books())
    yield from every[:: max(1, len(every) // BOOKS)][:BOOKS]


def read(path: Path, truth: Truth, prepare: Callable[[Path], bytes] = Path.read_bytes) -> Known:
    """The chain up to the record on one document; `prepare` gives its bytes."""
    from ocr import stages
    from ocr.imaging.images import PageImages
    from resources.scores import page_texts

    data = prepare(path)
    with tempfile.TemporaryDirectory() as folder:
        reading = stages.Reading(
            key="document",
            name=path.name,
            uri="",
            sha256=hashlib.sha256(data).hexdigest(),
            received_at="",
            load=lambda: data,
            images=PageImages(Path(folder)),
        )
        for stage in (stages.raw_document, stages.pages, stages.regions, stages.text, stages.records):
            (outcome,) = stage([reading], engines())
            if isinstance(outcome, stages.Rejected):
                raise outcome.error
    assert reading.record is not None
    fields = score_fields(truth, reading.record) if truth.knows_fields else None
    return Known(truth, page_texts(reading.lines), reading.record, fields)


def reduced(path: Path) -> bytes:
    """A scan a little smaller and compressed anew: other pixels, nothing lost that a person would see."""
    import cv2

    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert image is not None
    smaller = cv2.resize(image, None, fx=REDUCED, fy=REDUCED, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".png", smaller)[1].tobytes()


@lru_cache(maxsize=1)
def engines() -> Engines:
    return Engines()
