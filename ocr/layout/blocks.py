"""Layout boxes made to fit the lines of text on the page.

A layout model sees a page as a small picture: it draws one box around a column's paragraphs, cuts lines at its edges and
leaves text out, on receipts nearly all of it. A text detector sees every line but not what belongs together. Here the
model says what kind of thing is where, and the lines say where it begins and ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr.documents import RegionKind
from ocr.engines import LayoutBox
from ocr.layout.paragraphs import hangs, paragraphs, usual_step
from ocr.layout.rows import Gutter, gutters, rows

OWNED = 0.5
"""Least share of a line that a box must hold to own it."""
OPAQUE = frozenset({"table", "figure"})
"""Kinds whose lines are not looked at: what is in them is part of them."""
RUNNING = frozenset({"text", "list"})
"""Kinds that are made of paragraphs."""
NEXT_LINE = 1.6
"""Two blocks a usual step times this apart are one column of text."""
ALIGNED = 3.0
"""Line heights by which the left edges of parts of one column differ."""
MARGIN = 0.08
"""Share of the page's height at its top and bottom where headers and footers stand."""
UNSEEN = 0.5
"""Score of text the model did not see."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows of text (`N×4` boxes, top down) that a model's box holds, or none."""

    kind: RegionKind
    score: float
    rows: np.ndarray

    @property
    def box(self) -> np.ndarray:
        return _union(self.rows)


def fit_to_lines(boxes: Sequence[LayoutBox], lines: np.ndarray, width: float, height: float) -> list[LayoutBox]:
    """The model's boxes on a page of that size, made to fit its lines of text (`N×4×2` corners), all in pixels.

    Text is one box a paragraph or list, with its edges at those of its lines; lines outside every box make boxes of
    their own; tables and figures stay as they are. Boxes in which no line was seen stay as well.
    """
    found = _boxes(lines)
    if not len(found):
        return list(boxes)
    between = gutters(found)
    owners = _owners(boxes, found)
    blocks, kept = [], []
    for number, box in enumerate(boxes):
        inside = found[owners == number]
        if box.kind in OPAQUE or not len(inside):
            kept.append(box)
        else:
            blocks += [_Block(box.kind, box.score, part) for part in _columns(inside, between)]
    blocks += _unseen(found[owners < 0], between)
    blocks = [part for block in _merged(blocks) for part in _parts(block)]
    fitted = [LayoutBox(block.kind, block.score, *block.box.tolist()) for block in blocks]
    return _at_the_margins([*kept, *_with_numbers(fitted)], height)


def _boxes(lines: np.ndarray) -> np.ndarray:
    return np.concatenate([lines.min(axis=1), lines.max(axis=1)], axis=1) if len(lines) else np.zeros((0, 4))


def _owners(boxes: Sequence[LayoutBox], lines: np.ndarray) -> np.ndarray:
    """The number of the box that holds each line; -1 where none does. A table or figure goes before its captions."""
    if not boxes:
        return np.full(len(lines), -1)
    drawn = np.array([(b.x0, b.y0, b.x1, b.y1) for b in boxes])
    across = np.minimum(lines[:, None, 2], drawn[:, 2]) - np.maximum(lines[:, None, 0], drawn[:, 0])
    down = np.minimum(lines[:, None, 3], drawn[:, 3]) - np.maximum(lines[:, None, 1], drawn[:, 1])
    area = np.maximum(1e-6, (lines[:, 2] - lines[:, 0]) * (lines[:, 3] - lines[:, 1]))
    share = np.clip(across, 0, None) * np.clip(down, 0, None) / area[:, None]
    return np.where(share.max(axis=1) >= OWNED, share.argmax(axis=1), -1)


def _columns(lines: np.ndarray, between: Sequence[Gutter]) -> list[np.ndarray]:
    """Lines as rows, the pieces of a row joined; one array a column."""
    joined = np.array([_union(lines[row]) for row in rows(lines, between)]).reshape(-1, 4)
    columns: list[list[np.ndarray]] = []
    for row in joined:
        beside = [column for column in columns if row[0] < column[-1][2] and column[-1][0] < row[2]]
        if beside:
            max(beside, key=lambda column: column[-1][3]).append(row)
        else:
            columns.append([row])
    return [np.array(column) for column in columns]


