"""Layout boxes made to fit the lines of text on the page.

A layout model sees a page as a small picture: it draws one box around a column's paragraphs, cuts lines at its edges
and leaves text out, on receipts nearly all of it. A text detector sees every line but not what belongs together. Here
the model says what kind of thing is where, and the lines say where it begins and ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr.documents import RegionKind
from ocr.engines import LayoutBox
from ocr.layout.paragraphs import hangs, paragraphs, usual_step
from ocr.layout.rows import Gutter, gutters, prose, rows

OWNED = 0.35
"""Least share of a line that a box must hold to own it; models cut headings short, and lines are drawn generously."""
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
NUMBER_MARGIN = 0.16
"""The same for page numbers, which also stand alone on pages with wide margins."""
UNSEEN = 0.5
"""Score of text the model did not see."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows of text (`N×4` boxes, top down) that a model's box holds, or none; `prose` where its lines are long."""

    kind: RegionKind
    score: float
    rows: np.ndarray
    prose: bool = True

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
        elif box.kind == "formula" and _is_tabular(inside):
            kept.append(replace(box, kind="table"))
        else:
            blocks += [_Block(box.kind, box.score, part, prose(inside)) for part in _columns(inside, between)]
    blocks += _unseen(found[owners < 0], between)
    blocks = [part for block in _merged(_interlocked(_completed(blocks))) for part in _parts(block)]
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
    return [_Block("text", UNSEEN, made := np.array(block), _of_prose(made, lines)) for block in blocks]


def _of_prose(block: np.ndarray, lines: np.ndarray) -> bool:
    x0, y0, x1, y1 = _union(block)
    return prose(lines[(lines[:, 0] >= x0) & (lines[:, 1] >= y0) & (lines[:, 2] <= x1) & (lines[:, 3] <= y1)])


def _interlocked(blocks: list[_Block]) -> list[_Block]:
    """Blocks with those beside them as one where neither is prose: columns of a receipt are read together."""
    joined: list[_Block] = []
    for block in blocks:
        beside = [other for other in joined if _are_columns_of_a_table(other, block)]
        if beside:
            joined = [other for other in joined if all(other is not b for b in beside)]
            together = np.concatenate([*(b.rows for b in beside), block.rows])
            order = np.argsort(together[:, 1] + together[:, 3], kind="stable")
            block = replace(block, kind="text", rows=together[order])
        joined.append(block)
    return joined


def _are_columns_of_a_table(a: _Block, b: _Block) -> bool:
    return not a.prose and not b.prose and {a.kind, b.kind} <= RUNNING and _beside(a.rows, b.rows)


def _beside(a: np.ndarray, b: np.ndarray) -> bool:
    (_, top, _, bottom), (_, other_top, _, other_bottom) = _union(a), _union(b)
    return bool(min(bottom, other_bottom) - max(top, other_top) >= 0.5 * min(bottom - top, other_bottom - other_top))


def _follows(above: np.ndarray, below: np.ndarray) -> bool:
    """Whether a row stands right under another one of its size."""
    heights = sorted((above[3] - above[1], below[3] - below[1]))
    step = _middle(below) - _middle(above)
    return bool(
        0 < step <= NEXT_LINE * heights[1] and heights[1] < 1.8 * heights[0] and _common_width(above, below) > 0
    )


def _is_tabular(lines: np.ndarray) -> bool:
    """Whether the lines stand in rows of three and more: models take tables of numbers for formulas."""
    made = rows(lines, ())
    return len(made) >= 4 and sum(len(row) >= 3 for row in made) >= len(made) / 2


def _completed(blocks: list[_Block]) -> list[_Block]:
    """Headings and captions with the single rows above or under them that the model left out."""
    whole = [block for block in blocks if block.score != UNSEEN or len(block.rows) > 1]
    for single in (block for block in blocks if block.score == UNSEEN and len(block.rows) == 1):
        nearest = min(range(len(whole)), key=lambda k: _step(whole[k], single), default=None)
        near = nearest is not None and _step(whole[nearest], single) < np.inf
        if nearest is not None and near and whole[nearest].kind in {"heading", "caption"}:
            together = np.concatenate([whole[nearest].rows, single.rows])
            whole[nearest] = replace(whole[nearest], rows=together[np.argsort(together[:, 1], kind="stable")])
        else:
            whole.append(single)
    return whole


def _step(block: _Block, single: _Block) -> float:
    """How far a single row is from the block right above or under it; infinite where it is no part of it."""
    row = single.rows[0]
    pairs = ((block.rows[-1], row), (row, block.rows[0]))
    return min((_middle(below) - _middle(above) for above, below in pairs if _follows(above, below)), default=np.inf)


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
            together = np.concatenate([other.rows, block.rows])
            merged[before] = _Block(kind, max(other.score, block.score), together, other.prose or block.prose)
    return merged


def _goes_on(above: _Block, below: _Block) -> bool:
    if above.kind not in RUNNING or below.kind not in RUNNING:
        return False
    last, first = above.rows[-1], below.rows[0]
    height = min(last[3] - last[1], first[3] - first[1])
    step = _middle(first) - _middle(last)
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
        margin = (NUMBER_MARGIN if box.x1 - box.x0 <= 4 * size else MARGIN) * height
        top = box.y1 < margin and all(b.y0 > box.y1 + 0.5 * size for b in others)
        foot = box.y0 > height - margin and all(b.y1 < box.y0 - 0.5 * size for b in others)
        single = box.kind in RUNNING and size < 0.03 * height
        found.append(replace(box, kind="header" if top else "footer") if single and (top or foot) and others else box)
    return found


def _middle(row: np.ndarray) -> float:
    return float(row[1] + row[3]) / 2


def _union(boxes: np.ndarray) -> np.ndarray:
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _common_width(a: np.ndarray, b: np.ndarray) -> float:
    return float(min(a[2], b[2]) - max(a[0], b[0]))
