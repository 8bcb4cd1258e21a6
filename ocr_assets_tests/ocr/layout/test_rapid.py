import threading
from pathlib import Path

import numpy as np
import pymupdf
import pytest

from ocr import loading
from ocr.errors import EngineError
from ocr.layout.rapid import RapidLayoutDetector
from ocr.settings import EngineSettings, RegionsSettings

SENTENCE = "The quick brown fox jumps over the lazy dog and reads what is written on every page of it. "


@pytest.fixture(scope="module")
def page() -> np.ndarray:
    """A page with a heading over two columns of text, 120 dpi, RGB."""
    source = pymupdf.open().new_page(width=595, height=842)
    source.insert_text((60, 80), "On the Reading of Documents", fontsize=20, fontname="hebo")
    for left in (60, 310):
        source.insert_textbox((left, 120, left + 225, 780), SENTENCE * 22, fontsize=10, fontname="tiro", align=3)
    pixels = source.get_pixmap(dpi=120)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.h, pixels.w, 3).copy()


@pytest.fixture(scope="module")
def detector() -> RapidLayoutDetector:
    return RapidLayoutDetector(RegionsSettings(), EngineSettings())


def test_two_columns_of_text_are_found_where_they_are(detector: RapidLayoutDetector, page: np.ndarray) -> None:
    (boxes,) = detector.detect([page])
    columns = sorted((b.x0, b.x1) for b in boxes if b.kind == "text" and b.y1 - b.y0 > 300)
    scale = 120 / 72
    assert np.allclose(columns, [(60 * scale, 285 * scale), (310 * scale, 535 * scale)], atol=12)


def test_a_grey_image_gives_the_boxes_of_the_same_image_in_colour(
    detector: RapidLayoutDetector, page: np.ndarray
) -> None:
    grey = page[:, :, 0].copy()
    in_grey, in_colour = detector.detect([grey, np.dstack([grey] * 3)])
    assert in_grey
    assert in_grey == in_colour


def test_no_images_give_no_answers_and_a_blank_one_an_empty_answer(detector: RapidLayoutDetector) -> None:
    assert detector.detect([]) == []
    assert detector.detect([np.full((300, 200), 255, np.uint8)]) == [[]]


def test_weights_load_once_for_all_detectors_of_a_process(detector: RapidLayoutDetector, page: np.ndarray) -> None:
    detector.detect([page])
    before = loading.loads()["rapid-layout"]
    RapidLayoutDetector(RegionsSettings(min_score=0.4), EngineSettings()).detect([page])
    assert loading.loads()["rapid-layout"] == before


def test_both_runtimes_give_the_same_boxes(detector: RapidLayoutDetector, page: np.ndarray) -> None:
    other = RapidLayoutDetector(RegionsSettings(), EngineSettings(runtime="onnxruntime"))
    ours, theirs = detector.detect([page])[0], other.detect([page])[0]
    assert [b.kind for b in ours] == [b.kind for b in theirs]
    assert np.allclose([(b.x0, b.y0, b.x1, b.y1) for b in ours], [(b.x0, b.y0, b.x1, b.y1) for b in theirs], atol=0.1)


def test_threads_may_share_a_detector(detector: RapidLayoutDetector, page: np.ndarray) -> None:
    expected = detector.detect([page])
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(detector.detect([page]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 4


def test_the_fingerprint_names_the_weights_and_what_changes_answers_and_loads_nothing() -> None:
    before = loading.loads()
    plain = RapidLayoutDetector(RegionsSettings(), EngineSettings()).fingerprint
    assert plain == RapidLayoutDetector(RegionsSettings(), EngineSettings(threads=2)).fingerprint
    assert plain != RapidLayoutDetector(RegionsSettings(min_score=0.6), EngineSettings()).fingerprint
    assert "25b1f27ec56a" in plain
    assert loading.loads() == before


def test_absent_weights_are_an_error_that_names_the_setting(tmp_path: Path) -> None:
    detector = RapidLayoutDetector(RegionsSettings(layout_path=str(tmp_path)), EngineSettings())
    with pytest.raises(EngineError, match="layout_path"):
        detector.load()
    with pytest.raises(EngineError, match="layout_path"):
        _ = detector.fingerprint
