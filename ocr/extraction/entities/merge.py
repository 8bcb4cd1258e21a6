"""A model's values beside those of the rules: normalised, looked for on the page, and put together."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from ocr.documents import Field, Violation
from ocr.extraction import Draft, normalise
from ocr.extraction.dates import find_dates
from ocr.extraction.doctype import FieldKind, FieldRule, Finding
from ocr.extraction.entities.answer import Answer
from ocr.extraction.entities.place import Places, compact
from ocr.extraction.entities.question import Question
from ocr.extraction.transcript import Transcript
from ocr.settings import EntitiesSettings

NOT_ON_THE_PAGE = "not on the page"
SUREST = 0.99
_UNSEEN = 0.3
"""What is left of the trust in a value that is not on the page: it was made up, or the page was misread."""

_SAME_TEXT = 90.0


def merge(draft: Draft, question: Question, answer: Answer, settings: EntitiesSettings) -> None:
    """Put an answer's values into the draft, as `settings.mode` says."""
    places = Places(draft.transcript, question.pages)
    finder = f"llm:{settings.model}"
    unusable = list(answer.malformed)
    for rule in question.fields:
        fields = [_field(rule, raw, places, finder, settings.trust) for raw in answer.values.get(rule.name, [])]
        unusable += [rule.name for field in fields if field is None]
        _put(draft, rule, [field for field in fields if field is not None], settings)
    _put_items(draft, question.items, answer, places, finder, settings)
    draft.findings += [
        Finding(Violation("entities_malformed", "warning", f"the model's {name} is no {name}", name))
        for name in dict.fromkeys(unusable)
    ]


def normalised(kind: FieldKind, text: str, transcript: Transcript) -> str | None:
    """The canonical form of a value of a kind, as it stands in a `Field`; None where the text is no such value."""
    match kind:
        case "amount" | "quantity":
            amount = normalise.amount(text, transcript.decimal_mark)
            return None if amount is None else normalise.plain(amount)
        case "date":
            dates = find_dates(text, transcript.day_first)
            return dates[0].date.isoformat() if len({d.date for d in dates}) == 1 else None
        case "currency":
            return normalise.currency(text)
        case "iban":
            return normalise.iban(text)
        case "vat_id":
            return normalise.vat_id(text)
        case "identifier" | "text":
            return " ".join(text.split()) or None


def _field(rule: FieldRule, raw: str, places: Places, finder: str, trust: float) -> Field | None:
    value = normalised(rule.kind, raw, places.transcript)
    if value is None:
        return None
    span = places.find(rule.kind, raw, value)
    if span is None:
        page, confidence = min(places.pages), round(trust * _UNSEEN, 4)
        return Field(rule.name, raw, value, confidence, page, 0, 0, 0, 0, finder, reasons=[NOT_ON_THE_PAGE])
    return Field(rule.name, span.text, value, round(trust * span.confidence, 4), span.page, *span.box, finder)


def _put(draft: Draft, rule: FieldRule, fields: list[Field], settings: EntitiesSettings) -> None:
    mine = [f for f in draft.fields if f.name == rule.name and f.group is None]
    if not mine:
        draft.fields += fields
    elif settings.mode == "compare":
        _compare(mine, fields, rule.kind, settings)
    elif settings.mode == "replace" and any(NOT_ON_THE_PAGE not in f.reasons for f in fields):
        gone = {id(f) for f in mine}
        draft.fields = [f for f in draft.fields if id(f) not in gone] + fields


def _compare(mine: Sequence[Field], theirs: Sequence[Field], kind: FieldKind, settings: EntitiesSettings) -> None:
    """Two that agree are surer than each alone, as far as they err independently; of two that do not, a person
    decides. What the model says nothing of stays as it is."""
    for field in mine if theirs else ():
        if any(_same(kind, field.value, other.value) for other in theirs):
            agreed = min(SUREST, 1 - (1 - field.confidence) * (1 - settings.trust))
            field.confidence = max(field.confidence, round(agreed, 4))
            field.found_by = f"{field.found_by}+llm:{settings.model}"
        else:
            field.reasons.append(f"{settings.model} reads {'; '.join(other.raw for other in theirs)!r}")


def _same(kind: FieldKind, one: str, other: str) -> bool:
    if kind == "text":
        return fuzz.ratio(compact(one), compact(other)) >= _SAME_TEXT
    if kind in ("amount", "quantity"):
        return normalise.amount(one, ".") == normalise.amount(other, ".")
    return compact(one) == compact(other)


def _put_items(
    draft: Draft,
    rules: Sequence[FieldRule],
    answer: Answer,
    places: Places,
    finder: str,
    settings: EntitiesSettings,
) -> None:
    items: list[Field] = []
    for number, row in enumerate(answer.items):
        for rule in rules:
            field = _field(rule, row[rule.name], places, finder, settings.trust) if rule.name in row else None
            if field is not None:
                field.group = number
                items.append(field)
    if any(NOT_ON_THE_PAGE not in f.reasons for f in items):
        draft.fields = [f for f in draft.fields if f.group is None] + items
