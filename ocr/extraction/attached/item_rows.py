"""Which row of the pages shows a line item of an attached invoice, and where in it each of the item's parts stands.

A row shows an item where it has the item's amount and, with it, the item's description. A number alone proves nothing:
pages are full of ones and hundreds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate, takewhile

from ocr.documents import Word
from ocr.extraction.attached.places import is_amount
from ocr.extraction.entities.place import SHORT, WordRun, compact
from ocr.extraction.rows import Row, Span
from ocr.extraction.transcript import Transcript
from ocr.extraction.values import Value

_LOOKED_AT = 20
"""Rows with an item's amount that are searched for its description: items come in the order of their rows."""
_BESIDE = 5
"""Rows above or below an amount that its description may stand in, up to those with an amount of their own."""
_NEAR = 2
"""Rows above the first description that the first amount stands in, where amounts stand above descriptions."""


class ItemRows:
    """The rows of a document, searched for line items of the given descriptions."""

    def __init__(self, transcript: Transcript, descriptions: Iterable[str]) -> None:
        self._rows = transcript.rows
        self._values: dict[int, list[Value]] = defaultdict(list)
        self._with_number: dict[Decimal, list[int]] = defaultdict(list)
        for value in transcript.amounts:
            self._values[value.row].append(value)
            self._with_number[abs(Decimal(value.value))].append(value.row)
        self._row_of = {id(word): number for number, row in enumerate(self._rows) for word in row.words}
        self._begun = sorted(self._beginnings({compact(text) for text in descriptions} - {""}))
        self._runs: dict[tuple[int, int], list[WordRun]] = {}

    def find(
        self, description: str, forms: Mapping[str, Iterable[Decimal]], used: set[int]
    ) -> tuple[int, dict[str, Span]] | None:
        """The row, of those not `used`, that shows an item, and where its parts stand, as far as they do; None where
        none does.

        `forms`: what its numbers may look like, whatever their sign.
        """
        name = compact(description)
        wanted = {part: {abs(form) for form in forms[part]} for part in forms}
        rows = sorted({n for form in wanted["amount"] for n in self._with_number[form]} - used) if name else []
        shown = [(row, parts) for row in rows[:_LOOKED_AT] if (parts := self._parts(row, name, wanted))]
        return max(shown, key=lambda one: (len(one[1]), -one[0]), default=None)

    def _beginnings(self, names: set[str]) -> Iterator[int]:
        """Rows in which a description begins."""
        run = WordRun([word for row in self._rows for word in row.words])
        for name in names:
            found = run.find(name) if len(name) >= SHORT else None
            if found is not None:
                yield self._row_of[id(found.words[0])]
        # Short ones may be part of half the words there are.
        for number, row in enumerate(self._rows):
            if any(text in names for at in range(len(row.words)) for text in _short_texts(row.words[at : at + SHORT])):
                yield number

    def _parts(self, row: int, description: str, wanted: Mapping[str, set[Decimal]]) -> dict[str, Span]:
        """The parts of an item that a row shows; empty where it does not show the item."""
        amount = self._amount(row, wanted["amount"])
        name = self._named(amount, description) if amount is not None else None
        if amount is None or name is None:
            return {}
        own = {id(word) for word in name.words}
        if own & {id(word) for word in amount.span.words}:
            return {}
        rows = range(min(row, self._row_of[id(name.words[0])]), max(row, self._row_of[id(name.words[-1])]) + 1)
        numbers = [v for n in rows for v in self._values[n] if v is not amount]
        numbers = [v for v in numbers if not own & {id(word) for word in v.span.words}]
        return {"description": name, "amount": amount.span} | _factors(numbers, name, wanted)

    def _amount(self, row: int, wanted: set[Decimal]) -> Value | None:
        """The last number of a row that is printed as an amount; where a row has none, its last number at all, right of
        the words that say what it is for."""
        values = self._values[row]
        priced = [v for v in values if is_amount(v)]
        if not priced and any(c.isalpha() for c in self._rows[row].text[: values[-1].start]):
            priced = values[-1:]
        return next((v for v in reversed(priced) if abs(Decimal(v.value)) in wanted), None)

    def _named(self, amount: Value, description: str) -> Span | None:
        """Where beside an amount the description stands that it belongs to."""
        at = amount.row
        if (at, amount.start) not in self._runs:
            self._runs[at, amount.start] = self._runs_at(amount)
        for run in self._runs[at, amount.start]:
            alike = run.resembling(description)
            found = run.find(description) or (alike[1] if alike else None)
            if found is not None and _digits(compact(found.text)) == _digits(description):
                first, last = (self._row_of[id(found.words[end])] for end in (0, -1))
                if first <= at <= last or self._belongs(amount, first, last):
                    return found
        return None

    def _belongs(self, amount: Value, first: int, last: int) -> bool:
        """Whether a description in other rows is that of an amount: on the side where they stand, and the nearest."""
        between = range(first + 1, amount.row + 1) if last < amount.row else range(amount.row, first)
        return self._follows(amount) == (last < amount.row) and not any(row in between for row in self._begun)

    def _follows(self, amount: Value) -> bool:
        """Whether amounts of the column stand below their descriptions: there is none above the first description."""
        first = self._begun[0] if self._begun else amount.row
        return not any(self._in_column(number, amount) for number in range(max(first - _NEAR, 0), first))

    def _in_column(self, row: int, amount: Value) -> bool:
        left, _, right, _ = amount.span.box
        boxes = [v.span.box for v in self._values[row] if is_amount(v)]
        return any(x0 < right and x1 > left for x0, _, x1, _ in boxes)

    def _runs_at(self, amount: Value) -> list[WordRun]:
        """The words of an amount's row; with those of the rows beside it; and their columns of text, one by one."""
        block = [*reversed(self._beside(amount, -1)), self._rows[amount.row], *self._beside(amount, 1)]
        runs = [self._rows[amount.row].words, [word for row in block for word in row.words]]
        for number, row in enumerate(block):
            start, end = _column(row)
            runs.append([word for below in block[number:] for word in below.words if start <= word.x0 < end])
        return [WordRun(words) for words in runs if words]

    def _beside(self, amount: Value, step: int) -> list[Row]:
        """The rows next to an amount, outwards, up to the first with an amount in the same column."""
        found = []
        for number in range(amount.row + step, amount.row + step * (_BESIDE + 1), step):
            if not 0 <= number < len(self._rows) or self._in_column(number, amount):
                break
            if self._rows[number].page != self._rows[amount.row].page:
                break
            found.append(self._rows[number])
        return found


