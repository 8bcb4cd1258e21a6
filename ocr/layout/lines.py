"""Puts pieces of text into lines, and lines into reading order, in regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ocr.documents import Line, Page, Region, Word
from ocr.layout.order import reading_order
from ocr.layout.rows import Gutter, gutters, rows

Piece = list[Word]
"""Words a detector or a PDF holds together: a line, or a part of one."""

COVERED = 0.5
"""Least share of the pieces that must lie in regions for the regions' order to count."""

CUT = 0.2
"""Largest share of lines that regions may cut in two and still be believed."""


def compose(page: Page, regions: Sequence[Region], pieces: Sequence[Piece]) -> tuple[list[Line], list[Word]]:
    """Number the pieces' words by region, line and place."""
    lines: list[Line] = []
    words: list[Word] = []
    for region, line in _arrange(page, regions, pieces):
        number = len(lines)
        numbered = [replace(w, line=number, number=k, region=region) for k, w in enumerate(line)]
        lines.append(_line(page, number, region, numbered))
        words += numbered
    return lines, words


def _line(page: Page, number: int, region: int | None, words: Sequence[Word]) -> Line:
    weights = [len(w.text) for w in words]
    confidence = sum(w.confidence * n for w, n in zip(words, weights, strict=True)) / max(1, sum(weights))
    text = " ".join(w.text for w in words)
    x0, y0, x1, y1 = _box(words)
    return Line(page.number, number, region, text, confidence, x0, y0, x1, y1, words[0].engine, words[0].source)


def _arrange(page: Page, regions: Sequence[Region], pieces: Sequence[Piece]) -> list[tuple[int | None, list[Word]]]:
    """Lines with their region's number, in reading order."""
    parts = [part for piece in pieces for part in _cut_at_regions(piece, regions)]
    found = gutters(_boxes(parts))
    if found:
        parts = [part for piece in parts for part in _cut_at_gutters(piece, found)]
    owners = _owners(_boxes(parts), regions)
    whole_page = _lines(page, parts, found)
    believable = _believable(owners, whole_page)
    _adopt(owners, whole_page)
    if not believable:
        return [(_common([owners[i] for i in line]), _join(parts, line)) for line in whole_page]
    blocks: list[tuple[int | None, list[list[Word]]]] = []
    for region in regions:
        inside = [part for part, owner in zip(parts, owners, strict=True) if owner == region.number]
        if inside:
            blocks.append((region.number, [_join(inside, line) for line in _lines(page, inside, found)]))
    outside = [part for part, owner in zip(parts, owners, strict=True) if owner is None]
    loose = [_join(outside, line) for line in _lines(page, outside, found)]
    return [(number, line) for number, lines in _put_in_place(page, blocks, loose) for line in lines]


def _lines(page: Page, parts: Sequence[Piece], found: Sequence[Gutter]) -> list[list[int]]:
    """Parts that make a line each, in reading order by geometry."""
    boxes = _boxes(parts)
    lines = rows(boxes, found)
    if not found:
        return lines
    outlines = [_union(boxes[line]) for line in lines]
    return [lines[i] for i in reading_order(outlines, page.width, page.height)]


def _put_in_place(
    page: Page, blocks: Sequence[tuple[int | None, list[list[Word]]]], loose: Sequence[list[Word]]
) -> list[tuple[int | None, list[list[Word]]]]:
    """Regions in their own order, each loose line after the region that geometry puts before it."""
    boxes = [_box([w for line in lines for w in line]) for _, lines in blocks] + [_box(line) for line in loose]
    following: dict[int, list[tuple[int | None, list[list[Word]]]]] = {}
    before = -1
    for i in reading_order(boxes, page.width, page.height):
        if i < len(blocks):
            before = i
        else:
            following.setdefault(before, []).append((None, [loose[i - len(blocks)]]))
    placed = list(following.get(-1, []))
    for i, block in enumerate(blocks):
        placed += [block, *following.get(i, [])]
    return placed


