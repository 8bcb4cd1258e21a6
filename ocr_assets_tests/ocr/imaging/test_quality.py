import cv2
import numpy as np
import pytest

from ocr.imaging.quality import is_blank, marks, measure
from ocr_assets_tests.ocr.opening.made import text_image

PAGE = text_image()
RNG = np.random.default_rng(0)
TIERS = ["good", "fair", "poor"]


def blurred(sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(PAGE, (0, 0), sigma) if sigma else PAGE


def grained(deviation: float) -> np.ndarray:
    return (PAGE * 0.8 + 20 + RNG.normal(0, deviation, PAGE.shape)).clip(0, 255).astype(np.uint8)


def faded(contrast: float) -> np.ndarray:
    return (230 - (255 - PAGE.astype(float)) * contrast).astype(np.uint8)


def test_print_is_good() -> None:
    quality = measure(PAGE)
    assert quality.tier == "good"
    assert not is_blank(PAGE, marks(PAGE))
    assert quality.noise == 0


@pytest.mark.parametrize(
    ("measured", "pages", "falls"),
    [
        ("sharpness", [blurred(s) for s in (0, 1, 2, 3, 5)], True),
        ("noise", [grained(s) for s in (0, 5, 15, 30, 60)], False),
        ("contrast", [faded(c) for c in (0.9, 0.6, 0.3, 0.15, 0.08)], True),
    ],
)
def test_each_measure_and_the_tier_follow_the_degradation(measured, pages, falls) -> None:
    qualities = [measure(page) for page in pages]
    values = [getattr(q, measured) for q in qualities]
    assert values == sorted(values, reverse=falls)
    ranks = [TIERS.index(q.tier) for q in qualities]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0
    assert ranks[-1] == 2


def test_noise_is_measured_in_levels() -> None:
    assert measure(grained(15)).noise == pytest.approx(15, rel=0.25)


def test_sharpness_does_not_depend_on_contrast_or_grain() -> None:
    assert measure(faded(0.3)).sharpness == pytest.approx(measure(PAGE).sharpness, abs=0.05)
    assert measure(grained(20)).sharpness == pytest.approx(measure(PAGE).sharpness, abs=0.06)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_page_is_blank(level: int) -> None:
    page = np.full((1754, 1240), level, np.uint8)
    assert is_blank(page, marks(page))


@pytest.mark.parametrize("page", [faded(0.15), grained(50)], ids=["faded", "grained"])
def test_a_poor_page_is_not_a_blank_one(page: np.ndarray) -> None:
    assert not is_blank(page, marks(page))


@pytest.mark.parametrize("shape", [(1, 1), (2, 3000), (5, 5, 3)])
def test_any_size_is_measured(shape: tuple[int, ...]) -> None:
    page = np.full(shape, 200, np.uint8)
    assert measure(page).noise == 0
    assert len(marks(page)) == 0
