"""Where pages show what an attached invoice says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from rapidfuzz import fuzz

from ocr.documents import Field
from ocr.extraction import candidates
from ocr.extraction.attached.values import same
from ocr.extraction.doctype import DocumentType, FieldRule, labels_of
from ocr.extraction.entities.place import SHORT, Places, WordRun, compact
from ocr.extraction.rows import Row, Span
from ocr.extraction.transcript import Transcript
from ocr.extraction.values import Value

_LOOKED_AT = 20
"""Rows that show an item's amount and are weighed for it: items come in the order of their rows."""
_LIKE = 85.0
_LABELLED = ("amount", "date", "identifier")


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
        self._values: dict[int, list[Value]] = defaultdict(list)
        self._with_amount: dict[Decimal, list[int]] = defaultdict(list)
        for value in transcript.amounts:
            self._values[value.row].append(value)
            self._with_amount[abs(Decimal(value.value))].append(value.row)

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
        """Where a value stands, best as that field, else at all."""
        return self.labelled(rule, value) or self._places.find(rule.kind, value, value)

    def row_of(self, field: Field) -> int | None:
        """The number of the row a field was read from."""
        middle = (field.y0 + field.y1) / 2
        return next((n for n, r in enumerate(self.rows) if r.page == field.page and r.y0 <= middle <= r.y1), None)

    def item_row(self, description: str, forms: dict[str, list[Decimal]], used: set[int]) -> int | None:
        """The row, of those not `used`, that shows an item's amount and most of its other parts; None where none does.

        `forms`: what each part may look like in numbers.
        """
        rows = sorted({n for form in forms["amount"] for n in self._with_amount[abs(form)]} - used)[:_LOOKED_AT]
        wanted = compact(description)

        def shown(number: int) -> tuple[float, int]:
            parts = len(self.numbers_in(number, forms))
            text = compact(self.rows[number].text)
            named = len(wanted) >= SHORT and fuzz.partial_ratio(wanted, text) >= _LIKE
            return parts + 2 * named, -number

        return max(rows, key=shown, default=None)

    def numbers_in(self, row: int, forms: Mapping[str, Iterable[Decimal]]) -> dict[str, Span]:
        """Where in a row each of an item's numbers stands, whatever its sign, as far as it does.

        `forms` are in the order of the columns: of several equal numbers the last is the last part's.
        """
        found: dict[str, Span] = {}
        left = list(self._values[row])
        for name in reversed(list(forms)):
            wanted = {abs(form) for form in forms[name]}
            value = next((v for v in reversed(left) if abs(Decimal(v.value)) in wanted), None)
            if value is not None:
                left.remove(value)
                found[name] = value.span
        return found

    def text_near(self, row: int, text: str) -> Span | None:
        """Where in a row, or in those beside it, a text stands."""
        near: list[Row] = [r for r in self.rows[max(0, row - 1) : row + 2] if r.page == self.rows[row].page]
        run = WordRun([word for one in near for word in one.words])
        wanted = compact(text)
        alike = run.resembling(wanted)
        return (run.find(wanted) if wanted else None) or (alike[1] if alike else None)
