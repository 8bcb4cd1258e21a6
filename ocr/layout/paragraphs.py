"""Where the paragraphs of a column of text begin, told from the boxes of its lines.

Printed paragraphs begin with an indented line, after a wider gap, or (in justified text) after a line that ends early.
The hanging lines of a list or a bibliography are indented the other way round: there the first line of an item sticks
out, and nothing begins in between.
"""

from __future__ import annotations

import numpy as np

WIDER = 1.35
"""A step from line to line this many times the usual one is a gap between paragraphs."""
INDENT = (0.5, 6.0)
"""Least and largest indent of a first line, in line heights; what stands further in is centred."""
SAME_EDGE = 0.5
"""Line heights by which left edges of lines of one paragraph differ, for detectors do not cut exactly."""
JUSTIFIED = 0.6
"""Share of lines that reach the right edge, from which one that does not ends a paragraph."""
SHORT = 0.15
"""Share of the column's width by which such a line falls short."""


def paragraphs(rows: np.ndarray) -> list[list[int]]:
    """The rows of one column (`N×4` boxes, top down), in runs of one paragraph or one list each."""
    if len(rows) < 2:
        return [list(range(len(rows)))] if len(rows) else []
    height = float(np.median(rows[:, 3] - rows[:, 1]))
    begins = _after_gaps(rows, height)
    for start, stop in _runs(begins):
        if not hangs(rows[start:stop]):
            begins[start:stop] |= _by_indents(rows[start:stop], rows, height)
    return [list(range(start, stop)) for start, stop in _runs(begins)]


def hangs(rows: np.ndarray) -> bool:
    """Whether the rows are items whose first lines stick out: a list, a bibliography."""
    if len(rows) < 3:
        return False
    height = float(np.median(rows[:, 3] - rows[:, 1]))
    out = rows[:, 0] <= _left_edge(rows) + SAME_EDGE * height
    inner = rows[~out, 0]
    items = out.sum() >= 2 or (out.any() and not out[0] and not out[-1])
    return bool(items and len(inner) >= len(rows) / 2 and np.ptp(inner) <= height)


def usual_step(rows: np.ndarray) -> float:
    """The usual distance from one row's middle to the next's, in pixels; a generous guess where there is one row."""
    if len(rows) < 2:
        return 1.5 * float(np.median(rows[:, 3] - rows[:, 1]))
    return float(np.percentile(np.diff(_middles(rows)), 40))


def _after_gaps(rows: np.ndarray, height: float) -> np.ndarray:
    usual = usual_step(rows)
    if len(rows) == 2:
        usual = min(usual, 1.6 * height)
    wide = np.diff(_middles(rows)) > max(WIDER * usual, usual + 0.3 * height)
    return np.concatenate([[True], wide])


def _by_indents(rows: np.ndarray, column: np.ndarray, height: float) -> np.ndarray:
    """Where paragraphs begin between two gaps of a column."""
    left, right = _left_edge(column), float(np.percentile(column[:, 2], 90))
    indents = rows[:, 0] - left
    inside = indents > INDENT[0] * height
    first = inside & (indents < INDENT[1] * height)
    begins = np.zeros(len(rows), dtype=bool)
    begins[1:] = first[1:] & ~inside[:-1]
    if np.mean(column[:, 2] >= right - height) >= JUSTIFIED:
        ends = rows[:, 2] < right - max(2 * height, SHORT * (right - left))
        begins[1:] |= ends[:-1] & ~inside[1:]
    return begins


def _left_edge(rows: np.ndarray) -> float:
    """Where lines begin: the leftmost start that is not a lone one."""
    starts = np.sort(rows[:, 0])
    return float(starts[1] if len(starts) >= 6 else starts[0])


def _middles(rows: np.ndarray) -> np.ndarray:
    return (rows[:, 1] + rows[:, 3]) / 2


def _runs(begins: np.ndarray) -> list[tuple[int, int]]:
    starts = np.flatnonzero(begins).tolist()
    return list(zip(starts, [*starts[1:], len(begins)], strict=True))
