from __future__ import annotations

import numpy as np
import pytest

from ocr.synthesis.degrade import DEGRADATIONS, degrade, skew, turn


@pytest.fixture
def page() -> np.ndarray:
    image = np.full((300, 200), 255, np.uint8)
    image[38:62, 28:152] = 130
    image[40:60, 30:150] = 0
    return image


@pytest.mark.parametrize("kind", DEGRADATIONS)
def test_the_same_seed_degrades_the_same_way(page, kind):
    first, second = degrade(page, kind, 3), degrade(page, kind, 3)
    assert np.array_equal(first.image, second.image)
    assert first.image.dtype == np.uint8
    assert not np.array_equal(first.image, page)


@pytest.mark.parametrize("kind", DEGRADATIONS)
def test_the_matrix_leads_to_where_the_ink_went(page, kind):
    result = degrade(page, kind, 8)
    middle = result.matrix @ np.array([90, 50, 1.0])
    x, y = middle[:2] / middle[2]
    dark = np.argwhere(result.image < np.quantile(result.image, 0.02) + 12)
    around = result.image[round(y) - 3 : round(y) + 4, round(x) - 3 : round(x) + 4]
    assert len(dark) > 0
    assert around.mean() < np.median(result.image) - 40


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_turning_clockwise_by_its_rotation_brings_the_page_upright(page, rotation):
    turned = turn(page, rotation)
    assert np.array_equal(np.rot90(turned.image, -rotation // 90), page)
    corner = turned.matrix @ np.array([30, 40, 1.0])
    assert turned.image[int(corner[1]), int(corner[0])] == 0


def test_positive_skew_lifts_the_right_end_of_a_line(page):
    tilted = skew(page, 4.0).image
    left, right = (np.argwhere(tilted[:, x] < 128).mean() for x in (40, 140))
    assert np.degrees(np.arctan2(left - right, 100)) == pytest.approx(4.0, abs=0.4)
