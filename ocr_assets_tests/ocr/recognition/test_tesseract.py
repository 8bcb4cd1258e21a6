import shutil
import subprocess

import numpy as np
import pytest

from ocr.errors import EngineError
from ocr.recognition.tesseract import TesseractRecognizer
from ocr.settings import EngineSettings, TextSettings
from ocr_assets_tests.ocr.recognition.drawing import ENGLISH, line_image

ENGINES = EngineSettings(device="cpu")
installed = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")


@installed
def test_many_lines_are_read_in_order_by_one_process(monkeypatch):
    texts = ["The first line", "and the second", "Total 12.50", "last of all"]
    recognizer = TesseractRecognizer(ENGLISH, ENGINES)
    recognizer.recognize([line_image("warm")])
    processes = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: (processes.append(args), run(*args, **kwargs))[1])

    lines = recognizer.recognize([line_image(text) for text in texts])

    assert [line.text for line in lines] == texts
    assert len(processes) == 1


@installed
def test_words_have_confidences_and_places():
    image = line_image("left middle right")

    (line,) = TesseractRecognizer(ENGLISH, ENGINES).recognize([image])

    edges = [edge for w in line.words for edge in (w.start, w.end)]
    assert [w.text for w in line.words] == ["left", "middle", "right"]
    assert edges == sorted(edges) and 0 <= edges[0] < 0.1 and 0.9 < edges[-1] <= 1
    assert all(0.5 < w.confidence <= 1 for w in line.words)


@installed
def test_a_blank_crop_between_others_keeps_their_places():
    blank = np.full((40, 200, 3), 255, np.uint8)

    lines = TesseractRecognizer(ENGLISH, ENGINES).recognize([line_image("before"), blank, line_image("after")])

    assert len(lines) == 3
    assert (lines[0].text, lines[2].text) == ("before", "after")


@installed
def test_the_fingerprint_tells_languages_apart_and_names_the_version():
    english = TesseractRecognizer(ENGLISH, ENGINES).fingerprint

    assert english.startswith("tesseract/5")
    assert "eng" in english


@installed
def test_a_missing_language_is_an_engine_error_that_says_how_to_install_it():
    recognizer = TesseractRecognizer(TextSettings(languages=["en", "tlh"]), ENGINES)

    with pytest.raises(EngineError, match="apt install tesseract-ocr-tlh"):
        recognizer.recognize([line_image("text")])


def test_a_missing_program_is_an_engine_error_that_says_how_to_install_it():
    recognizer = TesseractRecognizer(TextSettings(tesseract_program="no-such-tesseract"), ENGINES)

    with pytest.raises(EngineError, match="apt install tesseract-ocr"):
        recognizer.recognize([line_image("text")])


def test_a_program_that_is_no_tesseract_is_an_engine_error():
    recognizer = TesseractRecognizer(TextSettings(tesseract_program="true"), ENGINES)

    with pytest.raises(EngineError, match="no Tesseract"):
        recognizer.recognize([line_image("text")])


def test_nothing_to_read_starts_no_program():
    assert TesseractRecognizer(TextSettings(tesseract_program="no-such-tesseract"), ENGINES).recognize([]) == []
