"""The cells of tables on PDF pages, from the words of their text layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ocr.digital.placing import to_upright
from ocr.documents import Page, Region, TableCell
from ocr.layout.cells import Placed, cells_from_words

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
            words = _words(document[page.number - 1], page)
            cells[page.number] = [cell for table in tables for cell in cells_from_words(table, words)]
    return cells


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
