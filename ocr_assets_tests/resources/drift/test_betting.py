from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.drift.betting import GAMBLERS, Wealth, densities
from resources.drift.ranks import LabelRanks, Ranks

VALUES = st.lists(st.sampled_from([0.0, 1.0, 1.5, -2.0, 1e300]), min_size=1, max_size=12)


def last_rank(values: Sequence[float], tie: float) -> float:
    ranks = Ranks()
    return [ranks.rank(value, "", tie) for value in values][-1]


@given(VALUES, st.floats(0, 1))
def test_a_rank_is_the_share_below_with_ties_split_at_random(values: list[float], tie: float) -> None:
    below = sum(value < values[-1] for value in values)
    equal = sum(value == values[-1] for value in values)
    assert last_rank(values, tie) == pytest.approx((below + tie * equal) / len(values))


@given(VALUES)
def test_whatever_the_values_the_rank_of_the_last_is_uniform_over_which_of_them_is_last(values: list[float]) -> None:
    grid = (np.arange(50) + 0.5) / 50
    ranks = np.array(
        [last_rank([*values[:i], *values[i + 1 :], values[i]], t) for i in range(len(values)) for t in grid]
    )
    for level in (0.1, 0.5, 0.9):
        assert (ranks < level).mean() == pytest.approx(level, abs=0.02)


def test_a_label_not_seen_before_ranks_lowest() -> None:
    ranks = LabelRanks()
    for _ in range(99):
        ranks.rank("invoice", 0.5)
    assert ranks.rank("poem", 1.0) == pytest.approx(0.01)
    assert ranks.rank("invoice", 0.0) == pytest.approx(1 / 101)


def test_ranks_within_a_stratum_know_nothing_of_the_others() -> None:
    ranks = Ranks()
    for value in range(10):
        ranks.rank(float(value), "letters", 0.5)
    assert ranks.rank(100.0, "receipts", 0.5) == 0.5


def test_every_gamblers_density_integrates_to_one() -> None:
    edges = np.concatenate([[0], np.geomspace(1e-9, 0.5, 60_000)])
    middles, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    both = np.concatenate([middles, 1 - middles])
    areas = (densities(both) * np.tile(widths, 2)[:, None]).sum(axis=0)
    assert areas.shape == (GAMBLERS,)
    assert areas == pytest.approx(np.ones(GAMBLERS), abs=2e-3)


def test_winnings_have_the_expectation_of_the_time_however_rarely_a_gambler_wins() -> None:
    generator = np.random.default_rng(0)
    wealth = Wealth(4000)
    for at in range(5):
        wealth.bet(densities(generator.random(4000)), at)
    assert wealth.evidence.mean() == pytest.approx(5, rel=0.15)


def test_the_place_of_a_change_is_where_the_best_run_began() -> None:
    generator = np.random.default_rng(1)
    wealth = Wealth(1)
    for at in range(120):
        wealth.bet(densities(generator.random(1) if at < 100 else np.array([0.01])), at)
    assert abs(wealth.since(0) - 100) <= 2
