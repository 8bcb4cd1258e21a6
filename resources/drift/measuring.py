"""What the signals of one document are, stage by stage, from what was read."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ocr.documents import Page
from ocr.stages import Reading

Values = dict[str, Any]
"""Signals by name; None, or absent, where a document has nothing to tell it from."""

DOUBTFUL = 0.5
_COMMON = set(" \n.,;:!?-–—_/\\()[]{}<>\"'’‘“”„«»&%§€$£@#+*=°·•|~^`´…×№©®™½¼¾²³¹")


def measure(stage: str, reading: Reading) -> Values:
    """Signals of one stage's part of a reading. The rate of rejections and the time are the outcome's, not its."""
    return _MEASURES[stage](reading)


def form_of(pages: Sequence[Page]) -> str:
    """`digital` or `scanned`, by most of the pages; empty where there are none."""
    if not pages:
        return ""
    return "scanned" if 2 * sum(page.needs_ocr for page in pages) >= len(pages) else "digital"


def direction(vectors: np.ndarray | None) -> list[float] | None:
    """Where a document's passages point to in the mean: a unit vector, None where there are none."""
    if vectors is None or not len(vectors):
        return None
    mean = np.asarray(vectors, dtype=np.float64).mean(axis=0)
    length = float(np.linalg.norm(mean))
    return [float(v) for v in (mean / length).astype(np.float32)] if length else None


def _raw_document(reading: Reading) -> Values:
    assert reading.raw is not None
    pages = max(1, reading.raw.page_count)
    return {
        "bytes_a_page": reading.raw.size / pages,
        "page_count": float(reading.raw.page_count),
        "media_type": reading.raw.media_type,
    }


def _pages(reading: Reading) -> Values:
    scans = [page for page in reading.pages if page.needs_ocr and not page.blank]
    made, lost = len(reading.pages), len(reading.rejections)
    return {
        "skew": float(np.median([page.skew for page in scans])) if scans else None,
        "skew_confidence": _mean(page.skew_confidence for page in scans),
        "rotated": _mean(page.rotation != 0 for page in reading.pages),
        "rotation_confidence": _mean(page.rotation_confidence for page in scans),
        "sharpness": _mean(page.sharpness for page in scans),
        "contrast": _mean(page.contrast for page in scans),
        "noise": _mean(page.noise for page in scans),
        "resolution": _mean(page.dpi for page in scans),
        "to_ocr": _mean(page.needs_ocr for page in reading.pages),
        "blank": _mean(page.blank for page in reading.pages),
        "lost_pages": lost / (made + lost) if made + lost else None,
    }


def _regions(reading: Reading) -> Values:
    pages = max(1, len(reading.pages))
    kinds = [region.kind for region in reading.regions]
    area = sum(page.width * page.height for page in reading.pages)
    covered = sum(max(0.0, r.x1 - r.x0) * max(0.0, r.y1 - r.y0) for r in reading.regions)
    scans = sum(page.needs_ocr or page.mixed for page in reading.pages)
    return {
        "regions_a_page": len(kinds) / pages,
        "region_score": _mean(region.score for region in reading.regions),
        "coverage": min(1.0, covered / area) if area else None,
        "text_share": _mean(kind == "text" for kind in kinds),
        "heading_share": _mean(kind in ("title", "heading") for kind in kinds),
        "table_share": _mean(kind == "table" for kind in kinds),
        "figure_share": _mean(kind == "figure" for kind in kinds),
        "lines_found": len(reading.boxes) / scans if scans else None,
    }


def _text(reading: Reading) -> Values:
    read = [word for word in reading.words if word.source == "ocr"]
    lines = [line for line in reading.lines if line.source == "ocr"]
    characters = [c for line in reading.lines for c in line.text]
    letters = [c for c in characters if c.isalpha()]
    return {
        "word_confidence": _mean(word.confidence for word in read),
        "doubtful_lines": _mean(line.confidence < DOUBTFUL for line in lines),
        "odd_characters": _mean(_odd(c) for c in characters),
        "accented_letters": _mean(not c.isascii() for c in letters),
        "words_a_page": len(reading.words) / max(1, len(reading.pages)),
        "word_length": _mean(len(word.text) for word in reading.words),
        "read_twice": _mean("+" in word.engine for word in read),
    }


def _records(reading: Reading) -> Values:
    assert reading.record is not None
    record = reading.record
    return {
        "document_type": record.type,
        "type_confidence": record.type_confidence,
        "language": record.language or "unknown",
        "fields": float(len(record.fields)),
        "field_confidence": _mean(field.confidence for field in record.fields),
        "needs_review": _mean(field.status != "valid" for field in record.fields),
        "violations": float(len(record.violations)),
        "missing_fields": float(sum(violation.rule == "required" for violation in record.violations)),
    }


def _embeddings(reading: Reading) -> Values:
    return {"chunks_a_page": len(reading.chunks) / max(1, len(reading.pages))}


_MEASURES: dict[str, Callable[[Reading], Values]] = {
    "raw_document": _raw_document,
    "pages": _pages,
    "regions": _regions,
    "text": _text,
    "records": _records,
    "embeddings": _embeddings,
}


def _odd(character: str) -> bool:
    return not (character.isalnum() or character in _COMMON or unicodedata.category(character) == "Mn")


def _mean(values: Iterable[float]) -> float | None:
    found = [float(value) for value in values]
    return sum(found) / len(found) if found else None
