"""The cells of tables on PDF pages, from the words of their text layer and the lines drawn on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ocr.digital.placing import to_upright
from ocr.documents import Page, Region, TableCell
from ocr.engines import Image
from ocr.layout.cells import Placed, cells_from_words
from ocr.layout.rules import ruling_lines

if TYPE_CHECKING:
    import pymupdf


def cells_of_tables(
    document: pymupdf.Document, pages: Sequence[Page], regions: Mapping[int, list[Region]]
) -> dict[int, list[TableCell]]:
    """For each of those pages that has table regions, the cells of them; `regions` are those of a page number."""
    cells = {}
    for page in pages:
        tables = [region for region in regions.get(page.number, []) if region.kind == "table"]
        if tables:
            source = document[page.number - 1]
            words, image = _words(source, page), _image(source, page)
            cells[page.number] = [
                cell for table in tables for cell in cells_from_words(table, words, ruling_lines(image, table))
            ]
    return cells


def _image(source: pymupdf.Page, page: Page) -> Image:
    """The page in grey, at the size of the upright page."""
    import pymupdf

    across, down = page.width / source.rect.width, page.height / source.rect.height
    pixels = source.get_pixmap(matrix=pymupdf.Matrix(across, down), colorspace=pymupdf.csGRAY, alpha=False)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width)


def _words(source: pymupdf.Page, page: Page) -> list[Placed]:
    """The words of the text layer in pixels of the upright page."""
    import pymupdf

    words: list[Placed] = []
    for x0, y0, x1, y1, text, *_ in source.get_text("words"):
        shown = pymupdf.Rect(x0, y0, x1, y1) * source.rotation_matrix
        box = to_upright(page, (shown.x0, shown.y0, shown.x1, shown.y1))
        if box is not None:
            words.append((box, text))
    return words
