"""The cells of a table from the words in it: rows by their heights, columns by the gaps that run through the rows.

It asks for no ruling lines and no model, only for words with boxes: those of a text layer or those of OCR.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from ocr.documents import Region, TableCell
from ocr.layout.order import Box

SAME_ROW = 0.5
"""Words whose middles lie closer than this share of a word's height are on one row."""
WORD_SPACE = 0.6
"""Words on a row closer than this share of a word's height stand in one cell."""
FULL_ROW = 0.8
"""Rows with this share of the most cells in any row say where the columns are."""

Placed = tuple[Box, str]


def cells_from_words(region: Region, words: Sequence[Placed]) -> list[TableCell]:
    """The cells of the table in `region`, row by row; none where its words make no two columns.

    `words` are boxes (pixels of the upright page) with their text; those with their middle outside the region are
    left alone. A cell spans the columns its words reach into. A first row without digits above rows with some is a
    header.
    """
    inside = [word for word in words if word[1].strip() and _is_inside(word[0], region)]
    if not inside:
        return []
    height = median(box[3] - box[1] for box, _ in inside)
    rows = [_phrases(row, height) for row in _rows(inside, height)]
    columns = _columns(rows)
    if len(columns) < 2:
        return []
    has_header = not _has_digits(rows[0]) and any(_has_digits(row) for row in rows[1:])
    cells = []
    for number, row in enumerate(rows):
        for column, span, (box, text) in _in_columns(row, columns):
            header = has_header and number == 0
            cells.append(TableCell(region.page, region.number, number, column, 1, span, *box, text, header))
    return cells


def _is_inside(box: Box, region: Region) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return region.x0 <= across <= region.x1 and region.y0 <= down <= region.y1


def _rows(words: list[Placed], height: float) -> list[list[Placed]]:
    rows: list[list[Placed]] = []
    top = float("-inf")
    for word in sorted(words, key=lambda w: (w[0][1] + w[0][3], w[0][0])):
        middle = (word[0][1] + word[0][3]) / 2
        if middle - top >= SAME_ROW * height:
            rows.append([])
            top = middle
        rows[-1].append(word)
    return rows


def _phrases(row: list[Placed], height: float) -> list[Placed]:
    """The words of a row, left to right, those of one cell joined."""
    phrases: list[Placed] = []
    for box, text in sorted(row):
        if phrases and box[0] - phrases[-1][0][2] < WORD_SPACE * height:
            phrases[-1] = _joined(phrases[-1], (box, text))
        else:
            phrases.append((box, text))
    return phrases


def _columns(rows: list[list[Placed]]) -> list[tuple[float, float]]:
    """Where the columns are: what the phrases of the fullest rows cover, left to right."""
    most = max(len(row) for row in rows)
    columns: list[tuple[float, float]] = []
    for start, stop in sorted((box[0], box[2]) for row in rows if len(row) >= FULL_ROW * most for box, _ in row):
        if columns and start <= columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], stop))
        else:
            columns.append((start, stop))
    return columns


def _in_columns(row: list[Placed], columns: list[tuple[float, float]]) -> list[tuple[int, int, Placed]]:
    """(first column, columns spanned, phrase) for each cell of a row; phrases in one column are one cell."""
    cells: list[tuple[int, int, Placed]] = []
    for phrase in row:
        left, _, right, _ = phrase[0]
        reached = [n for n, (start, stop) in enumerate(columns) if min(stop, right) > max(start, left)]
        if not reached:
            reached = [min(range(len(columns)), key=lambda n: abs(sum(columns[n]) - left - right))]
        first, span = reached[0], reached[-1] - reached[0] + 1
        if cells and cells[-1][0] + cells[-1][1] > first:
            before, width, text = cells.pop()
            cells.append((before, max(width, first + span - before), _joined(text, phrase)))
        else:
            cells.append((first, span, phrase))
    return cells


def _joined(a: Placed, b: Placed) -> Placed:
    (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) = a[0], b[0]
    return (min(ax0, bx0), min(ay0, by0), max(ax1, bx1), max(ay1, by1)), f"{a[1]} {b[1]}"


def _has_digits(row: list[Placed]) -> bool:
    return any(character.isdigit() for _, text in row for character in text)
