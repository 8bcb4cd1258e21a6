"""The ruling lines of a table, from its pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ocr.documents import Region
from ocr.engines import Image

REACH = 0.7
"""Share of the table's width (height) a line covers that parts its rows (columns)."""
SHORTEST = 0.08
"""Share of the table's side from which a dark run is a piece of a line, not of a letter."""
DARKER = 12
"""Grey levels a line is darker than what surrounds it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Heights of lines across the table, and places of lines down it, in pixels of the page, in order."""

    across: tuple[float, ...] = ()
    down: tuple[float, ...] = ()


def ruling_lines(image: Image, region: Region) -> Rules:
    """The lines that run through the table in `region` of the page image, its outer ones included."""
    import cv2

    left, top = max(0, round(region.x0)), max(0, round(region.y0))
    cut = image[top : round(region.y1), left : round(region.x1)]
    if min(cut.shape[:2]) < 20:
        return Rules()
    grey = cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY) if cut.ndim == 3 else cut
    window = max(15, (min(grey.shape) // 20) | 1)
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, DARKER)
    across = _places(_runs(dark, horizontal=True), axis=1)
    down = _places(_runs(dark, horizontal=False), axis=0)
    return Rules(tuple(top + y for y in across), tuple(left + x for x in down))


def _runs(dark: np.ndarray, horizontal: bool) -> np.ndarray:
    """What is left of the dark pixels when only long straight runs are kept."""
    import cv2

    length = max(20, round(SHORTEST * dark.shape[1 if horizontal else 0]))
    kernel = np.ones((1, length) if horizontal else (length, 1), np.uint8)
    runs = cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel)
    # A line not quite straight steps from one row of pixels to the next.
    return cv2.dilate(runs, np.ones((5, 1) if horizontal else (1, 5), np.uint8))


def _places(runs: np.ndarray, axis: int) -> list[float]:
    covered = (runs > 0).mean(axis=axis) >= REACH
    edges = np.flatnonzero(np.diff(np.concatenate([[False], covered, [False]]).astype(np.int8)))
    return [(start + stop - 1) / 2 for start, stop in edges.reshape(-1, 2).tolist()]
