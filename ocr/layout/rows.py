"""Which pieces of text stand in one line, told from their boxes alone.

A detector cuts a receipt's line into a description and a price, which must be read together, and a page of two columns
into two stacks, which must not. What tells them apart is the stacks: a gutter has prose on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

Box = np.ndarray | tuple[float, float, float, float]
"""x0, y0, x1, y1."""

SAME_ROW = 0.5
"""Vertical overlap, as a fraction of the lower box, from which two boxes stand in one row."""

PROSE = 8.0
"""Width over height from which a box holds a line of prose: some fifteen characters."""

STACK = 3
"""Fewest rows that make a gutter."""

REACH = 4.0
"""Line heights a gutter goes on above and below the rows that show it, where a detector may have bridged it."""


@dataclass(frozen=True, slots=True)
class Gutter:
    """The strip between two columns of prose, in pixels."""

    x0: float
    x1: float
    top: float
    bottom: float

    def parts(self, left: Box, right: Box) -> bool:
        """Whether the two boxes stand on either side of it."""
        slack = 0.5 * (right[3] - right[1])
        beside = self.top <= right[1] and right[3] <= self.bottom
        return bool(beside and left[2] - slack <= self.x1 <= right[0] + slack)

    def runs_between(self, left: Box, right: Box) -> bool:
        """Whether it is what separates two neighbouring words, which a detector took for one line."""
        wide = right[0] - left[2] >= 0.6 * (self.x1 - self.x0)
        middle = (self.x0 + self.x1) / 2
        return bool(wide and self.top <= right[1] and right[3] <= self.bottom and left[2] < middle < right[0])


def rows(boxes: np.ndarray, gutters: Sequence[Gutter]) -> list[list[int]]:
    """The lines that `N×4` boxes make: each a list of box numbers from left to right; lines top to bottom.

    Lines end at gutters; columns do not yet come one after another.
    """
    return [line for row in _visual_rows(boxes) for line in _split(boxes, row, gutters)]


def gutters(boxes: np.ndarray) -> list[Gutter]:
    """Where columns of prose stand side by side: gaps between `N×4` boxes that end at one x, prose on both sides."""
    gaps = [pair for row in _visual_rows(boxes) for pair in pairwise(row)]
    if not gaps:
        return []
    height = float(np.median(boxes[:, 3] - boxes[:, 1]))
    gaps.sort(key=lambda gap: boxes[gap[1], 0])
    edges = np.array([boxes[right, 0] for _, right in gaps])
    stacks = np.split(np.array(gaps), np.flatnonzero(np.diff(edges) > height) + 1)
    return [found for stack in stacks if (found := _gutter(boxes[stack[:, 0]], boxes[stack[:, 1]], height)) is not None]


def _gutter(left: np.ndarray, right: np.ndarray, height: float) -> Gutter | None:
    if len(left) < STACK or not prose(left) or not prose(right):
        return None
    x1 = float(np.median(right[:, 0]))
    x0 = min(x1, float(np.percentile(left[:, 2], 90)))
    both = np.concatenate([left, right])
    reach = REACH * height
    return Gutter(x0, x1, float(both[:, 1].min() - reach), float(both[:, 3].max() + reach))


def _visual_rows(boxes: np.ndarray) -> list[list[int]]:
    """Boxes at one height, each row left to right, rows top to bottom."""
    found: list[list[int]] = []
    plain = boxes.tolist()
    for i in np.argsort(boxes[:, 1] + boxes[:, 3], kind="stable").tolist():
        fits = [_fit(plain, row, i) for row in found[-8:]]
        best = max(fits, default=0.0)
        if best >= SAME_ROW:
            found[len(found) - len(fits) + fits.index(best)].append(i)
        else:
            found.append([i])
    return [sorted(row, key=lambda i: plain[i][0]) for row in found]


def _fit(boxes: list[list[float]], row: Sequence[int], i: int) -> float:
    """Vertical overlap of box `i` with its nearest box of the row; 0 when it lies on top of one."""
    x0, y0, x1, y1 = boxes[i]
    # Plain numbers: rows are short, and there are eight of them for each box.
    apart = [max(boxes[other][0] - x1, x0 - boxes[other][2]) for other in row]
    nearest = min(apart)
    if nearest < -0.5 * (y1 - y0):
        return 0.0
    _, top, _, bottom = boxes[row[apart.index(nearest)]]
    return (min(y1, bottom) - max(y0, top)) / max(1e-6, min(y1 - y0, bottom - top))


def prose(boxes: np.ndarray) -> bool:
    """Whether `N×4` boxes of lines are long enough to be running text."""
    return float(np.median((boxes[:, 2] - boxes[:, 0]) / (boxes[:, 3] - boxes[:, 1]))) >= PROSE


def _split(boxes: np.ndarray, row: Sequence[int], gutters: Sequence[Gutter]) -> Iterator[list[int]]:
    line = [row[0]]
    for before, i in pairwise(row):
        if any(gutter.parts(boxes[before], boxes[i]) for gutter in gutters):
            yield line
            line = []
        line.append(i)
    yield line
