"""Stages that read small text files without any model, so that what is around reading can be tried in milliseconds.

A document is one page of text, a line a line; its record is a receipt with the number after `total` as its total. A
document that begins with `broken` is rejected. Some settings change answers: `text.min_line_confidence` above 0.9
spoils every third letter, `embeddings.chunk_tokens` is in the vector; `pages.min_skew_confidence` changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ocr.assembly import STAGES, Engines
from ocr.documents import Chunk, Field, Line, Page, RawDocument, Record, Region, Rejection, Word
from ocr.errors import BrokenDocument
from ocr.evaluation.truth import Truth, TruthPage, save_truth
from ocr.settings import ReadingSettings
from ocr.stages import Outcome, Reading, Rejected
from ocr_assets.intake import register_files
from resources.batch import read_stage
from resources.lake import Lake
from resources.ledger import Ledger

Ran = list[tuple[str, str]]
"""Stage and document of everything that was read, in order."""


def use(monkeypatch: pytest.MonkeyPatch) -> Ran:
    """Put these stages in place of the real ones; returns the list that tells what they read."""
    ran: Ran = []
    made = {stage: _noted(stage, work, ran) for stage, work in _WORK.items()}
    monkeypatch.setattr("resources.batch.STAGE_FUNCTIONS", made)
    return ran


def read_all(keys: Iterable[str], lake: Lake, ledger: Ledger, settings: ReadingSettings | None = None) -> None:
    engines = Engines(settings)
    for stage in STAGES:
        list(read_stage(stage, list(keys), engines, lake, ledger, crashes=3))


def add(folder: Path, ledger: Ledger, texts: Iterable[str], environment: str = "live") -> list[str]:
    """Write a file a text and register them; the keys of new documents."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for text in texts:
        files.append(folder / f"{hashlib.sha256(text.encode()).hexdigest()[:6]}.txt")
        files[-1].write_text(text)
    return register_files(files, ledger, environment=environment).new


def receipt(number: int) -> str:
    return f"Shop number {number}\nthank you for coming by today\ntotal {number}.50"


def know(text: str, folder: Path) -> None:
    """Keep the ground truth of a document with this text."""
    total = re.search(r"total (\S+)", text)
    truth = Truth(
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        type="receipt",
        pages=[TruthPage(number=1, text=text)],
        fields={"total": total[1]} if total else {},
    )
    save_truth(truth, folder)


def _noted(
    stage: str, work: Callable[[Reading, Engines], None], ran: Ran
) -> Callable[[Iterable[Reading], Engines], Iterator[Outcome]]:
    def run(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
        for reading in readings:
            ran.append((stage, reading.key))
            reading.seconds, reading.model_loads = 0.5, 0
            try:
                work(reading, engines)
                yield reading
            except BrokenDocument as error:
                yield Rejected(reading, Rejection(stage, error.code, error.message, error.advice), error)

    return run


def _raw(reading: Reading, _: Engines) -> None:
    data = reading.load()
    if data.startswith(b"broken"):
        raise BrokenDocument("it is broken")
    of = (reading.sha256, reading.name, reading.uri, "text/plain", len(data), 1, False, "", reading.received_at)
    reading.raw = RawDocument(*of, environment=reading.environment)


def _pages(reading: Reading, _: Engines) -> None:
    reading.images.put(1, np.full((40, 60), 255, np.uint8))
    reading.pages = [Page(1, 60, 40, 72.0, 60, 40)]


def _regions(reading: Reading, _: Engines) -> None:
    reading.regions = [Region(1, 0, "text", 0, 0, 60, 40, 1.0, "made")]


def _text(reading: Reading, engines: Engines) -> None:
    text = Path(reading.uri.removeprefix("file://")).read_text()
    if engines.settings.text.min_line_confidence > 0.9:
        text = re.sub(r"(\S\S)\w", r"\1x", text)
    lines = text.split("\n")
    reading.lines = [Line(1, i, 0, line, 0.9, 0, i, 60, i + 1, "made", "ocr") for i, line in enumerate(lines)]
    reading.words = [
        Word(1, i, j, 0, word, 0.9, 0, i, 60, i + 1, "made", "ocr")
        for i, line in enumerate(lines)
        for j, word in enumerate(line.split())
    ]


def _records(reading: Reading, _: Engines) -> None:
    found = re.search(r"total (\S+)", "\n".join(line.text for line in reading.lines))
    fields = [Field("total", found[1], found[1], 0.9, 1, 0, 0, 1, 1, "rule")] if found else []
    reading.record = Record("receipt", 1.0, "en", fields)


def _embeddings(reading: Reading, engines: Engines) -> None:
    text = " ".join(line.text for line in reading.lines)
    reading.chunks = [Chunk(0, 1, "", text, 0, 0, 60, 40, 0.9)]
    angle = engines.settings.embeddings.chunk_tokens / 100
    reading.vectors = np.array([[np.cos(angle), np.sin(angle)]], np.float32)


_WORK = {
    "raw_document": _raw,
    "pages": _pages,
    "regions": _regions,
    "text": _text,
    "records": _records,
    "embeddings": _embeddings,
}
