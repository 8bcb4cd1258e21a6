"""Running text across rows, with the way back to the words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from ocr.extraction.rows import Row, Span


class Passages:
    """The rows' text joined by blanks, for sentences that go over lines; `span` finds a stretch's words."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._starts: list[int] = []
        at = 0
        for row in rows:
            self._starts.append(at)
            at += len(row.text) + 1
        self.text = " ".join(row.text.replace("\t", " ") for row in rows)

    def span(self, start: int, end: int) -> Span:
        """The stretch `start:end` of the text, over as many rows as it goes; it must hold a word."""
        words = []
        for number in range(max(bisect_right(self._starts, start) - 1, 0), len(self._rows)):
            row, offset = self._rows[number], self._starts[number]
            first, last = max(start - offset, 0), min(end - offset, len(row.text))
            if offset >= end:
                break
            if row.text[first:last].strip():
                words.extend(row.span(first, last).words)
        return Span(self.text[start:end].strip(), tuple(words))
