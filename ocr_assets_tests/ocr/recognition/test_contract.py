"""What every recogniser answers, whoever made it."""

import numpy as np
import pytest

from ocr.engines import Hint
from ocr.recognition.docling import DoclingRecognizer
from ocr.recognition.easy import EasyOcrRecognizer
from ocr.recognition.ppocr import PPOCRRecognizer
from ocr.recognition.tesseract import TesseractRecognizer, is_available
from ocr.settings import EngineSettings, TextSettings
from ocr_assets_tests.ocr.recognition.drawing import ENGLISH, line_image

CPU = EngineSettings(device="cpu")
TEXTS = ["The first line", "and the second one", "Total 12.50 due"]


def _untrained_easyocr(folder):
    from ocr_assets_tests.ocr.recognition.test_easy import write_weights

    return EasyOcrRecognizer(write_weights(folder), CPU)


MAKERS = {
    "ppocr": lambda folder: PPOCRRecognizer(CPU, ["en"]),
    "tesseract": lambda folder: TesseractRecognizer(ENGLISH),
    "easyocr": _untrained_easyocr,
    "docling": lambda folder: DoclingRecognizer(TextSettings(), CPU),
}
TRAINED = ["ppocr", "tesseract", "docling"]
"""EasyOCR's weights are no part of its package: the test's own network reads nothing that makes sense."""


@pytest.fixture(scope="module")
def recognizers(tmp_path_factory):
    made = {}

    def get(name):
        if name == "tesseract" and not is_available(ENGLISH):
            pytest.skip("tesseract is not installed")
        if name not in made:
            made[name] = MAKERS[name](tmp_path_factory.mktemp(name))
        return made[name]

    return get


every = pytest.mark.parametrize("name", MAKERS)
trained = pytest.mark.parametrize("name", TRAINED)


@every
def test_there_is_a_line_for_each_crop(recognizers, name):
    crops = [line_image(text) for text in TEXTS]
    blank = np.full((40, 200, 3), 255, np.uint8)

    lines = recognizers(name).recognize([crops[0], blank, *crops[1:]])

    assert len(lines) == 4
    assert recognizers(name).recognize([]) == []


@every
def test_words_make_the_line_and_lie_in_it_in_order(recognizers, name):
    for line in recognizers(name).recognize([line_image(text) for text in TEXTS]):
        assert line.text == " ".join(w.text for w in line.words)
        assert 0 <= line.confidence <= 1
        starts = [w.start for w in line.words]
        assert starts == sorted(starts)
        for word in line.words:
            assert 0 <= word.start <= word.end <= 1
            assert 0 <= word.least <= word.confidence + 1e-9 <= 1 + 1e-9


@every
def test_the_name_and_the_fingerprint_are_told_without_reading(recognizers, name):
    recognizer = recognizers(name)

    assert recognizer.name == name
    assert recognizer.fingerprint.startswith(f"{name}/") and recognizer.fingerprint == recognizer.fingerprint


@trained
def test_lines_are_read_in_the_order_of_the_crops(recognizers, name):
    lines = recognizers(name).recognize([line_image(text) for text in TEXTS])

    assert [line.text for line in lines] == TEXTS


@trained
def test_grey_crops_are_read_as_coloured_ones(recognizers, name):
    coloured = line_image("Grey or coloured")

    (line,) = recognizers(name).recognize([coloured[:, :, 0]])

    assert line.text == "Grey or coloured"


@trained
def test_a_blank_crop_has_no_words(recognizers, name):
    blank = np.full((40, 200, 3), 255, np.uint8)

    (_, line) = recognizers(name).recognize([line_image("before"), blank])

    assert (line.text, line.words) == ("", ())


@every
def test_digits_only_means_digits_and_the_signs_among_them(recognizers, name):
    (line,) = recognizers(name).recognize([line_image("Total 12.50 due")], Hint(characters="digits"))

    assert not any(c.isalpha() for c in line.text)
    if name in TRAINED:
        assert "12.50" in line.text
