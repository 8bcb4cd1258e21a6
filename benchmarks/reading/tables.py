"""Tables with known cells (ICDAR 2013), their places given: from the text layer, and from OCR of the rendered page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import numpy as np

from benchmarks import evaluation_data
from ocr.documents import Page, Region, TableCell
from ocr.evaluation.bootstrap import bootstrap_ratio
from ocr.evaluation.cells import Neighbours, neighbours
from ocr.evaluation.layout import Box

DPI = 200
SCALE = DPI / 72
MARGIN = 4.0


def measure() -> dict[str, Any]:
    """Neighbour F1 with its interval over tables, by source of the words; PyMuPDF's own finder beside it."""
    counts: dict[str, list[tuple[int, int]]] = {}
    for wanted, answers in _answers():
        for name, found in answers.items():
            counts.setdefault(name, []).append(((wanted & found).total(), wanted.total() + found.total()))
    return {"tables": len(counts["ours, text layer"]), "f1": {name: _interval(pairs) for name, pairs in counts.items()}}


def _interval(pairs: list[tuple[int, int]]) -> list[float]:
    made = bootstrap_ratio([2 * common for common, _ in pairs], [both for _, both in pairs])
    return [made.value, made.low, made.high]


def _answers() -> Iterator[tuple[Neighbours, dict[str, Neighbours]]]:
    """For each table its true neighbours, and those every reader finds."""
    import pymupdf

    from ocr.assembly import Engines
    from ocr.digital.tables import cells_of_tables
    from ocr.layout.cells import cells_from_words
    from ocr.layout.rules import ruling_lines

    engines = Engines()
    for file in sorted((evaluation_data.ROOT / "table_icdar2013").glob("*/*.pdf")):
        read: dict[int, tuple[Any, list[Any]]] = {}
        with pymupdf.open(file) as document:
            for number, cells in _truth(file.with_name(f"{file.stem}-str.xml"), document):
                source = document[number - 1]
                if number not in read:
                    image = _image(source)
                    read[number] = image, _words(image, engines)
                image, words = read[number]
                rect = source.rect
                size = (rect.width, rect.height)
                scale = [1 / SCALE, 0.0, 0.0, 0.0, 1 / SCALE, 0.0, 0.0, 0.0, 1.0]
                page = Page(number, image.shape[1], image.shape[0], DPI, *size, transform=scale)
                table = Region(number, 0, "table", *_outline(cells), 1.0, "truth")
                digital = cells_of_tables(document, [page], {number: [table]})[number]
                scanned = cells_from_words(table, words, ruling_lines(image, table))
                yield (
                    neighbours(cells),
                    {
                        "ours, text layer": neighbours(digital),
                        "ours, rendered and read by OCR": neighbours(scanned),
                        "ours, text layer, ruling lines not looked at": neighbours(
                            cells_from_words(table, [((c.x0, c.y0, c.x1, c.y1), c.text) for c in _layer(source)])
                        ),
                        "PyMuPDF find_tables, text layer": neighbours(_find_tables(source, table)),
                    },
                )


def _truth(file: Any, document: Any) -> Iterator[tuple[int, list[TableCell]]]:
    """Page number and cells of each table; boxes in pixels."""
    for region in ElementTree.parse(file).getroot().iter("region"):
        number = int(region.attrib["page"])
        height = document[number - 1].rect.height
        cells = []
        for cell in region.iter("cell"):
            row, column = int(cell.attrib["start-row"]), int(cell.attrib["start-col"])
            last_row, last_column = int(cell.get("end-row", row)), int(cell.get("end-col", column))
            place = cell.find("bounding-box")
            assert place is not None
            x0, x1, low, high = (float(place.attrib[k]) * SCALE for k in ("x1", "x2", "y1", "y2"))
            box = (x0, height * SCALE - high, x1, height * SCALE - low)
            text = cell.findtext("content") or ""
            spans = (last_row - row + 1, last_column - column + 1)
            cells.append(TableCell(number, 0, row, column, *spans, *box, text))
        yield number, cells


def _image(source: Any) -> np.ndarray:
    pixels = source.get_pixmap(dpi=DPI)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, pixels.n)[:, :, :3].copy()


def _words(image: np.ndarray, engines: Any) -> list[tuple[Box, str]]:
    """The words of the page as the first engine reads them, with their boxes."""
    from ocr.recognition.crops import cut, reading_quads

    (found,) = engines.detector.detect([image])
    quads = reading_quads(found)
    words = []
    for quad, line in zip(quads, engines.recognizer.recognize(cut(image, quads)), strict=True):
        for word in line.words:
            along = quad[1] - quad[0]
            corners = np.array([quad[0] + word.start * along, quad[3] + word.end * along])
            (x0, y0), (x1, y1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
            words.append(((x0, y0, x1, y1), word.text))
    return words


def _layer(source: Any) -> list[TableCell]:
    return [
        TableCell(0, 0, 0, 0, 1, 1, x0 * SCALE, y0 * SCALE, x1 * SCALE, y1 * SCALE, text)
        for x0, y0, x1, y1, text, *_ in source.get_text("words")
    ]


def _find_tables(source: Any, table: Region) -> list[TableCell]:
    """PyMuPDF's answer inside the table's place: its largest one."""
    clip = [v / SCALE for v in (table.x0, table.y0, table.x1, table.y1)]
    found = max(source.find_tables(clip=clip).tables, key=lambda t: t.row_count * t.col_count, default=None)
    rows = found.extract() if found is not None else []
    return [
        TableCell(table.page, 0, r, c, 1, 1, 0.0, 0.0, 0.0, 0.0, text)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if text
    ]


def _outline(cells: list[TableCell]) -> Box:
    return (
        min(c.x0 for c in cells) - MARGIN,
        min(c.y0 for c in cells) - MARGIN,
        max(c.x1 for c in cells) + MARGIN,
        max(c.y1 for c in cells) + MARGIN,
    )