def _short_texts(words: Sequence[Word]) -> Iterator[str]:
    """What the first word says, the first two, and so on, as far as it is short."""
    texts = accumulate(compact(word.text) for word in words)
    return takewhile(lambda text: len(text) < SHORT, texts)


def _column(row: Row) -> tuple[float, float]:
    """Left edge of the column of a row with the most letters, and of the column right of it."""
    letters = [sum(c.isalpha() for c in row.text[start:end]) for start, end in row.segments]
    widest = letters.index(max(letters))
    edges = [row.span(*bounds).box[0] for bounds in row.segments] + [float("inf")]
    return edges[widest] - row.height, edges[widest + 1]


def _factors(numbers: list[Value], name: Span, wanted: Mapping[str, set[Decimal]]) -> dict[str, Span]:
    """Price and quantity among the numbers of a row that are left; of equal ones the last is the price."""
    price = _last(numbers, wanted.get("unit_price", set()))
    left = [v for v in numbers if v is not price]
    quantity = _last((v for v in left if not _is_position(v, left, name)), wanted.get("quantity", set()))
    if price is not None and not is_amount(price) and quantity is None:
        price = None
    return {part: v.span for part, v in (("unit_price", price), ("quantity", quantity)) if v is not None}


def _is_position(value: Value, others: list[Value], name: Span) -> bool:
    """Whether a number counts the items: it begins the row, before the description, and others may be the quantity."""
    begins = value.start == 0 and value.span.box[2] <= name.box[0]
    return begins and any(other is not value and not is_amount(other) for other in others)


def _last(values: Iterable[Value], wanted: set[Decimal]) -> Value | None:
    return next((v for v in reversed(list(values)) if abs(Decimal(v.value)) in wanted), None)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
