"""How well the cells of a table were found: neighbours in common (Göbel et al., ICDAR 2012)."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from ocr.documents import TableCell

Neighbours = Counter[tuple[str, str, str]]
"""Direction (`right`, `below`) and the texts of two cells that stand next to each other."""


def neighbours(cells: Sequence[TableCell]) -> Neighbours:
    """Each filled cell with the next filled one to its right and below it, in every row and column it spans.

    Texts count without case, spaces and punctuation. The F1 of two tables is `2·|a & b| / (|a| + |b|)`.
    """
    filled = [(cell, text) for cell in cells if (text := _plain(cell.text))]
    at = {place: number for number, (cell, _) in enumerate(filled) for place in _places(cell)}
    last = (max((row for row, _ in at), default=0), max((column for _, column in at), default=0))
    pairs = set()
    for (row, column), number in at.items():
        right = next((n for c in range(column + 1, last[1] + 1) if (n := at.get((row, c))) is not None), None)
        below = next((n for r in range(row + 1, last[0] + 1) if (n := at.get((r, column))) is not None), None)
        pairs |= {(d, number, n) for d, n in (("right", right), ("below", below)) if n is not None and n != number}
    return Counter((direction, filled[a][1], filled[b][1]) for direction, a, b in pairs)


def _places(cell: TableCell) -> Iterator[tuple[int, int]]:
    for row in range(cell.row, cell.row + cell.row_span):
        for column in range(cell.column, cell.column + cell.column_span):
            yield row, column


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
