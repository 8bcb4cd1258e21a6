import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.evaluation.skew import skew_score


def test_the_four_measures_of_known_errors() -> None:
    score = skew_score([0.05, -0.05, 0.1, -0.2, 1.0])
    assert (score.mean, score.top80) == (pytest.approx(0.28), pytest.approx(0.1))
    assert (score.within, score.worst) == (0.6, 1.0)


@given(st.lists(st.floats(-90, 90), min_size=1, max_size=50))
def test_the_best_are_no_worse_than_all_and_none_is_worse_than_the_worst(errors: list[float]) -> None:
    score = skew_score(errors)
    assert score.top80 <= score.mean + 1e-9 <= score.worst + 2e-9
    assert 0 <= score.within <= 1


def test_no_page_has_no_score() -> None:
    with pytest.raises(ValueError, match="no errors"):
        skew_score([])
