import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.documents import Word
from ocr.recognition.beside import holds_text, uncovered
from ocr.recognition.ppocr import PPOCRDetector, PPOCRRecognizer
from ocr.settings import EngineSettings
from ocr_assets_tests.ocr.recognition.drawing import page_image


def word(x0, y0, x1, y1):
    return Word(1, 0, 0, None, "word", 1.0, x0, y0, x1, y1, "pymupdf", "text_layer")


def box(x0, y0, x1, y1):
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float)


def test_lines_that_words_stand_on_are_left_out():
    quads = np.array([box(0, 0, 200, 20), box(0, 40, 200, 60)])

    assert uncovered(quads, [word(4, 2, 90, 18), word(96, 2, 195, 18)]).tolist() == [quads[1].tolist()]
    assert uncovered(quads, []).tolist() == quads.tolist()


def test_of_a_line_that_words_stand_on_in_part_the_rest_is_kept():
    (rest,) = uncovered(np.array([box(0, 0, 400, 20)]), [word(4, 2, 100, 18), word(104, 2, 200, 18)])

    assert rest[0] == pytest.approx([204, 0], abs=4)
    assert rest[2] == pytest.approx([400, 20], abs=4)


def test_parts_are_cut_along_a_slanted_line():
    quad = np.array([[0, 0], [400, 40], [400, 60], [0, 20]], dtype=float)

    (rest,) = uncovered(quad[np.newaxis], [word(0, 0, 200, 45)])

    assert rest[1].tolist() == [400, 40]
    assert rest[0][1] == pytest.approx(rest[0][0] / 10, abs=1)


@given(st.lists(st.tuples(st.integers(0, 380), st.integers(5, 200)), max_size=6))
def test_no_part_lies_on_a_word(places):
    words = [word(x, 0, x + w, 20) for x, w in places]

    for part in uncovered(np.array([box(0, 0, 400, 20)]), words):
        inside = np.linspace(part[0][0], part[1][0], 50)
        assert part[1][0] - part[0][0] >= 15
        assert not any(w.x0 + 4 < x < w.x1 - 4 for w in words for x in inside)


def test_text_is_told_from_shapes():
    settings = EngineSettings(device="cpu")
    detector, recognizer = PPOCRDetector(settings), PPOCRRecognizer(settings, ["en"])
    text = page_image([(30, 40, "Flow chart of the plant")], 400, 200)
    name = page_image([(30, 40, "ACME")], 400, 200)
    shapes = np.full((200, 400, 3), 255, np.uint8)
    shapes[40:60, 30:300:12] = 0

    found = [holds_text(image, detector.detect([image])[0], recognizer) for image in (text, name, shapes)]

    assert found == [True, False, False]