def _believable(owners: Sequence[int | None], whole_page: Sequence[Sequence[int]]) -> bool:
    """Whether regions hold most of the text and do not cut its lines: layout models err on what they never saw."""
    if sum(owner is not None for owner in owners) < COVERED * len(owners):
        return False
    cut_lines = sum(len({owners[i] for i in line} - {None}) > 1 for line in whole_page)
    return cut_lines <= CUT * len(whole_page)


def _adopt(owners: list[int | None], whole_page: Sequence[Sequence[int]]) -> None:
    """Give the loose parts of a line, such as a paragraph's number, to the one region that has its other parts."""
    for line in whole_page:
        known = {owners[i] for i in line} - {None}
        if len(known) == 1:
            for i in line:
                owners[i] = next(iter(known))


def _cut_at_regions(piece: Piece, regions: Sequence[Region]) -> list[Piece]:
    """The piece, cut where it runs from one region into another beside it."""
    owners = _owners(np.array([(w.x0, w.y0, w.x1, w.y1) for w in piece]), regions)
    held = [r for r in regions if r.number in owners]
    if len(held) < 2 or any(a.x0 < b.x1 and b.x0 < a.x1 for k, a in enumerate(held) for b in held[k + 1 :]):
        return [piece]
    parts: list[Piece] = []
    current = None
    for word, owner in zip(piece, owners, strict=True):
        if not parts or (owner is not None and current is not None and owner != current):
            parts.append([])
        current = owner if owner is not None else current
        parts[-1].append(word)
    return parts


def _cut_at_gutters(piece: Piece, found: Sequence[Gutter]) -> list[Piece]:
    """The piece, cut where it runs across a gutter."""
    parts: list[Piece] = [[]]
    for before, word in pairwise([None, *piece]):
        if before and word and any(gutter.runs_between(_box([before]), _box([word])) for gutter in found):
            parts.append([])
        if word:
            parts[-1].append(word)
    return parts


def _owners(boxes: np.ndarray, regions: Sequence[Region]) -> list[int | None]:
    """For each of the `N×4` boxes the number of the smallest region that holds at least half of it."""
    if not len(boxes) or not regions:
        return [None] * len(boxes)
    x0, y0, x1, y1 = np.array(boxes, dtype=float).T[:, :, np.newaxis]
    left, top, right, bottom = np.array([(r.x0, r.y0, r.x1, r.y1) for r in regions], dtype=float).T
    common = np.maximum(0, np.minimum(x1, right) - np.maximum(x0, left)) * np.maximum(
        0, np.minimum(y1, bottom) - np.maximum(y0, top)
    )
    holds = common >= 0.5 * np.maximum(1e-6, (x1 - x0) * (y1 - y0))
    smallest = np.where(holds, (right - left) * (bottom - top), np.inf).argmin(axis=1)
    return [
        regions[region].number if held else None for region, held in zip(smallest.tolist(), holds.any(1), strict=True)
    ]


def _common(owners: Sequence[int | None]) -> int | None:
    """The owner all parts of a line share."""
    return owners[0] if len(set(owners)) == 1 else None


def _join(parts: Sequence[Piece], line: Sequence[int]) -> list[Word]:
    return [word for i in line for word in parts[i]]


def _box(words: Sequence[Word]) -> tuple[float, float, float, float]:
    return min(w.x0 for w in words), min(w.y0 for w in words), max(w.x1 for w in words), max(w.y1 for w in words)


def _boxes(parts: Sequence[Piece]) -> np.ndarray:
    return np.array([_box(part) for part in parts], dtype=float).reshape(-1, 4)


def _union(boxes: np.ndarray) -> tuple[float, float, float, float]:
    x0, y0 = boxes[:, :2].min(axis=0).tolist()
    x1, y1 = boxes[:, 2:].max(axis=0).tolist()
    return x0, y0, x1, y1
