"""Structure of PDF pages with a text layer, by Docling: regions and the cells of tables.

Regions stand in our own reading order: Docling's puts lone lines of letters and contracts after the text below them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from ocr.digital.converter import converter, converter_fingerprint
from ocr.digital.placing import to_upright
from ocr.digital.tables import cells_of_tables
from ocr.documents import Page, Region, TableCell
from ocr.errors import BrokenDocument
from ocr.layout.order import Box
from ocr.layout.rapid import RapidLayoutDetector
from ocr.layout.regions import in_order, mark_title
from ocr.settings import EngineSettings, RegionsSettings

if TYPE_CHECKING:
    import pymupdf
    from docling.datamodel.document import ConversionResult
    from docling_core.types.doc import BoundingBox, DocItem, TableItem

log = logging.getLogger(__name__)

WINDOW = 16
"""Pages converted at a time: what is held in memory."""
INSIDE = 0.8
"""What lies by this share in a table or a figure is part of it."""

KINDS = {
    "title": "title",
    "section_header": "heading",
    "list_item": "list",
    "table": "table",
    "document_index": "table",
    "picture": "figure",
    "chart": "figure",
    "caption": "caption",
    "page_header": "header",
    "page_footer": "footer",
    "formula": "formula",
}
"""Docling's labels; every other one is text."""

Structure = tuple[list[Region], list[TableCell]]


class DoclingHandler:
    """Reads structure with one Docling converter a process; Docling and its models load at the first document."""

    def __init__(self, settings: RegionsSettings, engines: EngineSettings) -> None:
        self._settings = settings
        self._engines = engines

    @property
    def fingerprint(self) -> str:
        return converter_fingerprint(self._settings, RapidLayoutDetector(self._settings, self._engines).fingerprint)

    def structure(self, data: bytes, name: str, pages: Sequence[Page]) -> dict[int, Structure]:
        """Regions and table cells of those pages of the PDF `data`, by page number.

        A page that Docling finds nothing on has empty lists. Pages left to the layout model on pixels are absent:
        those whose text runs sideways, those Docling could not read in a document that it can, and all of a document
        that opens only with a password. `BrokenDocument` where Docling can convert none of it.
        """
        found: dict[int, Structure] = {}
        reasons: list[str] = []
        with _opened(data) as document:
            if document.needs_pass:
                return found
            for window in _windows([page for page in pages if page.rotation == 0]):
                part, why = self._convert(data, window)
                reasons += why
                if not self._settings.docling_tables:
                    cells = cells_of_tables(document, window, {number: each[0] for number, each in part.items()})
                    part = {number: (regions, cells.get(number, [])) for number, (regions, _) in part.items()}
                found.update(part)
        if reasons and not found:
            raise BrokenDocument(f"Docling cannot convert it: {'; '.join(reasons)}")
        if reasons:
            log.warning("%s: Docling left out pages: %s", name, "; ".join(reasons))
        return found

    def _convert(self, data: bytes, window: Sequence[Page]) -> tuple[dict[int, Structure], list[str]]:
        """The structure of the pages of a window that Docling could read, and why it could not read the others."""
        docling = converter(self._settings, self._engines)
        from docling.datamodel.base_models import ConversionStatus, DocumentStream

        made = docling.convert(
            DocumentStream(name="document.pdf", stream=BytesIO(data)),
            raises_on_error=False,
            page_range=(window[0].number, window[-1].number),
        )
        reasons = [error.error_message for error in made.errors]
        if made.status not in {ConversionStatus.SUCCESS, ConversionStatus.PARTIAL_SUCCESS}:
            return {}, reasons or [made.status.value]
        read = {page.page_no for page in made.pages}
        source = f"docling/{self._settings.docling_layout}"
        return {page.number: _structure(made, page, source) for page in window if page.number in read}, reasons


def _opened(data: bytes) -> pymupdf.Document:
    import pymupdf

    try:
        return pymupdf.open(stream=data, filetype="pdf")
    except (pymupdf.FileDataError, pymupdf.EmptyFileError) as error:
        raise BrokenDocument(f"no PDF that can be opened: {error}") from error


