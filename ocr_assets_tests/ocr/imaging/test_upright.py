import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.imaging.deskew import estimate_skew
from ocr.imaging.upright import make_upright, turning
from ocr.opening.document import open_document
from ocr.opening.source import LayerWord, SourcePage
from ocr_assets_tests.ocr.opening.made import LIMITS, text_image, text_pdf, turned

PAGE = text_image(620, 877, size=14)
HALF = np.diag([0.5, 0.5, 1])


def source(image: np.ndarray, words: list[LayerWord] | None = None) -> SourcePage:
    height, width = image.shape[:2]
    return SourcePage(image, 144, width / 2, height / 2, HALF, words or [])


def test_an_upright_page_passes_unchanged() -> None:
    page = source(PAGE)
    upright = make_upright(page, 1, 0, 0.0)
    assert upright.image is PAGE
    assert np.allclose(upright.transform, HALF)


@pytest.mark.parametrize(("rotation", "turns"), [(90, -1), (180, -2), (270, -3)])
def test_right_angles_turn_clockwise_and_lose_nothing(rotation: int, turns: int) -> None:
    assert np.array_equal(make_upright(source(PAGE), 1, rotation, 0.0).image, np.rot90(PAGE, turns))


@given(
    st.integers(1, 3000),
    st.integers(1, 3000),
    st.sampled_from([0, 90, 180, 270]),
    st.floats(-45, 45),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_upright_to_source_and_back_is_where_it_began(width, height, rotation, skew, right, down) -> None:
    forward, size = turning(width, height, rotation + skew)
    page = np.array([right * width, down * height, 1.0])
    there = forward @ page
    assert np.allclose(np.linalg.inv(forward) @ there, page, atol=1e-6)
    assert -1e-3 <= there[0] <= size[0] + 1e-3
    assert -1e-3 <= there[1] <= size[1] + 1e-3


@given(st.sampled_from([0, 90, 180, 270]), st.floats(-45, 45), st.floats(0, 1), st.floats(0, 1))
def test_the_transform_of_a_page_undoes_what_was_done_to_it(rotation, skew, right, down) -> None:
    dot = np.full((60, 80), 255, np.uint8)
    x, y = 4 + right * 72, 4 + down * 52
    dot[int(y), int(x)] = 0
    upright = make_upright(source(dot), 1, rotation, skew)
    row, column = np.unravel_index(int(np.argmin(upright.image)), upright.image.shape)
    back = upright.transform @ [column + 0.5, row + 0.5, 1]
    assert np.allclose(back[:2], [(int(x) + 0.5) / 2, (int(y) + 0.5) / 2], atol=0.5)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("angle", [-7.0, 3.0])
def test_skew_is_taken_out_whichever_way_the_page_lies(rotation: int, angle: float) -> None:
    lying = np.ascontiguousarray(np.rot90(turned(PAGE, angle), rotation // 90))
    upright = make_upright(source(lying), 1, rotation, angle)
    assert abs(estimate_skew(upright.image).angle) < 0.1
    assert upright.image[0].min() == upright.image[:, 0].min() == 255


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [0.0, 2.0])
def test_words_stay_on_their_ink(rotation: int, skew: float) -> None:
    with open_document(text_pdf(rotation=(360 - rotation) % 360), LIMITS) as document:
        page = document.page(1, 150, 4000)
    upright = make_upright(page, 7, rotation, skew)
    assert [w.text for w in upright.words[:3]] == ["page", "1", "of"]
    for word in upright.words:
        box = upright.image[int(word.y0) : int(word.y1) + 1, int(word.x0) : int(word.x1) + 1]
        assert (box < 128).mean() > 0.02
        assert word.x1 - word.x0 > 0.4 * (word.y1 - word.y0) or len(word.text) == 1


def test_words_are_numbered_within_lines_and_hidden_ones_left_out() -> None:
    layer = [
        LayerWord("a", 0, 0, 10, 10, 0, 4),
        LayerWord("ghost", 0, 0, 10, 10, 0, 5, visible=False),
        LayerWord("b", 20, 0, 30, 10, 0, 4),
        LayerWord("c", 0, 20, 10, 30, 1, 6),
    ]
    words = make_upright(source(PAGE, layer), 3, 0, 0.0).words
    assert [(w.page, w.line, w.number, w.text) for w in words] == [(3, 0, 0, "a"), (3, 0, 1, "b"), (3, 1, 0, "c")]
    assert {(w.engine, w.source, w.confidence, w.region) for w in words} == {("pymupdf", "text_layer", 1.0, None)}
