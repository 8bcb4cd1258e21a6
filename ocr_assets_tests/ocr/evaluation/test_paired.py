from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.evaluation.paired import compare_pairs, significant

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.just(4)), min_size=1, max_size=20)


def lost(documents: int, of: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """Four fields a document, all right; in some of them one is lost."""
    before = np.full((of, 2), 4)
    after = before.copy()
    after[:documents, 0] -= 1
    return before, after


def test_six_of_six_documents_worse_is_one_chance_in_sixty_four() -> None:
    found = compare_pairs(*lost(6), rise=False)
    assert found.p_value == found.least_p == 1 / 64
    assert found.difference.value == pytest.approx(-6 / 320)
    assert found.difference.low <= found.difference.value <= found.difference.high <= 0
    assert (found.documents, found.changed) == (80, 6)


def test_a_gain_is_no_loss() -> None:
    before, after = lost(6)
    assert compare_pairs(after, before, rise=False).p_value == 1.0


@given(PAIRS)
def test_the_same_readings_never_differ(pairs: list[tuple[int, int]]) -> None:
    found = compare_pairs(pairs, pairs, rise=True)
    assert (found.p_value, found.changed, found.difference.value) == (1.0, 0, 0.0)


@given(PAIRS, st.randoms(use_true_random=False))
def test_rise_and_fall_cannot_both_be_unlikely(pairs: list[tuple[int, int]], random) -> None:
    other = [(random.randint(0, 4), 4) for _ in pairs]
    rise, fall = (compare_pairs(pairs, other, rise=way).p_value for way in (True, False))
    assert rise + fall >= 1 - 1e-9
    assert 0 < rise <= 1 and 0 < fall <= 1


def test_equally_good_readings_are_called_worse_no_more_often_than_the_level() -> None:
    generator = np.random.default_rng(0)
    called = 0
    for _ in range(120):
        before, after = (np.c_[generator.binomial(4, 0.9, 40), np.full(40, 4)] for _ in range(2))
        called += compare_pairs(before, after, rise=False).p_value <= 0.05
    assert called / 120 <= 0.1


def test_pairs_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one row a document"):
        compare_pairs([(1, 2)], [(1, 2), (1, 2)], rise=True)
    with pytest.raises(ValueError, match="denominators"):
        compare_pairs([(0, 0)], [(0, 0)], rise=True)


def test_a_test_that_could_not_have_come_out_costs_the_others_nothing() -> None:
    assert significant([0.015, 1.0, 0.5], [0.015, 1.0, 0.5], 0.02) == [True, False, False]
    assert significant([0.015, 0.5, 0.5], [0.0001, 0.0001, 0.0001], 0.02) == [False, False, False]
    assert significant([0.001, 0.015], [0.0001, 0.0001], 0.02) == [True, True]
    assert significant([], [], 0.02) == []
