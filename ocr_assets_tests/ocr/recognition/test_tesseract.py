import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from ocr import loading
from ocr.errors import EngineError
from ocr.recognition import tesseract
from ocr.recognition.tesseract import TesseractRecognizer, is_available
from ocr.settings import TextSettings
from ocr_assets_tests.ocr.recognition.drawing import ENGLISH, line_image

installed = pytest.mark.skipif(not is_available(ENGLISH), reason="tesseract's library or its data is not installed")
TEXTS = ["The first line", "and the second", "Total 12.50", "last of all"]


@pytest.fixture
def without_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    tesseract._library.cache_clear()
    yield
    tesseract._library.cache_clear()


@installed
def test_many_lines_are_read_in_order():
    lines = TesseractRecognizer(ENGLISH).recognize([line_image(text) for text in TEXTS])

    assert [line.text for line in lines] == TEXTS


@installed
def test_recognisers_of_one_process_load_the_data_once():
    TesseractRecognizer(ENGLISH).recognize([line_image("first")])
    before = loading.loads()["tesseract"]

    TesseractRecognizer(ENGLISH).recognize([line_image("again")])

    assert loading.loads()["tesseract"] == before


@installed
def test_a_line_reads_the_same_whatever_was_read_before():
    crops = [line_image(text) for text in TEXTS]
    recognizer = TesseractRecognizer(ENGLISH)

    assert recognizer.recognize(crops) == recognizer.recognize(crops[::-1])[::-1]


@installed
def test_threads_read_their_own_lines():
    recognizer = TesseractRecognizer(ENGLISH)
    read = {}

    def work(text):
        read[text] = [line.text for line in recognizer.recognize([line_image(text)] * 3)]

    threads = [threading.Thread(target=work, args=(text,)) for text in TEXTS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert read == {text: [text] * 3 for text in TEXTS}


@installed
def test_one_thread_does_all_the_work():
    recognizer = TesseractRecognizer(ENGLISH)
    crops = [line_image(" ".join(TEXTS))] * 10
    recognizer.recognize(crops[:1])
    process, thread = time.process_time(), time.thread_time()

    recognizer.recognize(crops)

    assert time.process_time() - process <= 1.2 * (time.thread_time() - thread) + 0.05


@installed
def test_words_have_confidences_and_places():
    image = line_image("left middle right")

    (line,) = TesseractRecognizer(ENGLISH).recognize([image])

    edges = [edge for w in line.words for edge in (w.start, w.end)]
    assert [w.text for w in line.words] == ["left", "middle", "right"]
    assert edges == sorted(edges) and 0 <= edges[0] < 0.1 and 0.9 < edges[-1] <= 1
    assert all(0.5 < w.confidence <= 1 for w in line.words)


@installed
def test_a_blank_crop_between_others_keeps_their_places():
    blank = np.full((40, 200, 3), 255, np.uint8)

    lines = TesseractRecognizer(ENGLISH).recognize([line_image("before"), blank, line_image("after")])

    assert len(lines) == 3
    assert (lines[0].text, lines[2].text) == ("before", "after")


@installed
@pytest.mark.parametrize("shape", [(1, 1), (1, 2000), (300, 1), (2, 2), (40, 33_000)])
def test_a_crop_of_an_odd_shape_ends_nothing(shape):
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)

    lines = TesseractRecognizer(ENGLISH).recognize([noise, line_image("after")])

    assert len(lines) == 2 and lines[1].text == "after"


@installed
def test_a_crop_the_library_refuses_has_no_words_and_is_told_of(caplog):
    noise = np.random.default_rng(0).integers(0, 256, (10, 33_000), dtype=np.uint8)

    (line,) = TesseractRecognizer(ENGLISH).recognize([noise])

    assert line.words == ()
    assert "33000 x 10" in caplog.text


@installed
def test_the_fingerprint_tells_languages_apart_and_names_the_version():
    english = TesseractRecognizer(ENGLISH).fingerprint

    assert english.startswith("tesseract/5")
    assert "eng" in english


@installed
def test_damaged_data_is_an_engine_error(tmp_path):
    (tmp_path / "eng.traineddata").write_bytes(b"no data")

    with pytest.raises(EngineError, match="damaged"):
        TesseractRecognizer(TextSettings(languages=["en"], tessdata=str(tmp_path))).recognize([line_image("text")])


@installed
def test_one_damaged_language_among_others_is_an_engine_error(tmp_path):
    recognizer = TesseractRecognizer(ENGLISH)
    recognizer.recognize([line_image("text")])
    (english,) = tesseract.language_files("eng")
    (tmp_path / "eng.traineddata").write_bytes(english.read_bytes())
    (tmp_path / "deu.traineddata").write_bytes(b"no data")

    with pytest.raises(EngineError, match="cannot load deu"):
        TesseractRecognizer(TextSettings(languages=["en", "de"], tessdata=str(tmp_path))).recognize(
            [line_image("text")]
        )


def test_a_missing_library_is_an_engine_error_that_says_how_to_install_it(without_library, tmp_path):
    (tmp_path / "eng.traineddata").touch()
    settings = TextSettings(languages=["en"], tessdata=str(tmp_path))

    assert not is_available(settings)
    with pytest.raises(EngineError, match="pip install tesserocr"):
        TesseractRecognizer(settings).recognize([line_image("text")])


def test_nothing_to_read_loads_nothing(tmp_path: Path):
    assert TesseractRecognizer(TextSettings(tessdata=str(tmp_path))).recognize([]) == []
