import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from ocr.imaging.deskew import Skew, estimate_skew
from ocr_assets_tests.ocr.opening.made import text_image, turned

PAGE = text_image()
RECEIPT = text_image(560, 1500, size=22)
RNG = np.random.default_rng(3)


@settings(max_examples=25, deadline=None)
@given(st.floats(-44.5, 44.5), st.sampled_from([0, 1]), st.integers(0, 3))
def test_a_turned_page_is_found_to_be_turned_by_as_much_whichever_way_it_lies(angle: float, which: int, lies: int):
    skew = estimate_skew(np.rot90(turned([PAGE, RECEIPT][which], angle), lies))
    assert skew.angle == pytest.approx(angle, abs=0.1)
    assert skew.confidence > 0.5


def test_counter_clockwise_is_positive() -> None:
    assert estimate_skew(turned(PAGE, 5)).angle > 0 > estimate_skew(turned(PAGE, -5)).angle


def test_a_straight_page_is_straight_and_that_is_certain() -> None:
    skew = estimate_skew(PAGE)
    assert skew.angle == pytest.approx(0, abs=0.02)
    assert skew.confidence == 1


def test_colour_and_grain_change_little() -> None:
    page = turned(PAGE, 3.3)
    grain = RNG.normal(0, 25, page.shape)
    noisy = (page * 0.7 + 30 + grain).clip(0, 255).astype(np.uint8)
    assert estimate_skew(np.dstack([page] * 3)) == estimate_skew(page)
    assert estimate_skew(noisy).angle == pytest.approx(3.3, abs=0.1)


def test_the_same_page_gives_the_same_angle() -> None:
    page = turned(PAGE, 2.2)
    assert estimate_skew(page) == estimate_skew(page.copy())


def scribble() -> np.ndarray:
    page = np.full((1500, 1100), 255, np.uint8)
    for x0, y0, x1, y1 in RNG.integers(0, 1100, (60, 4)).tolist():
        cv2.line(page, (x0, y0), (x1, y1), 0, 2)
    return page


def picture() -> np.ndarray:
    """A photograph's soft shapes and edges."""
    coarse = RNG.normal(0, 1, (1500, 1100)).astype(np.float32)
    shapes = np.sum([s * cv2.GaussianBlur(coarse, (0, 0), s) for s in (4, 15, 60)], axis=0)
    return np.clip(128 + 60 * shapes / shapes.std(), 0, 255).astype(np.uint8)


def halftone(angle: float = 30, pitch: float = 7) -> np.ndarray:
    """A picture printed as dots on a grid turned by `angle`."""
    y, x = np.mgrid[:1500, :1100] * (2 * np.pi / pitch)
    turn = np.deg2rad(angle)
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    return np.where(np.cos(u) + np.cos(v) > (picture().astype(float) - 128) / 40, 255, 0).astype(np.uint8)


@pytest.mark.parametrize(
    "page",
    [
        np.full((1500, 1100), 255, np.uint8),
        np.zeros((1500, 1100), np.uint8),
        RNG.integers(0, 255, (1500, 1100), dtype=np.uint8),
        scribble(),
        picture(),
        np.full((3, 3), 255, np.uint8),
    ],
    ids=["white", "black", "noise", "scribble", "picture", "tiny"],
)
def test_it_abstains_where_there_are_no_lines(page: np.ndarray) -> None:
    assert estimate_skew(page).confidence < 0.3


def with_rules(page: np.ndarray) -> np.ndarray:
    """A table's grid with lines that run down far longer than those that run across."""
    page = page[:700].copy()
    for x in range(60, page.shape[1], 60):
        cv2.line(page, (x, 20), (x, page.shape[0] - 20), 0, 3)
    return page


def with_halftone(page: np.ndarray) -> np.ndarray:
    page = page.copy()
    page[700:1400, 200:1000] = halftone()[:700, :800]
    return page


def leaders() -> np.ndarray:
    """A table of contents: short words, and dots in between."""
    page = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(page)
    for line in range(30):
        draw.text((120, 120 + 50 * line), "Part " + ". " * 60 + str(line), fill=0, font=ImageFont.load_default(26))
    return np.asarray(page)


def sparse() -> np.ndarray:
    """A receipt with four short lines."""
    page = Image.new("L", (500, 1400), 245)
    draw = ImageDraw.Draw(page)
    for top, text in ((90, "TEA HOUSE"), (200, "2 x tea   5.40"), (245, "1 x cake   3.10"), (900, "TOTAL   8.50")):
        draw.text((90, top), text, fill=40, font=ImageFont.load_default(28))
    return np.asarray(page)


@pytest.mark.parametrize("angle", [-12.4, 0.0, 3.1, 27.0])
@pytest.mark.parametrize(
    "page",
    [with_rules(PAGE), with_halftone(PAGE), leaders()],
    ids=["table", "halftone", "leaders"],
)
def test_what_stands_beside_the_text_does_not_fool_it(page: np.ndarray, angle: float) -> None:
    skew = estimate_skew(turned(page, angle))
    assert skew.angle == pytest.approx(angle, abs=0.15)
    assert skew.confidence > 0.3


@pytest.mark.parametrize("angle", [-12.4, 0.0, 3.1, 27.0])
def test_four_short_lines_are_enough(angle: float) -> None:
    skew = estimate_skew(turned(sparse(), angle))
    assert skew.angle == pytest.approx(angle, abs=0.4)
    assert skew.confidence > 0.3


def test_a_single_stroke_is_no_line_of_text() -> None:
    page = np.full((1500, 1100), 255, np.uint8)
    cv2.line(page, (200, 400), (900, 500), 0, 3)
    assert estimate_skew(page) == Skew(0.0, 0.0)


@pytest.mark.parametrize("page", [PAGE, RECEIPT], ids=["page", "receipt"])
def test_dark_edges_of_a_scan_that_lean_otherwise_do_not_fool_it(page: np.ndarray) -> None:
    scan = turned(page, 2.0)
    height, width = scan.shape
    corners = np.array([[0, 0], [70, 0], [20, height], [0, height]], np.int32)
    cv2.fillPoly(scan, [corners], 0)
    cv2.fillPoly(scan, [np.array([[0, 0], [width, 0], [width, 10], [0, 60]], np.int32)], 0)
    assert estimate_skew(scan).angle == pytest.approx(2.0, abs=0.15)
