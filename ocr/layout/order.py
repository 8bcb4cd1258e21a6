"""In which order boxes on a page are read.

Method: a recursive XY-cut (Nagy and Seth, 1984) with two changes. Bands that share a gutter are read as columns
together, so that a gap between paragraphs on the same height does not break the columns apart; and a gutter counts
only between columns of text, so that the rows of a table or a receipt are read across.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

Box = tuple[float, float, float, float]
Interval = tuple[float, float]

MAX_DEPTH = 60
ROW_ALIGNED = 0.5
"""Share of a column's boxes with a partner on their height beside the gutter, above which rows are looked for."""
TEXT_FILL = 0.75
"""Boxes of running text fill their column at least this much (median width over column width)."""
TEXT_ASPECT = 6.0
"""A column of running text is at least this many line heights wide."""
COLUMN_SHARE = 0.2
"""What is narrower than this share of both columns together is an equation's number or a price, and no column."""
BLOCK_SHARE = 0.05
"""A box higher than this share of the page is a block of lines, and in no row."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A box, slightly shrunk so that touching neighbours can be told apart, and its place in the input."""

    x0: float
    y0: float
    x1: float
    y1: float
    index: int
    block: bool

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def width(self) -> float:
        return self.x1 - self.x0


def reading_order(boxes: Sequence[Box], width: float, height: float) -> list[int]:
    """The indices of `boxes` (x0, y0, x1, y1 in pixels of a page of that size) in reading order.

    Left-to-right script. The order depends on the boxes alone, not on the order they come in.
    """
    items = sorted((_shrink(box, index, width, height) for index, box in enumerate(boxes)), key=_top_left)
    return [item.index for item in _ordered(items, 0)]


def _shrink(box: Box, index: int, width: float, height: float) -> _Item:
    x0, y0, x1, y1 = box
    dx = min(0.15 * (x1 - x0), 0.005 * width)
    dy = min(0.15 * (y1 - y0), 0.005 * height)
    return _Item(x0 + dx, y0 + dy, x1 - dx, y1 - dy, index, y1 - y0 > BLOCK_SHARE * height)


def _ordered(items: list[_Item], depth: int) -> list[_Item]:
    if len(items) <= 1:
        return items
    if depth == MAX_DEPTH:
        return sorted(items, key=_top_left)
    bands = _bands(items)
    if len(bands) == 1:
        return _one_band(items, depth)
    blocks = _blocks(bands)
    if len(blocks) == 1:
        return _each(_columns(blocks[0]), depth)
    return _each(blocks, depth)


def _each(parts: list[list[_Item]], depth: int) -> list[_Item]:
    return [item for part in parts for item in _ordered(part, depth + 1)]


def _one_band(items: list[_Item], depth: int) -> list[_Item]:
    if not _gutters(items):
        return _around_the_widest(items, depth)
    columns = _columns(items)
    if len(columns) > 1:
        return _each(columns, depth)
    return [item for row in _rows(items) for item in row]


def _rows(items: list[_Item]) -> list[list[_Item]]:
    """Items in rows, top down, each left to right; a row may climb or fall, as on a page not quite straight."""
    rows: list[list[_Item]] = []
    for item in sorted(items, key=lambda i: (i.x0, i.y0, i.x1, i.y1)):
        beside = [row for row in rows if row[-1].x1 <= item.x0 and _on_one_row(row[-1], item)]
        if beside:
            min(beside, key=lambda row: abs(row[-1].y0 + row[-1].y1 - item.y0 - item.y1)).append(item)
        else:
            rows.append([item])
    return sorted(rows, key=lambda row: (sum(i.y0 + i.y1 for i in row) / len(row), row[0].x0))


def _bands(items: list[_Item]) -> list[list[_Item]]:
    """Items split wherever a horizontal line passes between them, top down."""
    bands: list[list[_Item]] = []
    bottom = float("-inf")
    for item in sorted(items, key=_top_left):
        if item.y0 >= bottom:
            bands.append([])
        bands[-1].append(item)
        bottom = max(bottom, item.y1)
    return bands


def _blocks(bands: list[list[_Item]]) -> list[list[_Item]]:
    """Consecutive bands joined as long as one gutter runs through them all and parts them into columns of text."""
    blocks: list[list[_Item]] = []
    first = 0
    while first < len(bands):
        last = _end_of_gutter(bands, first)
        run = [item for band in bands[first:last] for item in band]
        if last > first + 1 and len(_columns(run)) > 1:
            blocks.append(run)
            first = last
        else:
            blocks.append(bands[first])
            first += 1
    return blocks


