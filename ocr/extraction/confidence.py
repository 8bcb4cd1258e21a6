"""How likely a field is right: a logistic model per kind of field over what is known when it has been found.

`confidence.json` holds the model and says what it was fitted on. `python -m benchmarks.records.fitting` writes it anew,
which is to be done when word confidences or rules change.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ocr.documents import Field
from ocr.extraction.doctype import FieldKind, Finding, kinds
from ocr.extraction.repair import words_of
from ocr.extraction.transcript import Transcript

MODEL = Path(__file__).with_suffix(".json")
GROUPS: dict[FieldKind, str] = {"amount": "amount", "quantity": "amount", "date": "date", "text": "text"}
"""Kinds that are judged alike; all others are codes."""
FEATURES = ("one", "rule", "words", "least", "agreed", "doubted", "type", "length", "odd")
CERTAIN = 0.99
_MOST, _LEAST = 0.999, 0.02


@dataclass(frozen=True, slots=True)
class Model:
    """`weights`: group → a weight for each of `FEATURES`; `ceiling`: the share of the surest fields that is right."""

    version: int
    weights: dict[str, list[float]]
    ceiling: float


@lru_cache(maxsize=1)
def model() -> Model:
    kept = json.loads(MODEL.read_text())
    return Model(kept["version"], kept["weights"], kept["ceiling"])


def fingerprint() -> str:
    return f"confidence/{model().version}-{hashlib.sha256(MODEL.read_bytes()).hexdigest()[:8]}"


def calibrate(
    transcript: Transcript, fields: Sequence[Field], findings: Sequence[Finding], type_confidence: float
) -> None:
    """Replaces the confidence (its rule's score times its words') of each field that a type declares by the probability
    that it is right."""
    known = [field for field in fields if field.name in kinds()]
    for field, values in zip(known, features(transcript, known, findings, type_confidence), strict=True):
        logit = sum(w * x for w, x in zip(model().weights[group_of(field)], values, strict=True))
        likely = model().ceiling / (1 + math.exp(-logit))
        # Generated documents show too few doubtful words to teach that a field is hardly surer than its words.
        words = words_of(transcript, field)
        weakest = min((w.confidence for w in words), default=1.0)
        field.confidence = round(min(likely, (1 + weakest) / 2), 4)


def features(
    transcript: Transcript, fields: Sequence[Field], findings: Sequence[Finding], type_confidence: float
) -> list[list[float]]:
    """What is known of each field, in the order of `FEATURES`.

    `rule`: log odds of the score of the rule that found it; `words`, `least`: how far the mean confidence of its words,
    and the least of a character, are below certainty; `agreed`: something independent spoke for it; `doubted`: a
    business rule speaks against it (in a line item only one about that item: the sum of all does not say which is
    wrong); `type`: how far the document's type is below certainty; `length`: logarithm of its
    words; `odd`: share of words that mix letters with digits or signs as misread ones do.
    """
    rows = []
    for field in fields:
        words = words_of(transcript, field)
        characters = sum(len(w.text) for w in words)
        mean = sum(w.confidence * len(w.text) for w in words) / characters if characters else 1.0
        score = field.confidence / mean if mean else 0.0
        texts = field.raw.split()
        rows.append([
            1.0,
            _log_odds(score),
            _shortfall(mean),
            _shortfall(min((w.least_confidence for w in words), default=1.0)),
            float("+" in field.found_by.replace("+repaired", "")),
            float(any(f.doubts(field) and f.violation.group == field.group for f in findings)),
            _shortfall(type_confidence),
            math.log1p(len(texts)),
            sum(_is_odd(text) for text in texts) / max(len(texts), 1),
        ])  # fmt: skip
    return rows


def group_of(field: Field) -> str:
    return GROUPS.get(kinds().get(field.name, "text"), "code")


def _is_odd(text: str) -> bool:
    """A letter within digits, a digit or sign within letters, a small letter before capitals."""
    bare = text.strip(".,;:()[]\"'“”’-/&#*")
    letters = sum(c.isalpha() for c in bare)
    other = len(bare) - letters
    mixed = letters >= 3 and 0 < other <= 2 and not bare[-1].isdigit() and "'" not in bare and "-" not in bare
    return mixed or (len(bare) > 2 and bare[0].islower() and bare[1:].isupper()) or any(ord(c) > 0x2E7F for c in bare)


def _shortfall(probability: float) -> float:
    """By how much the log odds are below those of what is as good as certain; words well read prove no rule."""
    return min(_log_odds(probability) - _log_odds(CERTAIN), 0.0)


def _log_odds(probability: float) -> float:
    clipped = min(max(probability, _LEAST), _MOST)
    return math.log(clipped / (1 - clipped))
