"""How well fields were read: per-field outcomes, precision, recall and F1.

Three judgements of each value: tolerant, by the kind of the field (amounts as numbers, dates as days, text after
folding case, spaces and punctuation); strict, character by character after normalisation by the records stage; and
fuzzy, which also takes names and addresses that differ in few letters.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from rapidfuzz import fuzz

from ocr.documents import Record
from ocr.evaluation.truth import Truth
from ocr.extraction.doctype import kinds

CLOSE = 90.0
"""Least similarity (0..100, Levenshtein on folded text) of names that are called close: a letter in ten may differ."""
NAME_LETTERS = 0.6
"""Least share of letters in what is called a name or an address."""

Verdict = Literal["right", "wrong", "missing", "extra"]
Item = dict[str, str]


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    """One field: what truth says, what was read, the tolerant verdict, and whether they are equal to the letter.

    `close`: right, or a name in which few letters differ. `item` is the place (from 0) of the line item it belongs to:
    in the truth, or in the record for extra items.
    """

    name: str
    truth: str
    read: str
    verdict: Verdict
    exact: bool
    item: int | None = None
    close: bool = False


@dataclass(frozen=True, slots=True)
class FieldCounts:
    """Verdicts counted. A wrong value is both a false positive and a false negative."""

    right: int
    wrong: int
    missing: int
    extra: int

    @property
    def precision(self) -> float:
        read = self.right + self.wrong + self.extra
        return self.right / read if read else float(self.missing == 0)

    @property
    def recall(self) -> float:
        known = self.right + self.wrong + self.missing
        return self.right / known if known else float(self.extra == 0)

    @property
    def f1(self) -> float:
        total = 2 * self.right + 2 * self.wrong + self.missing + self.extra
        return 2 * self.right / total if total else 1.0


@dataclass(frozen=True, slots=True)
class FieldScore:
    """All outcomes of one document (or, pooled, of many) and their counts under both judgements."""

    outcomes: tuple[FieldOutcome, ...]

    @property
    def tolerant(self) -> FieldCounts:
        return _count(o.verdict for o in self.outcomes)

    @property
    def fuzzy(self) -> FieldCounts:
        return _count("right" if o.close else o.verdict for o in self.outcomes)

    @property
    def strict(self) -> FieldCounts:
        return _count("wrong" if o.verdict == "right" and not o.exact else o.verdict for o in self.outcomes)


def score_fields(truth: Truth, record: Record) -> FieldScore:
    """Judge every field that truth names, and the line items where truth has any.

    A field that truth does not name is not judged; one it gives as empty is extra if a value was read. Values count
    whatever their status. Of a field with several values each is an outcome, whatever their order. Line items are
    aligned in order so that most values agree; each value is then one outcome, a missed or invented item as many as it
    has values.
    """
    outcomes = []
    for name, value in truth.fields.items():
        found = record.field(name)
        outcome = _judge(name, value, found.value if found else "", None)
        if outcome is not None:
            outcomes.append(outcome)
    for name, values in truth.several.items():
        outcomes.extend(_judge_several(name, values, [f.value for f in record.fields if f.name == name and f.value]))
    if truth.items is not None:
        outcomes.extend(_judge_items(truth.items, _items(record)))
    return FieldScore(tuple(outcomes))


def pool(scores: Iterable[FieldScore]) -> FieldScore:
    """One score for many documents: every field weighs the same."""
    return FieldScore(tuple(outcome for score in scores for outcome in score.outcomes))


def same_value(name: str, truth: str, read: str) -> bool:
    """Whether two values of the field `name` mean the same, by the kind its document type declares it to be."""
    kind = kinds().get(name, "text")
    if kind in ("amount", "quantity"):
        first, second = _amount(truth), _amount(read)
        if first is not None and second is not None:
            return first == second
    if kind == "date":
        days = _day(truth), _day(read)
        if None not in days:
            return days[0] == days[1]
    return _fold(truth) == _fold(read)


def _judge(name: str, truth: str, read: str, item: int | None) -> FieldOutcome | None:
    if not truth and not read:
        return None
    verdict: Verdict
    if not read:
        verdict = "missing"
    elif not truth:
        verdict = "extra"
    else:
        verdict = "right" if same_value(name, truth, read) else "wrong"
    return FieldOutcome(name, truth, read, verdict, truth == read, item, verdict == "right" or _close(truth, read))


def _judge_several(name: str, truth: list[str], read: list[str]) -> list[FieldOutcome]:
    """Equal values are paired first, then similar ones; what is left over was missed or invented."""
    left, missed, outcomes = list(read), [], []
    for wanted in truth:
        same = next((value for value in left if same_value(name, wanted, value)), None)
        if same is None:
            missed.append(wanted)
        else:
            left.remove(same)
            outcomes.append(_judge(name, wanted, same, None))
    for wanted in missed:
        best = max(left, key=lambda value: fuzz.ratio(_fold(wanted), _fold(value)), default="")
        if best:
            left.remove(best)
        outcomes.append(_judge(name, wanted, best, None))
    outcomes.extend(_judge(name, "", value, None) for value in left)
    return [outcome for outcome in outcomes if outcome is not None]


def _close(truth: str, read: str) -> bool:
    """Whether two names or addresses differ in few letters. Numbers and identifiers are right or wrong."""
    first, second = _fold(truth), _fold(read)
    lettered = bool(first) and sum(c.isalpha() for c in first) >= NAME_LETTERS * len(first)
    return lettered and bool(second) and fuzz.ratio(first, second) >= CLOSE


def _items(record: Record) -> list[Item]:
    groups: dict[int, Item] = {}
    for field in record.fields:
        if field.group is not None:
            groups.setdefault(field.group, {}).setdefault(field.name, field.value)
    return [groups[number] for number in sorted(groups)]


def _judge_items(truth: list[Item], read: list[Item]) -> list[FieldOutcome]:
    # An invented item is judged by the columns truth knows at all: others may be right, nobody can tell.
    columns = {name for item in truth for name in item}
    outcomes: list[FieldOutcome | None] = []
    for i, j in _align(truth, read):
        if i is not None:
            found = read[j] if j is not None else {}
            outcomes.extend(_judge(name, value, found.get(name, ""), i) for name, value in truth[i].items())
        elif j is not None:
            judged = {n: v for n, v in read[j].items() if n in columns or not truth}
            outcomes.extend(_judge(name, "", value, j) for name, value in judged.items())
    return [outcome for outcome in outcomes if outcome is not None]


def _align(truth: list[Item], read: list[Item]) -> list[tuple[int | None, int | None]]:
    """Pairs of places in both lists, in order, None for no partner: the alignment with most agreeing values."""
    rows, columns = len(truth), len(read)
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    agree = [[_agreement(t, r) for r in read] for t in truth]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = max(best[i + 1][j + 1] + agree[i][j], best[i + 1][j], best[i][j + 1])
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < rows and j < columns:
        # On equal terms two items are paired: a badly read item is wrong, not one missed and another invented.
        if best[i][j] == best[i + 1][j + 1] + agree[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    pairs.extend((k, None) for k in range(i, rows))
    pairs.extend((None, k) for k in range(j, columns))
    return pairs


def _agreement(truth: Item, read: Item) -> int:
    return sum(same_value(name, value, read[name]) for name, value in truth.items() if value and read.get(name))


def _count(verdicts: Iterable[Verdict]) -> FieldCounts:
    counted = Counter(verdicts)
    return FieldCounts(counted["right"], counted["wrong"], counted["missing"], counted["extra"])


def _amount(value: str) -> Decimal | None:
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _fold(value: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", value).casefold() if c.isalnum())