def _end_of_gutter(bands: list[list[_Item]], first: int) -> int:
    """Where the longest run of bands from `first` that one gutter passes through ends (exclusive)."""
    end = first + 1
    covered: list[Interval] = []
    for last in range(first, len(bands)):
        parted = len(covered) > 1
        covered = _union(covered + [(item.x0, item.x1) for item in bands[last]])
        if _holds_sliver(covered):
            break
        if len(covered) > 1:
            end = last + 1
        elif parted:
            break
    return end


def _holds_sliver(covered: list[Interval]) -> bool:
    """Whether something narrow, such as a page number, stands between columns: it ends them."""
    least = COLUMN_SHARE * (covered[-1][1] - covered[0][0])
    return any(stop - start < least for start, stop in covered[1:-1])


def _columns(items: list[_Item]) -> list[list[_Item]]:
    """Items split at their gutters, without those that part no columns of text."""
    columns: list[list[_Item]] = []
    for part in _split(items, _gutters(items)):
        if columns and not _parts_text(columns[-1], part):
            columns[-1] += part
        else:
            columns.append(part)
    return columns


def _gutters(items: list[_Item]) -> list[Interval]:
    """The vertical strips, left to right, that no item touches."""
    covered = _union([(item.x0, item.x1) for item in items])
    return [(left[1], right[0]) for left, right in pairwise(covered)]


def _union(intervals: list[Interval]) -> list[Interval]:
    union: list[Interval] = []
    for start, stop in sorted(intervals):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], stop))
        else:
            union.append((start, stop))
    return union


def _split(items: list[_Item], gutters: list[Interval]) -> list[list[_Item]]:
    parts: list[list[_Item]] = [[] for _ in range(len(gutters) + 1)]
    for item in items:
        parts[sum(1 for gap in gutters if item.x0 >= gap[1])].append(item)
    return parts


def _parts_text(left: list[_Item], right: list[_Item]) -> bool:
    """Whether two neighbouring columns are read one after the other, not row by row."""
    beside = min(max(i.y1 for i in left), max(i.y1 for i in right)) - max(
        min(i.y0 for i in left), min(i.y0 for i in right)
    )
    if beside <= 0 or min(_extent(left), _extent(right)) < COLUMN_SHARE * _extent(left + right):
        return False
    few, many = sorted((left, right), key=len)
    if len(few) == 1 and not few[0].block and all(i.y1 <= few[0].y0 or few[0].y1 <= i.y0 for i in many):
        return False
    aligned = sum(1 for item in few if any(_on_one_row(item, other) for other in many))
    if aligned < ROW_ALIGNED * len(few):
        return True
    return _is_running_text(left) and _is_running_text(right)


def _on_one_row(a: _Item, b: _Item) -> bool:
    if a.block or b.block:
        return False
    common = min(a.y1, b.y1) - max(a.y0, b.y0)
    return common > 0.5 * min(a.height, b.height) and max(a.height, b.height) < 3 * min(a.height, b.height)


def _is_running_text(column: list[_Item]) -> bool:
    extent = _extent(column)
    filled = median(i.width for i in column) >= TEXT_FILL * extent
    return filled and extent >= TEXT_ASPECT * median(i.height for i in column)


def _extent(items: list[_Item]) -> float:
    return max(i.x1 for i in items) - min(i.x0 for i in items)


def _around_the_widest(items: list[_Item], depth: int) -> list[_Item]:
    """Where no cut passes: the widest box is set aside, the others ordered, and it is put before what lies below it."""
    widest = max(items, key=lambda i: (i.width, i.height, -i.y0, -i.x0))
    rest = _ordered([item for item in items if item is not widest], depth + 1)
    middle = (widest.y0 + widest.y1) / 2
    for place, other in enumerate(rest):
        if (other.y0 + other.y1) / 2 > middle and other.x0 < widest.x1 and widest.x0 < other.x1:
            return [*rest[:place], widest, *rest[place:]]
    return [*rest, widest]


def _top_left(item: _Item) -> tuple[float, float, float, float]:
    return (item.y0, item.x0, item.y1, item.x1)
