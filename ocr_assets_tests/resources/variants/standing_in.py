"""Stages that need no model: a document is a text file, and settings decide how well it is read.

`text.min_line_confidence` of .9 and more reads every `e` as `c`, and cannot read what says UNREADABLE; what says KILLER
ends the process there. A record is the first number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ocr.assembly import Engines
from ocr.documents import Field, RawDocument, Record
from ocr.errors import BrokenDocument
from ocr.stages import Outcome, Reading, _each
from ocr_assets_tests.ocr.extraction.samples import set_text
from resources.ledger import Ledger, NewDocument

SHORT_SIGHTED = 0.9


class Killed(BaseException):
    """Stands for the end of the process: nothing in the way catches it."""


def arrive(ledger: Ledger, folder: Path, *texts: str, environment: str = "live") -> list[str]:
    """Register documents of these texts; returns their keys."""
    folder.mkdir(parents=True, exist_ok=True)
    arrivals = []
    for text in texts:
        digest = hashlib.sha256(text.encode()).hexdigest()
        file = folder / f"{digest[:8]}.txt"
        file.write_text(text)
        key = f"{'test-' if environment == 'test' else ''}d-{digest[:8]}"
        arrivals.append(NewDocument(key, digest, file.name, file.as_uri(), len(text), 1.0, "default", environment))
    return ledger.register(arrivals)


def raw_document(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
    def work(reading: Reading) -> None:
        data = reading.load()
        reading.load = lambda: data
        reading.raw = RawDocument(
            reading.sha256, reading.name, reading.uri, "text/plain", len(data), 1, False, "", reading.received_at
        )

    return _each("raw_document", readings, work)


def pages(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
    def work(reading: Reading) -> None:
        reading.pages = [set_text(reading.load().decode())[0]]
        reading.images.put(1, np.full((8, 8), 255, np.uint8))

    return _each("pages", readings, work)


def regions(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
    return _each("regions", readings, lambda reading: None)


def embeddings(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
    def work(reading: Reading) -> None:
        reading.chunks, reading.vectors = [], np.zeros((0, 4), np.float32)

    return _each("embeddings", readings, work)


def text(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
    poorly = engines.settings.text.min_line_confidence >= SHORT_SIGHTED

    def work(reading: Reading) -> None:
        said = reading.load().decode()
        if "KILLER" in said:
            raise Killed
        if poorly and "UNREADABLE" in said:
            raise BrokenDocument("it cannot be read so")
        _, reading.lines, reading.words = set_text(said, confidence=0.7 if poorly else 0.95)
        if poorly:
            reading.lines = [replace(line, text=line.text.replace("e", "c")) for line in reading.lines]
            reading.words = [replace(word, text=word.text.replace("e", "c")) for word in reading.words]

    def with_bytes() -> Iterator[Reading]:
        for reading in readings:
            reading.load = Path(reading.uri.removeprefix("file://")).read_bytes
            yield reading

    return _each("text", with_bytes(), work)


def records(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
    def work(reading: Reading) -> None:
        said = " ".join(line.text for line in reading.lines)
        numbers = re.findall(r"\d+\.\d\d", said)[:1]
        fields = [Field("total", n, n, 0.9, 1, 0, 0, 1, 1, "rule") for n in numbers]
        reading.record = Record("receipt" if numbers else "letter", 1.0, "en", fields)

    return _each("records", readings, work)


STANDING_IN = {
    "raw_document": raw_document,
    "pages": pages,
    "regions": regions,
    "text": text,
    "records": records,
    "embeddings": embeddings,
}
