"""Text beside a trusted text layer: on pictures, drawn as outlines, or in words that are not trusted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr.documents import Word
from ocr.engines import Image, TextRecognizer
from ocr.recognition.crops import cut, reading_quads

_STEP = 0.2
_LEAST = 0.8
"""Resolution along a line, and the shortest part of one that is text of its own, in heights of the line; detectors draw
their boxes wider than the text."""

_LINES = 6
_LETTERS = 10
_SURE = 0.8
"""Lines that are looked at, and letters and figures that must be read with confidence: three or four words, more than
the name in a logo."""


def uncovered(quads: np.ndarray, words: Sequence[Word]) -> np.ndarray:
    """The lines (`N×4×2`, pixels), or those parts of them along which no word stands."""
    if not len(words):
        return quads
    boxes = np.array([(w.x0, w.y0, w.x1, w.y1) for w in words])
    parts = [part for quad in quads for part in _uncovered_parts(quad, boxes)]
    return np.array(parts, dtype=float).reshape(-1, 4, 2)


def holds_text(image: Image, quads: np.ndarray, recognizer: TextRecognizer) -> bool:
    """Whether the lines found on an image (`N×4×2`, pixels) are text indeed: the longest are read."""
    read = recognizer.recognize(cut(image, _longest(reading_quads(quads))))
    sure = "".join(line.text for line in read if line.confidence >= _SURE)
    return sum(map(str.isalnum, sure)) >= _LETTERS


def _longest(quads: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    return quads[np.argsort(-lengths, kind="stable")[:_LINES]]


def _uncovered_parts(quad: np.ndarray, boxes: np.ndarray) -> list[np.ndarray]:
    left, right = (quad[0] + quad[3]) / 2, (quad[1] + quad[2]) / 2
    length, height = float(np.linalg.norm(right - left)), float(np.linalg.norm(quad[3] - quad[0]))
    places = np.linspace(0, 1, max(3, round(length / max(1.0, _STEP * height)) + 1))
    x, y = (left + places[:, np.newaxis] * (right - left)).T[..., np.newaxis]
    free = ~((boxes[:, 0] <= x) & (x <= boxes[:, 2]) & (boxes[:, 1] <= y) & (y <= boxes[:, 3])).any(axis=1)
    if free.all():
        return [quad]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], free, [False]]).astype(int)))
    stretches = [(places[start], places[stop - 1]) for start, stop in edges.reshape(-1, 2)]
    return [_part(quad, a, b) for a, b in stretches if (b - a) * length >= _LEAST * height]


def _part(quad: np.ndarray, start: float, end: float) -> np.ndarray:
    top, bottom = quad[1] - quad[0], quad[2] - quad[3]
    return np.array([quad[0] + start * top, quad[0] + end * top, quad[3] + end * bottom, quad[3] + start * bottom])
