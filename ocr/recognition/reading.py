"""Turns what engines find on pages into words, and those into lines in reading order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType

import numpy as np

from ocr.documents import Line, Page, Region, TextBox, Word
from ocr.engines import Image
from ocr.layout.lines import Piece, compose
from ocr.recognition.crops import cut, reading_quads
from ocr.recognition.panel import Panel, ReadLine, read_lines


def text_boxes(page: Page, quads: np.ndarray) -> list[TextBox]:
    """A detector's quadrilaterals (`N×4×2` pixels), turned so that text runs from the first corner to the second."""
    return [TextBox(page.number, number, quad.ravel().tolist()) for number, quad in enumerate(reading_quads(quads))]


def corners(boxes: Sequence[TextBox]) -> np.ndarray:
    """The inverse of `text_boxes`: `N×4×2`."""
    return np.array([box.corners for box in boxes], dtype=float).reshape(-1, 4, 2)


def read_pages(
    pages: Sequence[tuple[Page, list[Region], np.ndarray, Image]],
    panel: Panel,
    min_confidence: float,
    layer: Mapping[int, Sequence[Word]] = MappingProxyType({}),
) -> list[tuple[list[Line], list[Word]]]:
    """Read page images, each with its regions and its text lines (`N×4×2`, as `corners` gives them).

    For each page its lines and words in reading order, boxes in pixels of the upright image. Lines of which
    the engine says less than `min_confidence` (0..1) are dropped as noise. The crops of all pages are read together.
    `layer` holds the text layer
    of the pages (by number) that have one beside what is read.
    """
    crops = [cut(image, quads) for _, _, quads, image in pages]
    read = read_lines(crops, [page.tier for page, *_ in pages], panel)
    results = []
    for (page, regions, quads, _), read_page in zip(pages, read, strict=True):
        kept = [(quad, line) for quad, line in zip(quads, read_page, strict=True) if line.confidence >= min_confidence]
        pieces = [_piece(page, quad, line) for quad, line in kept if line.words]
        lines, words = compose(page, regions, [*_layer_pieces(layer.get(page.number, ())), *pieces])
        results.append((_judged(lines, words, panel), words))
    return results


def _judged(lines: Sequence[Line], words: Sequence[Word], panel: Panel) -> list[Line]:
    """Lines with the probability that they are right throughout, from those of their words."""
    by_line: dict[int, list[float]] = {}
    for word in words:
        by_line.setdefault(word.line, []).append(word.confidence)
    return [
        replace(line, confidence=panel.calibration.of_line(by_line[line.number])) if line.source == "ocr" else line
        for line in lines
    ]


def lines_from_layer(page: Page, regions: list[Region], words: list[Word]) -> tuple[list[Line], list[Word]]:
    """Lines and words in reading order of a text layer, whose `Word.line` is the PDF's own line number."""
    return compose(page, regions, _layer_pieces(words))


def _layer_pieces(words: Sequence[Word]) -> list[Piece]:
    return [list(group) for _, group in groupby(words, key=lambda w: w.line)]


def _piece(page: Page, quad: np.ndarray, line: ReadLine) -> Piece:
    words = []
    for number, read in enumerate(line.words):
        word = read.word
        ends = np.array([[word.start], [word.end]])
        top = quad[0] + ends * (quad[1] - quad[0])
        bottom = quad[3] + ends * (quad[2] - quad[3])
        corners = np.concatenate([top, bottom])
        (x0, y0), (x1, y1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        words.append(
            Word(
                page=page.number,
                line=0,
                number=number,
                region=None,
                text=word.text,
                confidence=read.probability,
                x0=x0,
                y0=y0,
                x1=x1,
                y1=y1,
                engine=read.engine,
                source="ocr",
                raw_confidence=word.confidence,
                least_confidence=word.least,
                alternatives=[text for text, _ in word.alternatives],
                alternative_confidences=[confidence for _, confidence in word.alternatives],
            )
        )
    return words
