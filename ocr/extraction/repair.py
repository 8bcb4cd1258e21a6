"""Puts a misread digit right where that mends a broken rule: a sum that adds up, an IBAN whose check digits agree.

Other readings of a word come from its recogniser, and with little weight from signs that look alike. A repair is made
only where one reading is clearly the likeliest; the field says what was read, and is to be reviewed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr.documents import Field, Word
from ocr.extraction import normalise
from ocr.extraction.doctype import DocumentType, kinds
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings

LOOK_ALIKE = {"0": "86", "1": "7", "3": "8", "5": "6", "6": "508", "7": "1", "8": "036", "9": "8"}
_LOOK_ALIKE_PRIOR = 0.02
_CLEARLY = 2.0
"""How many times likelier than the next a repair must be."""


@dataclass(frozen=True, slots=True)
class _Reading:
    field: Field
    raw: str
    value: str
    weight: float


def repair(declared: DocumentType, transcript: Transcript, fields: Sequence[Field], settings: RecordsSettings) -> None:
    """Changes fields in place: at most one for each broken rule, and IBANs."""
    for field in fields:
        if field.group is None and kinds().get(field.name) == "iban" and normalise.iban(field.value) is None:
            _repair_iban(transcript, field)
    broken = _broken(declared, fields, settings)
    for rule, doubted in broken.items():
        readings = [
            reading
            for field in fields
            if field.name in doubted and field.group is None and kinds().get(field.name) == "amount"
            for reading in _amounts(transcript, field)
            if _mends(reading, rule, declared, fields, settings, broken)
        ]
        best = _clearly_best(readings)
        if best is not None:
            _apply(best, f"makes {rule} hold")


def _broken(declared: DocumentType, fields: Sequence[Field], settings: RecordsSettings) -> dict[str, tuple[str, ...]]:
    findings = [finding for rule in declared.rules for finding in rule(fields, settings)]
    return {f.violation.rule: f.doubted for f in findings if f.violation.severity == "error" and len(f.doubted) > 1}


def _mends(
    reading: _Reading,
    rule: str,
    declared: DocumentType,
    fields: Sequence[Field],
    settings: RecordsSettings,
    broken: dict[str, tuple[str, ...]],
) -> bool:
    kept = reading.field.value
    reading.field.value = reading.value
    after = _broken(declared, fields, settings)
    reading.field.value = kept
    return rule not in after and after.keys() <= broken.keys()


def _amounts(transcript: Transcript, field: Field) -> Iterator[_Reading]:
    """Other amounts the field's words may say."""
    for raw, weight in _other_texts(transcript, field):
        value = normalise.amount(raw, transcript.decimal_mark)
        if value is not None and normalise.plain(value) != field.value:
            yield _Reading(field, raw, normalise.plain(value), weight)


def _other_texts(transcript: Transcript, field: Field) -> Iterator[tuple[str, float]]:
    words = words_of(transcript, field)
    for word in words:
        for text, confidence in zip(word.alternatives, word.alternative_confidences, strict=False):
            if word.text in field.raw:
                yield field.raw.replace(word.text, text), max(confidence, _LOOK_ALIKE_PRIOR)
    unsure = 1.02 - min((w.least_confidence for w in words), default=1.0)
    for place, sign in enumerate(field.raw):
        for other in LOOK_ALIKE.get(sign, ""):
            yield field.raw[:place] + other + field.raw[place + 1 :], _LOOK_ALIKE_PRIOR * unsure


def _clearly_best(readings: Sequence[_Reading]) -> _Reading | None:
    weights: dict[tuple[int, str], float] = {}
    for reading in readings:
        key = (id(reading.field), reading.value)
        weights[key] = max(weights.get(key, 0.0), reading.weight)
    ranked = sorted(weights.items(), key=lambda item: -item[1])
    if not ranked or (len(ranked) > 1 and ranked[0][1] < _CLEARLY * ranked[1][1]):
        return None
    return next(r for r in readings if (id(r.field), r.value) == ranked[0][0])


def _repair_iban(transcript: Transcript, field: Field) -> None:
    """Letters read for digits in the number's body, where its country's numbers have none, or another reading."""
    texts = [field.value[:2] + field.value[2:].translate(normalise.CONFUSABLE)]
    texts += [text for text, weight in _other_texts(transcript, field) if weight > _LOOK_ALIKE_PRIOR]
    found = {value for text in texts if (value := normalise.iban(text)) is not None}
    if len(found) == 1:
        value = found.pop()
        _apply(_Reading(field, value, value, 1.0), "has right check digits")


def _apply(reading: _Reading, why: str) -> None:
    field = reading.field
    field.reasons.append(f"read {field.raw}, but {reading.value} {why}")
    field.value, field.found_by = reading.value, f"{field.found_by}+repaired"


def words_of(transcript: Transcript, field: Field) -> list[Word]:
    """The words a field was read from: those whose middle is in its box."""
    return [
        w
        for w in transcript.words
        if w.page == field.page
        and field.x0 <= (w.x0 + w.x1) / 2 <= field.x1
        and field.y0 <= (w.y0 + w.y1) / 2 <= field.y1
    ]
