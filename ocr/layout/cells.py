"""The cells of a table from the words in it: rows by their heights, columns by the gaps that run through the rows.

It asks for no model, only for words with boxes: those of a text layer or those of OCR. Ruling lines, where there are
some, say which lines of text are one row and where columns end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ocr.documents import Region, TableCell, Word
from ocr.engines import Image
from ocr.layout.order import Box
from ocr.layout.rules import Rules, ruling_lines

SAME_ROW = 0.5
"""Words whose middles lie closer than this share of a word's height are on one row."""
WORD_SPACE = 0.6
"""Words on a row closer than this share of a word's height stand in one cell."""
FULL_ROW = 0.8
"""Rows with this share of the most cells in any row say where the columns are."""

LEAST_BANDS = 3
"""Fewest parts that lines across must make of a table to part its rows: most have one under the header only."""

Placed = tuple[Box, str]
Line = list[Placed]
"""Phrases at one height, left to right."""
Part = tuple[int, int, Placed]
"""First column, columns spanned, phrase."""
NO_RULES = Rules()


def cells_on_page(regions: Sequence[Region], words: Sequence[Word], image: Image) -> list[TableCell]:
    """The cells of the tables among the regions of a page, from the words read on it and the lines on its image."""
    placed = [((word.x0, word.y0, word.x1, word.y1), word.text) for word in words]
    tables = [region for region in regions if region.kind == "table"]
    return [cell for table in tables for cell in cells_from_words(table, placed, ruling_lines(image, table))]


def cells_from_words(region: Region, words: Sequence[Placed], rules: Rules = NO_RULES) -> list[TableCell]:
    """The cells of the table in `region`, row by row; none where its words make no two columns.

    `words` are boxes (pixels of the upright page) with their text; those with their middle outside the region are
    left alone. A cell spans the columns its words reach into. A first row without digits above rows with some is a
    header.
    """
    inside = [word for word in words if word[1].strip() and _is_inside(word[0], region)]
    if not inside:
        return []
    height = median(box[3] - box[1] for box, _ in inside)
    lines = [_phrases(row, height, rules.down) for row in _lines(inside, height)]
    columns = _ruled_columns(rules.down, lines) or _columns(lines)
    if len(columns) < 2:
        return []
    rows = [_merged([_in_columns(line, columns) for line in row]) for row in _rows(lines, rules.across)]
    has_header = not _has_digits(rows[0]) and any(_has_digits(row) for row in rows[1:])
    cells = []
    for number, row in enumerate(rows):
        for column, span, (box, text) in row:
            header = has_header and number == 0
            cells.append(TableCell(region.page, region.number, number, column, 1, span, *box, text, header))
    return cells


def _is_inside(box: Box, region: Region) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return region.x0 <= across <= region.x1 and region.y0 <= down <= region.y1


def _lines(words: list[Placed], height: float) -> list[Line]:
    rows: list[Line] = []
    top = float("-inf")
    for word in sorted(words, key=lambda w: (w[0][1] + w[0][3], w[0][0])):
        middle = (word[0][1] + word[0][3]) / 2
        if middle - top >= SAME_ROW * height:
            rows.append([])
            top = middle
        rows[-1].append(word)
    return rows


def _rows(lines: list[Line], across: Sequence[float]) -> list[list[Line]]:
    """Lines of text that make a row each: those between two ruling lines, unless they are rows of their own."""
    bands: dict[int, list[Line]] = {}
    for line in lines:
        middle = sum(box[1] + box[3] for box, _ in line) / (2 * len(line))
        bands.setdefault(bisect_left(across, middle), []).append(line)
    if len(bands) < LEAST_BANDS:
        return [[line] for line in lines]
    rows: list[list[Line]] = []
    for band in bands.values():
        rows += [band] if _is_one_row(band) else [[line] for line in band]
    return rows


def _is_one_row(band: list[Line]) -> bool:
    """Whether lines of text are those of one row's cells: rows of their own hold figures, or fill all columns alike."""
    figures = sum(any(_is_figure(text) for _, text in line[1:]) for line in band)
    full = sum(len(line) == max(map(len, band)) > 2 for line in band)
    return figures < 2 and full < 3


def _is_figure(text: str) -> bool:
    return sum(character.isdigit() for character in text) >= 0.5 * len(text.replace(" ", ""))


def _phrases(row: Line, height: float, down: Sequence[float]) -> Line:
    """The words of a line, left to right, those of one cell joined."""
    phrases: Line = []
    for box, text in sorted(row):
        close = phrases and box[0] - phrases[-1][0][2] < WORD_SPACE * height
        if close and not any(phrases[-1][0][2] <= place + 2 and place - 2 <= box[0] for place in down):
            phrases[-1] = _joined(phrases[-1], (box, text))
        else:
            phrases.append((box, text))
    return phrases


def _ruled_columns(down: Sequence[float], lines: list[Line]) -> list[tuple[float, float]]:
    """The columns between ruling lines, where these part all the columns there are."""
    left, right = min(line[0][0][0] for line in lines), max(line[-1][0][2] for line in lines)
    inner = [place for place in down if left < place < right]
    columns = list(pairwise([min(left, *inner), *inner, max(right, *inner)])) if inner else []
    return columns if len(columns) >= max(map(len, lines)) else []


def _columns(rows: list[Line]) -> list[tuple[float, float]]:
    """Where the columns are: what the phrases of the fullest rows cover, left to right."""
    most = max(len(row) for row in rows)
    columns: list[tuple[float, float]] = []
    for start, stop in sorted((box[0], box[2]) for row in rows if len(row) >= FULL_ROW * most for box, _ in row):
        if columns and start <= columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], stop))
        else:
            columns.append((start, stop))
    return columns


def _in_columns(row: Line, columns: list[tuple[float, float]]) -> list[Part]:
    """The cells of a line; phrases in one column are one cell."""
    cells: list[Part] = []
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


def _merged(lines: list[list[Part]]) -> list[Part]:
    """The cells of a row of several lines: what stands in one column, line by line, is one cell."""
    cells: list[Part] = []
    for first, span, phrase in (part for line in lines for part in line):
        over = [c for c in cells if c[0] < first + span and first < c[0] + c[1]]
        cells = [c for c in cells if c not in over]
        for before, width, above in reversed(over):
            stop = max(before + width, first + span)
            first = min(before, first)
            span, phrase = stop - first, _joined(above, phrase)
        cells.append((first, span, phrase))
    return sorted(cells)


def _joined(a: Placed, b: Placed) -> Placed:
    (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) = a[0], b[0]
    return (min(ax0, bx0), min(ay0, by0), max(ax1, bx1), max(ay1, by1)), f"{a[1]} {b[1]}"


def _has_digits(row: list[Part]) -> bool:
    return any(character.isdigit() for _, _, (_, text) in row for character in text)
