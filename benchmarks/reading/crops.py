"""Pages cut into line crops once, so that ways of reading a crop can be compared with all else equal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import evaluation_data
from ocr.documents import Page, Word
from ocr.engines import Image, RecognizedLine

if TYPE_CHECKING:
    from ocr.assembly import Engines


@dataclass(frozen=True, slots=True)
class CutPage:
    """A page with known text: its image, its text lines' quadrilaterals (`N×4×2` pixels) in reading order, their crops.

    `caseless`: the truth is in capitals, whatever is printed.
    """

    set: str
    truth: str
    caseless: bool
    image: Image
    quads: np.ndarray
    crops: list[Image]

    def text(self, lines: Sequence[RecognizedLine], least: float) -> str:
        """The page's text of its lines as they were read, those below a confidence left out."""
        text = "\n".join(line.text for line in lines if line.confidence >= least)
        return text.casefold() if self.caseless else text

    @property
    def wording(self) -> str:
        return self.truth.casefold() if self.caseless else self.truth


@cache
def cut_pages() -> list[CutPage]:
    """Receipts, old books, typescript, facing pages and test pages, as the stages before the text make them."""
    from ocr.assembly import Engines
    from ocr.recognition.crops import cut

    engines = Engines()
    found = []
    for name, path, truth in _sources():
        page, quads, image = _page(path, engines)
        quads = quads[_order(page, quads)]
        found.append(CutPage(name, truth, name == "receipts", image, quads, cut(image, quads)))
    return found


def _page(path: Path, engines: Engines) -> tuple[Page, np.ndarray, Image]:
    """The one page of an image file, upright and square, with its text lines as `N×4×2`."""
    from ocr.reading import read
    from ocr.recognition.reading import corners

    reading = read(path, engines, until="regions")
    return reading.pages[0], corners(reading.boxes), reading.images.get(1)


def _sources() -> Iterator[tuple[str, Path, str]]:
    for path, truth in evaluation_data.sroie():
        yield "receipts", path, truth.pages[0].wording or ""
    for path, truth in evaluation_data.old_books():
        yield "old books", path, truth.pages[0].wording or ""
    yield from (row for row in evaluation_data.printed_pages() if row[0] != "papers")


def _order(page: Page, quads: np.ndarray) -> list[int]:
    """The lines in reading order, told from their places alone."""
    from ocr.layout.lines import compose

    pieces = []
    for number, quad in enumerate(quads):
        (x0, y0), (x1, y1) = quad.min(axis=0).tolist(), quad.max(axis=0).tolist()
        pieces.append([Word(page.number, 0, 0, None, str(number), 1.0, x0, y0, x1, y1, engine="", source="ocr")])
    return [int(word.text) for word in compose(page, [], pieces)[1]]
