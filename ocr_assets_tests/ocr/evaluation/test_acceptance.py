from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.documents import Field, Record
from ocr.evaluation.acceptance import (
    BY_CONFIDENCE,
    Judged,
    clopper_pearson,
    judged_fields,
    risk_coverage,
    threshold_for,
)
from ocr.evaluation.fields import score_fields
from ocr.evaluation.truth import Truth
from ocr.extraction.rules import judge
from ocr.settings import RecordsSettings


def judged(confidence: float, right: bool = True, doubted: bool = False) -> Judged:
    return Judged("receipt", "total", confidence, doubted, right)


def field(name: str, value: str, confidence: float, *reasons: str) -> Field:
    return Field(name, value, value, confidence, 1, 0, 0, 1, 1, "rule", "valid", list(reasons))


def test_the_reason_for_little_confidence_begins_as_it_is_recognised_by() -> None:
    unsure = field("total", "9.00", 0.1)
    judge([unsure], [], RecordsSettings())
    assert unsure.status == "needs_review" and [r.startswith(BY_CONFIDENCE) for r in unsure.reasons] == [True]


def test_fields_are_judged_one_by_one_and_those_a_rule_speaks_against_are_doubted() -> None:
    fields = [field("total", "9.00", 0.9), field("date", "2026-01-01", 0.5, "confidence 0.50 is below 0.80")]
    record = Record("receipt", 1.0, "en", [*fields, field("company", "Shop", 0.8, "the sum is wrong")])
    truth = Truth(sha256="ab" * 32, fields={"total": "9.00", "date": "2026-01-02", "company": "Shop", "address": "x"})
    found = judged_fields(record, score_fields(truth, record))
    assert [(f.name, f.right, f.doubted) for f in found] == [
        ("total", True, False),
        ("date", False, False),
        ("company", True, True),
    ]


def test_a_hundred_fields_without_a_mistake_are_needed_for_one_in_a_hundred() -> None:
    right = [judged(0.9) for _ in range(99)]
    assert threshold_for(right[:98], 0.01, "mean") is None
    assert threshold_for(right, 0.01, "mean") == 0.9
    assert threshold_for(right, 0.01, "certain") is None
    assert threshold_for(right * 3, 0.01, "certain") == 0.9


def test_the_threshold_lies_above_the_mistakes() -> None:
    some = [judged(0.9) for _ in range(200)] + [judged(0.5, right=False) for _ in range(20)]
    assert threshold_for(some, 0.01, "mean") == 0.9


def test_fields_of_equal_confidence_are_accepted_together_or_not_at_all() -> None:
    some = [judged(0.9, right=i >= 5) for i in range(200)]
    assert threshold_for(some, 0.01, "mean") is None


def test_what_a_rule_doubts_is_neither_accepted_nor_counted() -> None:
    some = [judged(0.9) for _ in range(150)] + [judged(1.0, right=False, doubted=True) for _ in range(50)]
    assert threshold_for(some, 0.01, "mean") == 0.9
    assert risk_coverage(some, 200) == [(0.9, 0.75, 0.0)]


@pytest.mark.parametrize(("mistakes", "trials", "bound"), [(0, 229, 0.01), (1, 100, 0.0383), (5, 5, 1.0)])
def test_the_bound_is_that_of_clopper_and_pearson(mistakes: int, trials: int, bound: float) -> None:
    assert clopper_pearson(mistakes, trials, 0.9) == pytest.approx(bound, abs=2e-4)


@given(st.integers(0, 60), st.integers(1, 500))
def test_the_bound_lies_above_the_rate(mistakes: int, trials: int) -> None:
    mistakes = min(mistakes, trials)
    assert mistakes / trials <= clopper_pearson(mistakes, trials, 0.9) <= 1


def test_thresholds_keep_the_target_on_fields_not_seen() -> None:
    generator = np.random.default_rng(1)

    def some(count: int) -> list[Judged]:
        confidences = generator.random(count)
        return [judged(c, right=generator.random() < c) for c in confidences]

    risks, broken = [], 0
    for _ in range(20):
        threshold = threshold_for(some(600), 0.05, "mean")
        accepted = [j for j in some(4000) if threshold is not None and j.confidence >= threshold]
        risks.append(np.mean([not j.right for j in accepted]) if accepted else 0.0)
        certain = threshold_for(some(600), 0.05, "certain")
        accepted = [j for j in some(4000) if certain is not None and j.confidence >= certain]
        broken += bool(accepted) and np.mean([not j.right for j in accepted]) > 0.06
    assert np.mean(risks) <= 0.06
    assert broken <= 5
