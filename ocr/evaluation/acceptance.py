"""Which fields can be accepted unseen: how often confident ones are wrong, and where to draw the line.

A field is accepted where no rule doubts it and its confidence reaches a threshold. The share of wrong ones among the
accepted is the risk, the share of accepted ones among all fields the coverage; a threshold trades one for the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p
from typing import Literal

import numpy as np

from ocr.documents import Field, Record
from ocr.evaluation.fields import FieldScore

BY_CONFIDENCE = "confidence "
"""How the reason begins that the records stage gives to a field for its confidence alone."""

CERTAINTY = 0.9
"""Probability with which a threshold of the guarantee `certain` keeps the target."""

BELIEF = 100
"""How many fields with truth the confidences' own word weighs as much as, in the guarantee `estimate`."""

Guarantee = Literal["estimate", "mean", "certain"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A field that was read, and whether it is right. `doubted`: a rule speaks against it, whatever its confidence."""

    type: str
    name: str
    confidence: float
    doubted: bool
    right: bool


def doubted(field: Field) -> bool:
    """Whether anything but its confidence speaks against a field."""
    return field.status == "rejected" or any(not reason.startswith(BY_CONFIDENCE) for reason in field.reasons)


def judged_fields(record: Record, score: FieldScore) -> list[Judged]:
    """The fields outside line items that were read and that truth knows; a field truth gives as absent is wrong."""
    found = []
    left = [field for field in record.fields if field.group is None and field.value]
    for outcome in score.outcomes:
        if outcome.item is not None or not outcome.read:
            continue
        field = next((f for f in left if f.name == outcome.name and f.value == outcome.read), None)
        if field is not None:
            left.remove(field)
            right = outcome.verdict == "right"
            found.append(Judged(record.type, field.name, field.confidence, doubted(field), right))
    return found


def risk_coverage(judged: Sequence[Judged], asked: int) -> list[tuple[float, float, float]]:
    """Threshold, coverage and risk at each confidence that occurs, from the strictest on; `asked` fields are all."""
    confidences, wrong = _sorted(judged)
    ends = _ends(confidences)
    return [(float(confidences[i]), (i + 1) / asked, float(wrong[: i + 1].mean())) for i in ends]


def threshold_for(judged: Sequence[Judged], target: float, guarantee: Guarantee) -> float | None:
    """The lowest confidence at and above which at most `target` of the fields are wrong; None where none can be shown.

    `estimate`: the risk is what the confidences themselves say it is (they are probabilities), put right by the
    mistakes that were counted: (wrong + `BELIEF` × mean doubt) / (accepted + `BELIEF`). `mean`: it is estimated by
    what was counted alone as (wrong + 1) / (accepted + 1), which with exchangeable fields errs on the safe side on
    average (as conformal risk control does: Angelopoulos et al., 2022). `certain`: its Clopper–Pearson bound must keep
    the target; thresholds are tried from the strictest down and the first failure ends it, so that the choice itself
    costs nothing (fixed-sequence testing: Angelopoulos et al., "Learn then test", 2021).
    """
    confidences, wrong = _sorted(judged)
    best: float | None = None
    for i in _ends(confidences):
        accepted, mistakes = i + 1, int(wrong[: i + 1].sum())
        if guarantee == "estimate":
            expected = BELIEF * float((1 - confidences[:accepted]).mean())
            kept = (mistakes + expected) / (accepted + BELIEF) <= target
        elif guarantee == "mean":
            kept = (mistakes + 1) / (accepted + 1) <= target
        else:
            kept = clopper_pearson(mistakes, accepted, CERTAINTY) <= target
        if kept:
            best = float(confidences[i])
        elif guarantee == "certain" and (best is not None or mistakes):
            break
    return best


def clopper_pearson(mistakes: int, trials: int, certainty: float) -> float:
    """One-sided upper bound of a probability, from mistakes in independent trials (Clopper and Pearson, 1934)."""
    if mistakes >= trials:
        return 1.0
    counts = range(mistakes + 1)
    ways = [lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1) for k in counts]
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        few = sum(exp(w + k * log(middle) + (trials - k) * log1p(-middle)) for k, w in zip(counts, ways, strict=True))
        low, high = (middle, high) if few > 1 - certainty else (low, middle)
    return high


def _sorted(judged: Sequence[Judged]) -> tuple[np.ndarray, np.ndarray]:
    """Confidences from the highest on and which are wrong, of the fields that no rule doubts."""
    open_ones = sorted((j for j in judged if not j.doubted), key=lambda j: -j.confidence)
    return np.array([j.confidence for j in open_ones]), np.array([not j.right for j in open_ones], dtype=float)


def _ends(confidences: np.ndarray) -> list[int]:
    """The last place of each run of equal confidences: a threshold accepts all of them or none."""
    return [i for i in range(len(confidences)) if i + 1 == len(confidences) or confidences[i + 1] < confidences[i]]
