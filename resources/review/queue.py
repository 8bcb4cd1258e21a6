"""What to look at first: fields that need a person, by what a look is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ocr.evaluation.acceptance import BY_CONFIDENCE
from ocr.extraction.doctype import FieldRule, registry
from resources.warehouse import connect
from resources.warehouse.doubts import PLACE

DOUBTED = 0.5
"""Least probability that a value is wrong which a rule speaks against, however surely it was read."""
MISSING = 0.8
"""Probability that a required field which was not found is there."""
REQUIRED, MONEY = 3.0, 2.0
"""Importance of required fields, and of amounts and accounts, beside 1 for all others."""
ITEM = 0.5
"""Importance of what a line item says beside what its document says as a whole: totals are made of many items."""
_MONEY_KINDS = frozenset({"amount", "iban", "currency"})

_FIELDS = f"""
SELECT d.document, d.name, d.type, f.name AS field, f."group" AS item, f.value, f.confidence, f.status, f.reasons,
       {PLACE}, d.uri
FROM fields f JOIN documents d USING (document) WHERE f.status <> 'valid'
"""
_ABSENT = """
SELECT d.document, d.name, d.type, v.field, v."group", '', 0.0, 'missing', [v.message],
       coalesce(v.page, 1), NULL, NULL, NULL, NULL, d.uri
FROM violations v JOIN documents d USING (document)
WHERE v.severity = 'error' AND v.field IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM fields f WHERE f.document = v.document AND f.name = v.field)
"""


@dataclass(frozen=True, slots=True)
class Look:
    """One field to look at. `worth` is the probability that it is wrong times its importance; `item` numbers the line
    item it belongs to from 0, None outside items; `box` in pixels of the upright page, None where nothing was found;
    `page` is None too where the value is on no page."""

    worth: float
    document: str
    name: str
    type: str
    field: str
    item: int | None
    value: str
    confidence: float
    status: str
    reasons: list[str]
    page: int | None
    box: tuple[float, float, float, float] | None
    uri: str


def to_review(corpus: Path, document: str | None = None) -> list[Look]:
    """Everything in the corpus that needs a person, of the greatest worth first. Raises `CorpusMissing`."""
    with connect(corpus) as connection:
        rows = connection.execute(_FIELDS).fetchall() + connection.execute(_ABSENT).fetchall()
    declared = {name: {rule.name: rule for rule in kind.fields} for name, kind in registry().items()}
    # What speaks against all amounts of a table together says of each no more than that one of them is wrong.
    shared = Counter((row[0], row[3], reason) for row in rows if row[4] is not None for reason in row[8])
    looks = {}
    for key, name, type_, field, item, value, confidence, status, reasons, page, *box, uri in rows:
        if document is not None and key != document:
            continue
        among = {reason: max(shared[key, field, reason], 1) if item is not None else 1 for reason in reasons}
        wrong = _wrong(confidence, status, among)
        worth = wrong * _importance(declared.get(type_, {}), field, item)
        place = None if box[0] is None else tuple(box)
        look = Look(worth, key, name, type_, field, item, value, confidence, status, reasons, page, place, uri)
        looks.setdefault((key, field, item, value, page, place), look)
    return sorted(looks.values(), key=lambda look: (-look.worth, look.document, look.item or 0, look.field))


def _wrong(confidence: float, status: str, reasons: Mapping[str, int]) -> float:
    """Probability that what the record says of the field is wrong; `reasons` are given with how many fields each
    speaks against alike."""
    if status == "missing":
        return MISSING
    by_rules = [DOUBTED / among for reason, among in reasons.items() if not reason.startswith(BY_CONFIDENCE)]
    return max(1 - confidence, *by_rules, DOUBTED if status == "rejected" else 0.0)


def _importance(declared: Mapping[str, FieldRule], field: str, item: int | None) -> float:
    rule = declared.get(field)
    weight = 1.0 if item is None else ITEM
    if rule is None:
        return weight
    return weight * (REQUIRED if rule.required else 1.0) * (MONEY if rule.kind in _MONEY_KINDS else 1.0)
