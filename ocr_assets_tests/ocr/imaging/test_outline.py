import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.imaging.homography import mapped
from ocr.imaging.outline import find_outline, flattening
from ocr.imaging.upright import make_flat
from ocr.opening.source import SourcePage
from ocr_assets_tests.ocr.opening.made import text_image, turned

PAGE = text_image(700, 1000, size=18)
RECEIPT = text_image(320, 900, size=14)


def photographed(
    page: np.ndarray, table: int = 70, amount: float = 0.06, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The page on a table seen from the side, and where its corners are."""
    rng = np.random.default_rng(seed)
    height, width = page.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    inward = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)]) * rng.uniform(0.2, 1, (4, 2)) * amount * width
    seen = (corners + 0.1 * height + inward).astype(np.float32)
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ cv2.getPerspectiveTransform(corners, seen) @ half
    size = round(width + 0.2 * height), round(1.2 * height)
    photo = cv2.warpPerspective((page * 0.85).astype(np.uint8), matrix, size, flags=cv2.INTER_LINEAR, borderValue=table)
    grain = rng.normal(0, 6, photo.shape)
    return np.clip(cv2.GaussianBlur(photo, (0, 0), 1) + grain, 0, 255).astype(np.uint8), seen


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([20, 70, 130]), st.sampled_from([0, 1]))
def test_corners_of_a_page_on_a_darker_table_are_found(seed: int, table: int, which: int) -> None:
    photo, seen = photographed([PAGE, RECEIPT][which], table, 0.08, seed)
    found = find_outline(photo)
    if found is not None:
        assert np.linalg.norm(found - seen, axis=1).max() < 0.004 * np.hypot(*photo.shape)
    else:
        assert angle_off(seen) < 1.5


def angle_off(corners: np.ndarray) -> float:
    before, after = np.roll(corners, 1, axis=0) - corners, np.roll(corners, -1, axis=0) - corners
    cosines = (before * after).sum(axis=1) / (np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1))
    return float(np.abs(90 - np.degrees(np.arccos(cosines))).max())


def test_a_coloured_table_as_light_as_the_page_shows_it_too() -> None:
    photo, seen = photographed(PAGE, 0, 0.08)
    paper = photo > 60
    red = np.dstack([np.where(paper, photo, 240), np.where(paper, photo, 170), np.where(paper, photo, 150)])
    found = find_outline(red.astype(np.uint8))
    assert found is not None
    assert np.linalg.norm(found - seen, axis=1).max() < 10


def framed() -> np.ndarray:
    """A form with a heavy frame that leans, as of a crooked print."""
    page = PAGE.copy()
    cv2.polylines(page, [np.array([(40, 40), (660, 70), (650, 960), (60, 940)])], True, 0, 6)
    return page


def bordered() -> np.ndarray:
    """A scan with the dark of the scanner around a straight page."""
    return cv2.copyMakeBorder(PAGE, 40, 60, 30, 50, cv2.BORDER_CONSTANT, value=10)


def cut_off() -> np.ndarray:
    photo, seen = photographed(PAGE, 60, 0.08)
    return photo[round(float(seen[:, 1].min())) + 60 :]


def torn() -> np.ndarray:
    photo, seen = photographed(PAGE, 60, 0.08)
    tear = np.concatenate([seen[1] - (150, 0), seen[1] - (90, -200), seen[1] + (0, 180), seen[1] + (5, -5)])
    cv2.fillPoly(photo, [np.rint(tear.reshape(-1, 2)).astype(np.int32)], 60)
    return photo


@pytest.mark.parametrize(
    "page",
    [PAGE, turned(PAGE, 7), framed(), bordered(), cut_off(), torn(), np.full((900, 700), 80, np.uint8), PAGE[:40, :40]],
    ids=["scan", "skewed scan", "frame", "dark border", "cut off", "torn", "nothing", "tiny"],
)
def test_what_is_no_whole_page_seen_from_the_side_is_left_alone(page: np.ndarray) -> None:
    assert find_outline(page) is None
    source = SourcePage(page, 150, page.shape[1], page.shape[0], np.eye(3))
    assert make_flat(source) is source


@given(st.integers(0, 1000))
def test_flattening_makes_the_corners_a_rectangle_of_its_size(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = np.array([(100, 100), (800, 100), (800, 1100), (100, 1100)]) + rng.uniform(-80, 80, (4, 2))
    matrix, (width, height) = flattening(corners)
    assert np.allclose(mapped(matrix, corners), [(0, 0), (width, 0), (width, height), (0, height)], atol=0.05)


def test_a_flat_page_knows_its_way_back_to_the_photograph() -> None:
    photo, seen = photographed(PAGE, 60, 0.08)
    flat = make_flat(SourcePage(photo, 150, photo.shape[1] / 2, photo.shape[0] / 2, np.diag([0.5, 0.5, 1])))
    height, width = flat.image.shape
    back = mapped(flat.to_source, np.array([(0, 0), (width, 0), (width, height), (0, height)]))
    assert np.allclose(back, seen / 2, atol=1.5)
    assert flat.image[5:-5, 5:-5].min() < 60 < 150 < np.median(flat.image)
    assert np.median(flat.image[3]) > 150 and np.median(flat.image[:, 3]) > 150