def _windows(pages: Sequence[Page]) -> Iterator[Sequence[Page]]:
    """Runs of consecutive pages, at most `WINDOW` each."""
    ordered = sorted(pages, key=lambda page: page.number)
    start = 0
    for place in range(1, len(ordered) + 1):
        full = place - start == WINDOW
        if place == len(ordered) or full or ordered[place].number != ordered[place - 1].number + 1:
            yield ordered[start:place]
            start = place


def _structure(made: ConversionResult, page: Page, source: str) -> Structure:
    from docling_core.types.doc import TableItem

    items = {
        id(region): (item, region)
        for item, box in _items_on(made, page.number)
        if (region := _region(made, page, item, box, source)) is not None
    }
    found = [region for _, region in items.values()]
    regions = in_order(page, [region for region in found if not _is_part(region, found)])
    cells: list[TableCell] = []
    for number, region in enumerate(regions):
        region.number = number
        item, _ = items[id(region)]
        if isinstance(item, TableItem):
            cells += _cells(made, page, item, region)
    mark_title(page, regions)
    return regions, cells


def _items_on(made: ConversionResult, number: int) -> Iterator[tuple[DocItem, BoundingBox]]:
    """Docling's items on a page (page headers and footers too), with their boxes in points."""
    from docling_core.types.doc import ContentLayer, DocItem

    height = made.document.pages[number].size.height
    for item, _ in made.document.iterate_items(page_no=number, included_content_layers=set(ContentLayer)):
        if isinstance(item, DocItem):
            for place in item.prov:
                if place.page_no == number:
                    yield item, place.bbox.to_top_left_origin(height)


def _region(made: ConversionResult, page: Page, item: DocItem, box: BoundingBox, source: str) -> Region | None:
    upright = _upright(made, page, box)
    if upright is None:
        return None
    kind = KINDS.get(item.label.value, "text")
    return Region(page.number, 0, kind, *upright, _score(made, page.number, box), source)


def _score(made: ConversionResult, number: int, box: BoundingBox) -> float:
    """The score of the cluster an item was made of; 1.0 for text that no cluster held."""
    layout = next(p for p in made.pages if p.page_no == number).predictions.layout
    wanted = np.array(box.as_tuple())
    for cluster in layout.clusters if layout else []:
        if np.abs(np.array(cluster.bbox.as_tuple()) - wanted).max() < 0.01:
            return float(cluster.confidence)
    return 1.0


def _is_part(region: Region, others: list[Region]) -> bool:
    area = (region.x1 - region.x0) * (region.y1 - region.y0)
    if region.kind in {"table", "figure", "caption"}:
        return False
    return any(
        other.kind in {"table", "figure"} and _common(region, other) >= INSIDE * area
        for other in others
        if other is not region
    )


def _common(a: Region, b: Region) -> float:
    return max(0.0, min(a.x1, b.x1) - max(a.x0, b.x0)) * max(0.0, min(a.y1, b.y1) - max(a.y0, b.y0))


def _cells(made: ConversionResult, page: Page, item: TableItem, region: Region) -> list[TableCell]:
    """The cells TableFormer found; a cell without a box of its own has the table's."""
    height = made.document.pages[page.number].size.height
    cells = []
    for cell in item.data.table_cells:
        box = _upright(made, page, cell.bbox.to_top_left_origin(height)) if cell.bbox else None
        cells.append(
            TableCell(
                page.number,
                region.number,
                cell.start_row_offset_idx,
                cell.start_col_offset_idx,
                cell.row_span,
                cell.col_span,
                *(box or (region.x0, region.y0, region.x1, region.y1)),
                cell.text,
                cell.column_header or cell.row_header,
            )
        )
    return cells


def _upright(made: ConversionResult, page: Page, box: BoundingBox) -> Box | None:
    """A box in Docling's page points as pixels of the upright page, clipped to it; None where nothing is left."""
    size = made.document.pages[page.number].size
    across, down = page.source_width / size.width, page.source_height / size.height
    return to_upright(page, (box.l * across, box.t * down, box.r * across, box.b * down))
