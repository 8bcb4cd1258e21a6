import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.imaging.deskew import Skew, estimate_skew
from ocr_assets_tests.ocr.opening.made import text_image, turned

PAGE = text_image()
RECEIPT = text_image(560, 1500, size=22)


@settings(max_examples=25, deadline=None)
@given(st.floats(-14.5, 14.5), st.sampled_from([0, 1]))
def test_a_turned_page_is_found_to_be_turned_by_as_much(angle: float, which: int) -> None:
    skew = estimate_skew(turned([PAGE, RECEIPT][which], angle))
    assert skew.angle == pytest.approx(angle, abs=0.1)
    assert skew.confidence > 0.5


def test_counter_clockwise_is_positive() -> None:
    assert estimate_skew(turned(PAGE, 5)).angle > 0 > estimate_skew(turned(PAGE, -5)).angle


def test_a_straight_page_is_exactly_straight() -> None:
    assert estimate_skew(PAGE) == Skew(0.0, 1.0)


def test_colour_and_grain_change_little() -> None:
    page = turned(PAGE, 3.3)
    grain = np.random.default_rng(0).normal(0, 25, page.shape)
    noisy = (page * 0.7 + 30 + grain).clip(0, 255).astype(np.uint8)
    assert estimate_skew(np.dstack([page] * 3)) == estimate_skew(page)
    assert estimate_skew(noisy).angle == pytest.approx(3.3, abs=0.1)


def test_the_same_page_gives_the_same_angle() -> None:
    page = turned(PAGE, 2.2)
    assert estimate_skew(page) == estimate_skew(page.copy())


def scribble() -> np.ndarray:
    import cv2

    rng = np.random.default_rng(3)
    page = np.full((1500, 1100), 255, np.uint8)
    for x0, y0, x1, y1 in rng.integers(0, 1100, (60, 4)).tolist():
        cv2.line(page, (x0, y0), (x1, y1), 0, 2)
    return page


@pytest.mark.parametrize(
    "page",
    [
        np.full((1500, 1100), 255, np.uint8),
        np.zeros((1500, 1100), np.uint8),
        np.random.default_rng(0).integers(0, 255, (1500, 1100), dtype=np.uint8),
        scribble(),
        np.full((3, 3), 255, np.uint8),
    ],
    ids=["white", "black", "noise", "scribble", "tiny"],
)
def test_it_abstains_where_there_are_no_lines(page: np.ndarray) -> None:
    assert estimate_skew(page) == Skew(0.0, 0.0)


def test_it_abstains_beyond_its_range() -> None:
    assert estimate_skew(turned(PAGE, 30)).confidence < 0.3
