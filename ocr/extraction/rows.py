"""Words → rows: what stands side by side on the page, whatever lines a reader or a PDF cut it into."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from ocr.documents import Line, Word

COLUMN_GAP = 1.2
"""A gap wider than this, in heights of the row, divides columns."""


@dataclass(frozen=True)
class Span:
    """A stretch of text and the words it lies on. `text` may be a part of the words' text."""

    text: str
    words: tuple[Word, ...]

    @property
    def page(self) -> int:
        return self.words[0].page

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """`x0, y0, x1, y1`: the union of the words' boxes."""
        return (
            min(w.x0 for w in self.words),
            min(w.y0 for w in self.words),
            max(w.x1 for w in self.words),
            max(w.y1 for w in self.words),
        )

    @cached_property
    def confidence(self) -> float:
        """Mean of the words' confidences, each weighing as many characters as it has."""
        weight = sum(max(len(w.text), 1) for w in self.words)
        return sum(w.confidence * max(len(w.text), 1) for w in self.words) / weight


@dataclass
class Row:
    """Words side by side, left to right. `text` joins them by a space, or a tab where a gap divides columns."""

    words: Sequence[Word]
    text: str = field(init=False)
    _starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        height = median(w.y1 - w.y0 for w in self.words)
        parts: list[str] = []
        self._starts = []
        at = 0
        for previous, word in zip([None, *self.words], self.words, strict=False):
            if previous is not None:
                parts.append("\t" if word.x0 - previous.x1 > COLUMN_GAP * height else " ")
                at += 1
            self._starts.append(at)
            # A tab divides columns and a space divides words, so neither may stand inside a word.
            text = "_".join(word.text.split())
            parts.append(text)
            at += len(text)
        self.text = "".join(parts)

    @property
    def page(self) -> int:
        return self.words[0].page

    @cached_property
    def y0(self) -> float:
        return median(w.y0 for w in self.words)

    @cached_property
    def y1(self) -> float:
        return median(w.y1 for w in self.words)

    @property
    def height(self) -> float:
        return max(self.y1 - self.y0, 1.0)

    def span(self, start: int, end: int) -> Span:
        """The stretch `start:end` of `text`, blanks at its ends cut off; it must hold some other character."""
        text = self.text[start:end]
        start += len(text) - len(text.lstrip())
        text = text.strip()
        first = bisect_left(self._starts, start + 1) - 1
        last = bisect_left(self._starts, start + len(text))
        return Span(text.replace("\t", " "), tuple(self.words[first:last]))

    @cached_property
    def segments(self) -> list[tuple[int, int]]:
        """`start, end` in `text` of each column's part of the row."""
        bounds, at = [], 0
        for part in self.text.split("\t"):
            if part.strip():
                bounds.append((at, at + len(part)))
            at += len(part) + 1
        return bounds


def make_rows(words: Iterable[Word], lines: Iterable[Line]) -> list[Row]:
    """Rows of all pages, top to bottom; pages without words are read from their lines, divided at their spaces."""
    with_text = [w for w in words if w.text.strip()]
    pages = {w.page for w in with_text}
    with_text += [w for line in lines if line.page not in pages for w in _words_of(line)]
    rows: list[Row] = []
    for page in sorted({w.page for w in with_text}):
        rows.extend(_page_rows([w for w in with_text if w.page == page]))
    return rows


def _page_rows(words: list[Word]) -> list[Row]:
    open_rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.y0 + w.y1):
        # Rows far above cannot be met again: words come from top to bottom.
        home = next((row for row in reversed(open_rows[-12:]) if _beside(_nearest(row, word), word)), None)
        if home is None:
            open_rows.append([word])
        else:
            home.append(word)
    rows = [Row(sorted(row, key=lambda w: w.x0)) for row in open_rows]
    return sorted(rows, key=lambda r: r.y0 + r.y1)


def _nearest(row: list[Word], word: Word) -> Word:
    return min(row, key=lambda w: max(w.x0 - word.x1, word.x0 - w.x1))


def _beside(one: Word, other: Word) -> bool:
    """Whether two words share at least half the smaller one's height, and are not of quite different sizes."""
    heights = sorted((one.y1 - one.y0, other.y1 - other.y0))
    overlap = min(one.y1, other.y1) - max(one.y0, other.y0)
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    stacked = across > 0.5 * min(one.x1 - one.x0, other.x1 - other.x0)
    return overlap >= 0.5 * heights[0] and heights[1] <= 2.5 * heights[0] and not stacked


def _words_of(line: Line) -> list[Word]:
    """The line's words, each given a share of the line's width by its number of characters."""
    step = (line.x1 - line.x0) / max(len(line.text), 1)
    words, at = [], 0
    for number, text in enumerate(line.text.split()):
        at = line.text.index(text, at)
        x0, x1 = line.x0 + at * step, line.x0 + (at + len(text)) * step
        at += len(text)
        words.append(
            Word(line.page, line.number, number, line.region, text, line.confidence, x0, line.y0, x1, line.y1,
                 line.engine, line.source)
        )  # fmt: skip
    return words
