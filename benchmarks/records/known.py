"""Documents of the evaluation data, read and scored: what the benchmarks of the gate and of review stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from benchmarks import evaluation_data
from ocr.assembly import Engines
from ocr.documents import Record
from ocr.evaluation.fields import FieldScore, score_fields
from ocr.evaluation.truth import Truth
from ocr.settings import ReadingSettings, RecordsSettings

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
    from ocr import reading
    from resources.scores import page_texts

    found = reading.read(prepare(path), engines(), until="records")
    assert found.record is not None
    fields = score_fields(truth, found.record) if truth.knows_fields else None
    return Known(truth, page_texts(found.lines), found.record, fields)


def reduced(path: Path) -> bytes:
    """A scan a little smaller and compressed anew: other pixels, nothing lost that a person would see."""
    import cv2

    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert image is not None
    smaller = cv2.resize(image, None, fx=REDUCED, fy=REDUCED, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".png", smaller)[1].tobytes()


@lru_cache(maxsize=1)
def engines() -> Engines:
    """Of invoices only the pages are read: the truth is what is attached to them."""
    return Engines(ReadingSettings(records=RecordsSettings(attached_invoice="off")))
