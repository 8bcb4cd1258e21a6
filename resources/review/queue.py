"""What to look at first: fields that need a person, by what a look is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ocr.evaluation.acceptance import BY_CONFIDENCE
from ocr.extraction.doctype import FieldRule, registry
from resources.warehouse import connect

DOUBTED = 0.5
"""Least probability that a value is wrong which a rule speaks against, however surely it was read."""
MISSING = 0.8
"""Probability that a required field which was not found is there."""
REQUIRED, MONEY = 3.0, 2.0
"""Importance of required fields, and of amounts and accounts, beside 1 for all others. Line items are not listed:
their values cannot be told apart by name, and the rules on their sums speak up where they matter."""
_MONEY_KINDS = frozenset({"amount", "iban", "currency"})

_FIELDS = """
SELECT d.document, d.name, d.type, f.name AS field, f.value, f.confidence, f.status, f.reasons,
       f.page, f.x0, f.y0, f.x1, f.y1, d.uri
FROM fields f JOIN documents d USING (document) WHERE f.status <> 'valid' AND f."group" IS NULL
"""
_ABSENT = """
SELECT d.document, d.name, d.type, v.field, '', 0.0, 'missing', [v.message],
       coalesce(v.page, 1), NULL, NULL, NULL, NULL, d.uri
FROM violations v JOIN documents d USING (document)
WHERE v.severity = 'error' AND v.field IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM fields f WHERE f.document = v.document AND f.name = v.field)
"""


@dataclass(frozen=True, slots=True)
class Look:
    """One field to look at. `worth` is the probability that it is wrong times its importance; `box` in pixels of the
    upright page, None where nothing was found."""

    worth: float
    document: str
    name: str
    type: str
    field: str
    value: str
    confidence: float
    status: str
    reasons: list[str]
    page: int
    box: tuple[float, float, float, float] | None
    uri: str


def to_review(corpus: Path, document: str | None = None) -> list[Look]:
    """Everything in the corpus that needs a person, of the greatest worth first. Raises `CorpusMissing`."""
    with connect(corpus) as connection:
        rows = connection.execute(_FIELDS).fetchall() + connection.execute(_ABSENT).fetchall()
    declared = {name: {rule.name: rule for rule in kind.fields} for name, kind in registry().items()}
    looks = {}
    for key, name, type_, field, value, confidence, status, reasons, page, *box, uri in rows:
        if document is not None and key != document:
            continue
        wrong = _wrong(confidence, status, reasons)
        worth = wrong * _importance(declared.get(type_, {}), field)
        place = None if box[0] is None else tuple(box)
        look = Look(worth, key, name, type_, field, value, confidence, status, reasons, page, place, uri)
        looks.setdefault((key, field, value, page, place), look)
    return sorted(looks.values(), key=lambda look: (-look.worth, look.document, look.field))


def _wrong(confidence: float, status: str, reasons: list[str]) -> float:
    """Probability that what the record says of the field is wrong."""
    if status == "missing":
        return MISSING
    if status == "rejected" or any(not reason.startswith(BY_CONFIDENCE) for reason in reasons):
        return max(DOUBTED, 1 - confidence)
    return 1 - confidence


def _importance(declared: Mapping[str, FieldRule], field: str) -> float:
    rule = declared.get(field)
    if rule is None:
        return 1.0
    return (REQUIRED if rule.required else 1.0) * (MONEY if rule.kind in _MONEY_KINDS else 1.0)
