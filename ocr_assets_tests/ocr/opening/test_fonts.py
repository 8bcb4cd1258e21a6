import numpy as np
import pymupdf
import pytest

from ocr.engines import RecognizedLine
from ocr.opening.document import open_document
from ocr.opening.fonts import Aspect, check_fonts, unsound_fonts
from ocr.opening.source import SourcePage
from ocr.recognition.ppocr import PPOCRRecognizer
from ocr.settings import EngineSettings
from ocr_assets_tests.ocr.opening.broken import FIGURES, ROTATED, remapped
from ocr_assets_tests.ocr.opening.made import LIMITS, text_pdf


@pytest.fixture(scope="module")
def recognizer() -> PPOCRRecognizer:
    return PPOCRRecognizer(EngineSettings(device="cpu"), ["en"])


def first_page(data: bytes) -> SourcePage:
    with open_document(data, LIMITS) as document:
        return document.page(1, 200, 4000)


def verdicts_on(data: bytes, recognizer: PPOCRRecognizer) -> dict[Aspect, bool]:
    verdicts: dict[Aspect, bool] = {}
    check_fonts(first_page(data), verdicts, recognizer)
    return verdicts


def figures_pdf() -> bytes:
    document = pymupdf.open()
    page = document.new_page()
    for i in range(12):
        page.insert_text((60, 80 + 30 * i), f"Item no. {i} of the list at {217 * i + 1043}.{i * 7 % 10}5", fontsize=11)
    return document.tobytes()


class Unasked:
    """Fails where it is asked at all."""

    name = "unasked"
    fingerprint = "unasked"

    def recognize(self, crops, hint=None) -> list[RecognizedLine]:
        assert not crops
        return []


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_font_that_says_what_it_shows_is_sound_whichever_way_the_page_lies(rotation, recognizer) -> None:
    assert verdicts_on(text_pdf(rotation=rotation), recognizer) == {("Helvetica", "letters"): True}


@pytest.mark.parametrize("rotation", [0, 90])
def test_exchanged_letters_are_found_although_vowels_stay_vowels(rotation, recognizer) -> None:
    broken = remapped(text_pdf(rotation=rotation), ROTATED)
    assert unsound_fonts(verdicts_on(broken, recognizer)) == {"Helvetica"}


def test_a_map_that_is_wrong_for_figures_alone_is_found(recognizer) -> None:
    assert unsound_fonts(verdicts_on(figures_pdf(), recognizer)) == set()
    verdicts = verdicts_on(remapped(figures_pdf(), FIGURES), recognizer)
    assert verdicts == {("Helvetica", "letters"): True, ("Helvetica", "figures"): False}


def test_a_font_is_looked_at_once_a_document(recognizer) -> None:
    page = first_page(text_pdf())
    verdicts: dict[Aspect, bool] = {}
    check_fonts(page, verdicts, recognizer)
    check_fonts(page, verdicts, Unasked())


def test_other_scripts_lines_askew_and_hidden_words_are_not_judged() -> None:
    page = first_page(text_pdf())
    for word in page.layer:
        word.text = "".join(chr(0x430 + ord(c) % 32) for c in word.text)
    check_fonts(page, {}, Unasked())
    askew = first_page(text_pdf())
    for word in askew.layer:
        word.direction = 30.0
    check_fonts(askew, {}, Unasked())
    check_fonts(first_page(text_pdf(render_mode=3)), {}, Unasked())


def test_what_cannot_be_read_for_certain_is_not_held_against_a_font(recognizer) -> None:
    page = first_page(text_pdf())
    noise = np.random.default_rng(0).integers(0, 256, page.image.shape)
    page.image = noise.astype(np.uint8)
    verdicts: dict[Aspect, bool] = {}
    check_fonts(page, verdicts, recognizer)
    assert unsound_fonts(verdicts) == set()
