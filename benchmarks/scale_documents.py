"""Documents for the benchmark of scale: small pictures that can be read, and made outputs as if they had been.

Made outputs are of one page, some 120 words, a receipt's fields and two passages with vectors. They are written with
the platform's own functions, under the fingerprints in force, so everything behind them takes them for read. A thousand
are different; documents beyond those have the files of an earlier one, by hard links, and manifests of their own.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin
from upath import UPath

from ocr.documents import Chunk, Field, Line, Page, RawDocument, Record, Region, Word
from ocr.flow import STAGES
from ocr.imaging.images import PageImages
from ocr.stages import Reading
from ocr.synthesis import vocabulary
from resources.lake import Lake, Manifest, save_parts
from resources.lake.store import version_of
from resources.ledger import Document, Ledger, input_hash

WORDS = [word.lower() for names in vocabulary.LAST_NAMES.values() for word in names]
WORDS += [f"{a}{b}" for a in WORDS for b in ("er", "ing", "ton", "mann", "ville")]
DIFFERENT = 1_000
LINES, WORDS_A_LINE, DIMENSION = 20, 6, 384
SHOPS = ("North Market", "Green Grocer", "Old Town Bakery", "Station Kiosk", "Paper and Pen")


Parts = tuple[list[str], dict[str, Any], str]
"""File names, the manifest's data, and the hash of the content."""


def draw(folder: Path, numbers: Sequence[int]) -> list[Path]:
    """Pictures of receipts, all of the same ink but of different bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    image = Image.new("L", (420, 280), 255)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(26)
    for place, line in enumerate(("North Market", "Receipt 1", "Date 2026-03-01", "Apples 2.50", "Total EUR 2.50")):
        pen.text((20, 20 + 50 * place), line, font=font, fill=0)
    files = []
    for number in numbers:
        note = PngImagePlugin.PngInfo()
        note.add_text("Title", f"receipt {number}")
        files.append(folder / f"receipt-{number:06}.png")
        image.save(files[-1], pnginfo=note)
    return files


Made = dict[str, Manifest]
"""The outputs of one document, by stage."""


class Maker:
    """Gives documents outputs of all stages, in lake and ledger."""

    def __init__(self, fingerprints: Mapping[str, str], lake: Lake, ledger: Ledger) -> None:
        self.fingerprints, self.lake, self.ledger = fingerprints, lake, ledger
        self._made: list[Made] = []

    def make_read(self, documents: Sequence[Document]) -> None:
        for number, document in enumerate(documents):
            like = self._made[number % DIFFERENT] if len(self._made) >= DIFFERENT else None
            made = self._make(document, like)
            if like is None:
                self._made.append(made)

    def _make(self, document: Document, like: Made | None) -> Made:
        reading = _raw(document) if like else _reading(document)
        hashes: dict[str, str] = {}
        made: Made = {}
        for stage in STAGES:
            given = input_hash(stage, document.sha256, hashes)
            version = version_of(stage, given, self.fingerprints[stage])
            folder = self.lake.folder(stage, document.document, version)
            if like and stage != "raw_document":
                files, data, hashes[stage] = self._linked(like[stage], folder)
            else:
                files, data, hashes[stage] = self._saved(stage, reading, folder)
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            head = (given, self.fingerprints[stage], hashes[stage], 0.05, 0, now, 1, files, data)
            made[stage] = Manifest(document.document, stage, version, *head)
            self.lake.commit(made[stage])
            self.ledger.record(made[stage])
        return made

    def _saved(self, stage: str, reading: Reading, folder: UPath) -> Parts:
        if stage == "pages":
            reading.images = PageImages(folder, self.lake.write)
            reading.images.put(1, np.full((280, 420), 255, np.uint8))
        return save_parts(self.lake, stage, reading, folder)

    def _linked(self, like: Manifest, folder: UPath) -> Parts:
        there = Path(str(self.lake.folder(like.stage, like.document, like.version)))
        Path(str(folder)).mkdir(parents=True)
        for name in like.files:
            os.link(there / name, Path(str(folder)) / name)
        return like.files, like.data, like.output_hash


def _raw(document: Document) -> Reading:
    path = Path(document.uri.removeprefix("file://"))
    head = (document.document, document.name, document.uri, document.sha256, document.received_at)
    reading = Reading(*head, path.read_bytes, PageImages(path.parent))
    of = (document.sha256, document.name, document.uri, "image/png", document.size, 1, False, "", document.received_at)
    reading.raw = RawDocument(*of)
    return reading


def _reading(document: Document) -> Reading:
    pick, reading = random.Random(document.sha256), _raw(document)
    reading.pages = [Page(1, 420, 280, 72.0, 420, 280)]
    reading.regions = [Region(1, n, "text", 0, 50 * n, 420, 50 * n + 40, 0.9, "made") for n in range(5)]
    texts = [[pick.choice(WORDS) for _ in range(WORDS_A_LINE)] for _ in range(LINES)]
    reading.lines = [
        Line(1, n, n // 4, " ".join(words), 0.95, 0, 14 * n, 420, 14 * n + 12, "made", "ocr")
        for n, words in enumerate(texts)
    ]
    reading.words = [
        Word(1, n, place, n // 4, word, 0.95, 70 * place, 14 * n, 70 * place + 60, 14 * n + 12, "made", "ocr")
        for n, words in enumerate(texts)
        for place, word in enumerate(words)
    ]
    values = {"company": pick.choice(SHOPS), "total": f"{pick.randint(100, 9000) / 100:.2f}", "date": "2026-03-01"}
    fields = [Field(name, value, value, 0.97, 1, 0, 0, 100, 20, "made") for name, value in values.items()]
    reading.record = Record("receipt", 0.99, "en", fields)
    halves = [" ".join(" ".join(words) for words in texts[:10]), " ".join(" ".join(words) for words in texts[10:])]
    reading.chunks = [Chunk(n, 1, "", half, 0, 140 * n, 420, 140 * n + 130, 0.95) for n, half in enumerate(halves)]
    vectors = np.random.default_rng(pick.getrandbits(32)).normal(size=(len(halves), DIMENSION)).astype(np.float32)
    reading.vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return reading
