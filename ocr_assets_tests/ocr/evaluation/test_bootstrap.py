from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.evaluation.bootstrap import bootstrap_ratio


def test_the_same_seed_gives_the_same_interval():
    errors, lengths = list(range(40)), [100 + n * n for n in range(40)]
    assert bootstrap_ratio(errors, lengths, seed=4) == bootstrap_ratio(errors, lengths, seed=4)
    assert bootstrap_ratio(errors, lengths, seed=4) != bootstrap_ratio(errors, lengths, seed=5)


def test_the_value_is_the_pooled_ratio_not_the_mean_of_ratios():
    assert bootstrap_ratio([0, 10], [90, 10]).value == 0.1


def test_documents_alike_leave_no_doubt():
    interval = bootstrap_ratio([2] * 30, [50] * 30)
    assert (interval.low, interval.high) == pytest.approx((0.04, 0.04))


def test_more_documents_narrow_the_interval():
    generator = np.random.default_rng(1)
    errors = generator.poisson(5, size=900)
    few = bootstrap_ratio(errors[:30], [100] * 30)
    many = bootstrap_ratio(errors, [100] * 900)
    assert many.high - many.low < (few.high - few.low) / 3


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    generator = np.random.default_rng(7)
    covered = 0
    for trial in range(200):
        lengths = generator.integers(50, 400, size=60)
        errors = generator.binomial(lengths, 0.05)
        interval = bootstrap_ratio(errors, lengths, replicates=300, seed=trial)
        covered += interval.low <= 0.05 <= interval.high
    assert 0.88 <= covered / 200 <= 0.99


@pytest.mark.parametrize(("top", "bottom"), [([], []), ([1], [1, 2]), ([1, 1], [0, 0]), ([1, 1], [2, -1])])
def test_nothing_to_divide_by_is_refused(top, bottom):
    with pytest.raises(ValueError, match="denominator"):
        bootstrap_ratio(top, bottom)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 50)), min_size=1, max_size=12))
def test_bounds_are_in_order_and_finite(pairs):
    top, bottom = zip(*pairs, strict=True)
    if sum(bottom):
        interval = bootstrap_ratio(top, bottom, replicates=100)
        assert 0 <= interval.low <= interval.high < float("inf")
