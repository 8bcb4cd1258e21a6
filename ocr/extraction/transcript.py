"""What a document says, ready to be searched for fields: its rows, its values and the habits of its author."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from ocr.documents import Line, Page, Region, TableCell, Word
from ocr.extraction import normalise
from ocr.extraction.dates import reads_day_first
from ocr.extraction.rows import Row, make_rows
from ocr.extraction.values import Value, find_all_dates, find_amounts, find_identifiers

_AMERICAN = re.compile(r"\b(?:A[LKZR]|C[AOT]|DE|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|"
                       r"T[NX]|UT|V[AT]|W[AIVY]) \d{5}(?:-\d{4})?\b|\bUnited States\b|\bUSA\b")  # fmt: skip
_RINGGIT = re.compile(r"\bRM\b|\bSDN\b|\bBHD\b|\bMALAYSIA\b|\bJALAN\b|\bJLN\b", re.IGNORECASE)
_STOPWORDS = {
    "en": "the of and to for is that with your you our be this by are from or invoice amount thank price please",
    "de": "der das und zu den von mit für ist auf dem nicht ein eine sich bitte sie wir ohne datum rechnung summe",
    "fr": "le la les et du une pour dans sur au par vous nous votre facture montant avec sont prix qui",
}


@dataclass
class Transcript:
    """A document's text for extraction."""

    pages: list[Page]
    regions: list[Region]
    cells: list[TableCell]
    lines: list[Line]
    words: list[Word] = field(repr=False)

    @cached_property
    def rows(self) -> list[Row]:
        return make_rows(self.words, self.lines)

    @cached_property
    def text(self) -> str:
        return "\n".join(row.text for row in self.rows)

    @cached_property
    def folded(self) -> str:
        """The text in lower case, for searching; columns divided by blanks."""
        return self.text.casefold().replace("\t", " ")

    @cached_property
    def decimal_mark(self) -> str | None:
        """The mark the document puts before decimals, by its own amounts."""
        return normalise.decimal_mark(re.findall(r"(?<![\d.,])\d[\d.,]*[.,]\d{2}(?![\d.,])", self.text))

    @cached_property
    def day_first(self) -> bool:
        return reads_day_first(self.text, american=_AMERICAN.search(self.text) is not None)

    @cached_property
    def amounts(self) -> list[Value]:
        return find_amounts(self.rows, self.decimal_mark)

    @cached_property
    def dates(self) -> list[Value]:
        return find_all_dates(self.rows, self.day_first)

    @cached_property
    def identifiers(self) -> list[Value]:
        return find_identifiers(self.rows)

    @cached_property
    def ringgit(self) -> bool:
        """Whether the document is Malaysian, where `$` is written for the ringgit."""
        return len(_RINGGIT.findall(self.text)) >= 2

    @cached_property
    def language(self) -> str:
        """`en`, `de` or `fr` by the commonest words; `und` (ISO 639, undetermined) without enough of them."""
        seen = Counter(re.findall(r"[^\W\d_]+", self.text.casefold()))
        hits = {code: sum(seen[w] for w in words.split()) for code, words in _STOPWORDS.items()}
        best = max(hits, key=lambda code: hits[code])
        return best if hits[best] >= 2 else "und"

    def width(self, page: int) -> float:
        """Width of a page in pixels; of its words where the page is not known."""
        known = next((p.width for p in self.pages if p.number == page), 0)
        return float(known) or max((w.x1 for w in self.words if w.page == page), default=1.0)
