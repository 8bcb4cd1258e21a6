"""Where pages show what an attached invoice says."""

from __future__ import annotations

import re

from ocr.documents import Field
from ocr.extraction import candidates
from ocr.extraction.attached.values import same
from ocr.extraction.doctype import DocumentType, FieldRule, labels_of
from ocr.extraction.entities.place import SHORT, Places, compact
from ocr.extraction.rows import Span
from ocr.extraction.transcript import Transcript
from ocr.extraction.values import Value

_LABELLED = ("amount", "date", "identifier")
_NO_CENTS = re.compile(r"[.,][\-−–—]{1,2}\W*$")


def is_amount(value: Value) -> bool:
    """Whether a number is printed as an amount of money: with cents, or with a currency's sign."""
    return value.decimals >= 2 or value.currency is not None or _NO_CENTS.search(value.span.text) is not None


class Printed:
    """A document's pages, searched for values of the fields of a type."""

    def __init__(self, transcript: Transcript, declared: DocumentType) -> None:
        self.transcript = transcript
        self.rows = transcript.rows
        self.first_page = min((page.number for page in transcript.pages), default=1)
        self._places = Places(transcript, {row.page for row in self.rows})
        known = {"amount": transcript.amounts, "date": transcript.dates, "identifier": transcript.identifiers}
        self._candidates = [
            candidate
            for kind in _LABELLED
            for candidate in candidates.labelled(transcript, known[kind], labels_of(declared.fields, kind))
        ]

    def labelled(self, rule: FieldRule, value: str) -> Span | None:
        """Where a value stands as a field: an amount or a date beside a label of that field; a name or code anywhere,
        since nothing else on the page reads so."""
        found = [c for c in candidates.of(self._candidates, rule.name) if same(rule.kind, c.value, value)]
        if found:
            return found[0].span
        if rule.kind in ("amount", "date") or (rule.kind == "identifier" and len(compact(value)) < SHORT):
            return None
        return self._places.find(rule.kind, value, value)

    def anywhere(self, rule: FieldRule, value: str) -> Span | None:
        """Where a value stands, best as that field, else at all: an amount where it is printed as one, a number of few
        digits nowhere, since many things are numbered."""
        found = self.labelled(rule, value)
        if found is not None or rule.kind in ("amount", "identifier"):
            return found or self._amount(rule, value)
        return self._places.find(rule.kind, value, value)

    def _amount(self, rule: FieldRule, value: str) -> Span | None:
        known = self.transcript.amounts if rule.kind == "amount" else ()
        return next((v.span for v in known if is_amount(v) and same(rule.kind, v.value, value)), None)

    def row_of(self, field: Field) -> int | None:
        """The number of the row a field was read from."""
        middle = (field.y0 + field.y1) / 2
        return next((n for n, r in enumerate(self.rows) if r.page == field.page and r.y0 <= middle <= r.y1), None)