def _unseen(lines: np.ndarray, between: Sequence[Gutter]) -> list[_Block]:
    """Blocks of the lines that the model left out: rows close above each other."""
    if not len(lines):
        return []
    blocks: list[list[np.ndarray]] = []
    for row in (_union(lines[row]) for row in rows(lines, between)):
        near = [block for block in blocks if _follows(block[-1], row)]
        if near:
            max(near, key=lambda block: _common_width(block[-1], row)).append(row)
        else:
            blocks.append([row])
    return [_Block("text", UNSEEN, np.array(block)) for block in blocks]


def _follows(above: np.ndarray, below: np.ndarray) -> bool:
    """Whether a row stands right under another one of its size."""
    heights = sorted((above[3] - above[1], below[3] - below[1]))
    step = (below[1] + below[3] - above[1] - above[3]) / 2
    return bool(0 < step <= NEXT_LINE * heights[1] and heights[1] < 1.8 * heights[0] and _common_width(above, below) > 0)


def _merged(blocks: list[_Block]) -> list[_Block]:
    """Running text that goes on from one block into the next as one block."""
    merged: list[_Block] = []
    for block in sorted(blocks, key=lambda b: tuple(b.box[[1, 0, 3, 2]])):
        before = next((k for k, other in enumerate(merged) if _goes_on(other, block)), None)
        if before is None:
            merged.append(block)
        else:
            other = merged[before]
            kind = max((other, block), key=lambda b: len(b.rows)).kind
            merged[before] = _Block(kind, max(other.score, block.score), np.concatenate([other.rows, block.rows]))
    return merged


def _goes_on(above: _Block, below: _Block) -> bool:
    if above.kind not in RUNNING or below.kind not in RUNNING:
        return False
    last, first = above.rows[-1], below.rows[0]
    height = min(last[3] - last[1], first[3] - first[1])
    step = (first[1] + first[3] - last[1] - last[3]) / 2
    longer = above if len(above.rows) >= len(below.rows) else below
    narrower = min(above.box[2] - above.box[0], below.box[2] - below.box[0])
    return bool(
        0 < step <= 1.3 * usual_step(longer.rows)
        and abs(above.box[0] - below.box[0]) <= ALIGNED * height
        and _common_width(above.box, below.box) >= 0.7 * narrower
        and (above.kind == below.kind or min(len(above.rows), len(below.rows)) == 1)
    )


def _parts(block: _Block) -> list[_Block]:
    """A block of running text, one part a paragraph; any other whole."""
    if block.kind == "list" or block.kind not in RUNNING:
        return [block]
    parts = [block.rows[run] for run in paragraphs(block.rows)]
    return [_Block("list" if hangs(part) else "text", block.score, part) for part in parts]


def _with_numbers(boxes: list[LayoutBox]) -> list[LayoutBox]:
    """Formulas take in what is no wider than a number and stands on their height: their numbers."""
    formulas = [box for box in boxes if box.kind == "formula"]
    rest = []
    for box in (box for box in boxes if box.kind != "formula"):
        beside = [
            k
            for k, f in enumerate(formulas)
            if box.kind == "text" and box.x1 - box.x0 <= 4 * (box.y1 - box.y0) and f.y0 <= (box.y0 + box.y1) / 2 <= f.y1
        ]
        if beside:
            f = formulas[beside[0]]
            edges = (min(f.x0, box.x0), min(f.y0, box.y0), max(f.x1, box.x1), max(f.y1, box.y1))
            formulas[beside[0]] = LayoutBox("formula", f.score, *edges)
        else:
            rest.append(box)
    return [*formulas, *rest]


def _at_the_margins(boxes: list[LayoutBox], height: float) -> list[LayoutBox]:
    """Single lines above or below everything else, at the edge of the page, are headers and footers."""
    found = []
    for box in boxes:
        size = box.y1 - box.y0
        others = [b for b in boxes if b is not box and min(b.y1, box.y1) - max(b.y0, box.y0) < 0.5 * size]
        top = box.y1 < MARGIN * height and all(b.y0 > box.y1 + 0.5 * size for b in others)
        foot = box.y0 > (1 - MARGIN) * height and all(b.y1 < box.y0 - 0.5 * size for b in others)
        single = box.kind in RUNNING and size < 0.03 * height
        found.append(replace(box, kind="header" if top else "footer") if single and (top or foot) and others else box)
    return found


def _union(boxes: np.ndarray) -> np.ndarray:
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _common_width(a: np.ndarray, b: np.ndarray) -> float:
    return float(min(a[2], b[2]) - max(a[0], b[0]))
