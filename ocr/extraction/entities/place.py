"""Where on the page a value stands that someone says is there: its words, or nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from rapidfuzz import fuzz

from ocr.documents import Word
from ocr.extraction import normalise
from ocr.extraction.doctype import FieldKind
from ocr.extraction.rows import Span
from ocr.extraction.transcript import Transcript

LEAST_SIMILAR = 88.0
"""Share (percent) of a text's characters that must agree with the page: one letter in eight misread or mended."""

SHORT = 6
"""Texts of fewer letters must stand on the page exactly, as whole words."""


@dataclass
class WordRun:
    """Words of a page in one order, as one text of letters and digits."""

    words: Sequence[Word]
    text: str = field(init=False)
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        parts, self.starts, at = [compact(w.text) for w in self.words], [], 0
        for part in parts:
            self.starts.append(at)
            at += len(part)
        self.text = "".join(parts)

    def find(self, wanted: str) -> Span | None:
        """Where the text stands exactly; short texts only as whole words."""
        at = self.text.find(wanted)
        while at >= 0:
            end = at + len(wanted)
            whole = at in self.starts and (end in self.starts or end == len(self.text))
            if whole or len(wanted) >= SHORT:
                return self.span(at, end)
            at = self.text.find(wanted, at + 1)
        return None

    def resembling(self, wanted: str) -> tuple[float, Span] | None:
        """Where a text like it stands, with the same digits, and how like it is (0..100)."""
        if not SHORT <= len(wanted) <= len(self.text):
            return None
        found = fuzz.partial_ratio_alignment(wanted, self.text, score_cutoff=LEAST_SIMILAR)
        if found is None or _digits(self.text[found.dest_start : found.dest_end]) != _digits(wanted):
            return None
        return found.score, self.span(found.dest_start, found.dest_end)

    def span(self, start: int, end: int) -> Span:
        words = self.words[bisect_right(self.starts, start) - 1 : bisect_right(self.starts, end - 1)]
        return Span(" ".join(w.text for w in words), tuple(words))


class Places:
    """Finds values on the given pages of a document."""

    def __init__(self, transcript: Transcript, pages: Iterable[int]) -> None:
        self.transcript = transcript
        self.pages = set(pages)
        self._sequences: list[WordRun] = []
        for page in sorted(self.pages):
            rows = [w for row in transcript.rows if row.page == page for w in row.words]
            # An address in a column goes on below, not beside: rows do not have it in one piece, lines have.
            lines = sorted((w for w in transcript.words if w.page == page), key=lambda w: (w.line, w.number))
            self._sequences += [WordRun(rows), WordRun(lines)]

    def find(self, kind: FieldKind, raw: str, value: str) -> Span | None:
        """The words that say `raw`, whose normalised form is `value`; None where nothing on the pages does.

        Amounts, dates and currencies are on the page where their value is, however it is written; numbers and codes
        must agree in every character; a text may be a little off, but not in its digits.
        """
        match kind:
            case "amount" | "quantity":
                return self._valued("amount", value) or self._verbatim(raw)
            case "date":
                return self._valued("date", value) or self._exact(raw)
            case "currency":
                return self._currency(value)
            case "identifier" | "iban" | "vat_id":
                return self._exact(raw)
            case "text":
                return self._exact(raw) or self._resembling(raw)

    def _valued(self, kind: str, value: str) -> Span | None:
        known = self.transcript.amounts if kind == "amount" else self.transcript.dates
        return next((v.span for v in known if v.span.page in self.pages and _equal(v.value, value)), None)

    def _verbatim(self, raw: str) -> Span | None:
        spelt = r"\s?".join(map(re.escape, raw.split()))
        pattern = re.compile(rf"(?<![\d.,]){spelt}(?!\d|[.,]\d)")
        for row in self.transcript.rows if spelt else ():
            if row.page in self.pages and (match := pattern.search(row.text)):
                return row.span(*match.span())
        return None

    def _currency(self, code: str) -> Span | None:
        for amount in self.transcript.amounts:
            if amount.currency == code and amount.span.page in self.pages:
                return amount.span
        for row in self.transcript.rows:
            for word in row.words if row.page in self.pages else ():
                if normalise.currency(word.text.strip("()[]:,;")) == code:
                    return Span(word.text, (word,))
        return None

    def _exact(self, raw: str) -> Span | None:
        wanted = compact(raw)
        return next((span for s in self._sequences if wanted and (span := s.find(wanted))), None)

    def _resembling(self, raw: str) -> Span | None:
        wanted = compact(raw)
        found = [hit for sequence in self._sequences if (hit := sequence.resembling(wanted))]
        return max(found, key=lambda hit: hit[0])[1] if found else None


def compact(text: str) -> str:
    """Letters and digits in lower case, and nothing else."""
    return "".join(c for c in text.casefold() if c.isalnum())


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _equal(one: str, other: str) -> bool:
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return one == other
