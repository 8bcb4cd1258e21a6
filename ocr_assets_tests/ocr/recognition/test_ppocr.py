import csv
import os
from collections import Counter
from importlib import metadata
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from ocr import loading
from ocr.engines import Hint
from ocr.errors import EngineError
from ocr.recognition.crops import cut, reading_quads
from ocr.recognition.network import open_network
from ocr.recognition.ppocr import RECOGNIZER, PPOCRDetector, PPOCRRecognizer
from ocr.settings import EngineSettings
from ocr_assets_tests.ocr.recognition.drawing import line_image, page_image

DATA = Path(os.environ.get("OCR_EVALUATION_DATA", Path(__file__).parents[4] / "shared" / "data"))
TEXTS = ["Invoice No. 2024-0117", "Total", "Delivered to the harbour on the third of March", "1,250.00", "Page 5"]
CPU = EngineSettings(device="cpu")


@pytest.fixture(scope="module")
def recognizer():
    return PPOCRRecognizer(CPU)


@pytest.fixture(scope="module")
def detector():
    return PPOCRDetector(CPU)


def test_lines_are_read_in_the_order_they_come(recognizer):
    lines = recognizer.recognize([line_image(text) for text in TEXTS])

    assert [line.text for line in lines] == TEXTS
    assert all(0.8 < line.confidence <= 1 for line in lines)


def test_a_word_lies_where_it_was_drawn(recognizer):
    image = line_image("first second third")
    columns = np.flatnonzero(image.min(axis=(0, 2)) < 128)
    edges = np.flatnonzero(np.diff(columns) > 5)
    starts = [columns[0], *columns[edges + 1]]
    ends = [*columns[edges], columns[-1]]

    (line,) = recognizer.recognize([image])

    assert [w.text for w in line.words] == ["first", "second", "third"]
    for word, start, end in zip(line.words, starts, ends, strict=True):
        assert word.start * image.shape[1] == pytest.approx(start, abs=2)
        assert word.end * image.shape[1] == pytest.approx(end, abs=2)


def test_a_crop_says_the_same_alone_and_in_company(recognizer):
    crops = [line_image(text) for text in TEXTS * 2]

    together = recognizer.recognize(crops)

    for crop, line in zip(crops, together, strict=True):
        (alone,) = recognizer.recognize([crop])
        assert alone.text == line.text
        assert alone.confidence == pytest.approx(line.confidence, abs=0.02)


def test_grey_crops_read_like_coloured_ones(recognizer):
    crop = line_image("Grey is enough")

    grey, coloured = recognizer.recognize([crop[:, :, 0], crop])

    assert grey == coloured


@pytest.mark.parametrize("shape", [(1, 1, 3), (48, 2, 3), (2, 900, 3), (20, 9000, 3)])
def test_odd_crops_are_no_error(recognizer, shape):
    (line,) = recognizer.recognize([np.full(shape, 255, np.uint8)])

    assert line.text == " ".join(w.text for w in line.words)


def test_nothing_to_read_is_no_error(recognizer, detector):
    assert recognizer.recognize([]) == []
    assert detector.detect([]) == []


def test_lines_are_found_where_they_were_drawn(detector):
    image = page_image([(40, 30, "A first line of text"), (40, 120, "And a second")], 480, 200)

    (quads,) = detector.detect([image])

    tops = sorted(quads[:, :, 1].min(axis=1))
    assert quads.shape == (2, 4, 2)
    assert tops == pytest.approx([33, 123], abs=10)


def test_an_empty_page_has_no_lines(detector):
    (quads,) = detector.detect([np.full((300, 300, 3), 255, np.uint8)])

    assert quads.shape == (0, 4, 2)


def test_pages_of_different_sizes_are_answered_in_order():
    detector = PPOCRDetector(EngineSettings(device="cpu", detector_batch=4))
    sizes = [(480, 200), (480, 200), (600, 320), (480, 200)]
    images = [
        page_image([(40, 30 + 50 * k, "Some text") for k in range(n)], *s)
        for n, s in zip((1, 2, 3, 0), sizes, strict=True)
    ]

    assert [len(quads) for quads in detector.detect(images)] == [1, 2, 3, 0]


def test_both_runtimes_read_alike(recognizer):
    crops = [line_image(text) for text in TEXTS]
    other = PPOCRRecognizer(EngineSettings(device="cpu", runtime="onnxruntime"))

    assert [line.text for line in other.recognize(crops)] == [line.text for line in recognizer.recognize(crops)]


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_a_network_cut_to_an_alphabet_answers_as_the_whole_one_does_on_it(runtime):
    whole = EngineSettings(device="cpu", runtime=runtime)
    path = Path(str(metadata.distribution("rapidocr").locate_file(RECOGNIZER)))
    line = np.random.default_rng(0).normal(size=(2, 3, 48, 128)).astype(np.float32)
    classes = np.array([0, 5, 17, 400, 18_000, 18_709])

    kept = open_network(path, whole).run(line)[..., classes]
    cut = open_network(path, whole, lambda _: classes).run(line)

    assert cut.shape == (*kept.shape[:2], len(classes))
    # The processor may count in bfloat16.
    assert cut == pytest.approx(kept / kept.sum(axis=-1, keepdims=True), abs=0.02)


def test_languages_say_what_can_be_read():
    latin = PPOCRRecognizer(CPU, ["en", "de"])
    german = "Größe: 5 m², 12 £"
    with pymupdf.open() as document:
        page = document.new_page(width=300, height=40)
        page.insert_text((10, 30), german, fontsize=24)
        pixels = page.get_pixmap(colorspace=pymupdf.csGRAY)
    drawn = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width)

    (line,) = latin.recognize([drawn])

    assert line.text == german
    assert len(latin._characters) < 1000


def test_a_language_the_packaged_alphabet_cannot_spell_is_an_engine_error():
    with pytest.raises(EngineError, match="no Cyrillic letters"):
        PPOCRRecognizer(CPU, ["ru"]).recognize([line_image("text")])


def test_other_alphabets_have_another_fingerprint(recognizer):
    assert PPOCRRecognizer(CPU, ["de"]).fingerprint == PPOCRRecognizer(CPU, ["en", "fr"]).fingerprint
    assert PPOCRRecognizer(CPU, ["de"]).fingerprint != recognizer.fingerprint


def test_where_only_digits_stand_no_letter_is_read(recognizer):
    crops = [line_image("12.50 - 3"), line_image("Oslo IBM 47")]

    amount, mixed = recognizer.recognize(crops, Hint(characters="digits"))

    assert amount.text == "12.50 - 3"
    assert "47" in mixed.text
    assert not any(c.isalpha() for c in mixed.text)


def test_lines_of_a_block_are_found_and_read_from_the_top(recognizer):
    block = page_image([(20, 20, "first line here"), (20, 70, "second"), (250, 70, "line")], 400, 130)

    (read, nothing) = recognizer.recognize([block, np.full((80, 80, 3), 255, np.uint8)], Hint(layout="block"))

    assert read.text == "first line here second line"
    assert nothing.text == ""
    last = read.words[-1]
    assert last.start * 400 == pytest.approx(250, abs=8)


def test_weights_load_once_and_fingerprints_load_none():
    engine = PPOCRRecognizer(CPU)
    before = loading.loads().get("pp-ocr-rec", 0)
    assert engine.fingerprint.startswith("ppocr/")
    assert loading.loads().get("pp-ocr-rec", 0) == before

    for _ in range(3):
        engine.recognize([line_image("once")])

    assert loading.loads()["pp-ocr-rec"] == before + 1


def test_speed_settings_leave_the_fingerprint_as_it_is():
    faster = EngineSettings(device="auto", threads=4, recognizer_batch=32, runtime="onnxruntime")

    assert PPOCRRecognizer(faster).fingerprint == PPOCRRecognizer(CPU).fingerprint


def test_other_weights_have_another_fingerprint(tmp_path):
    weights = tmp_path / "det.onnx"
    weights.write_bytes(b"other")

    other = PPOCRDetector(EngineSettings(detector_path=str(weights)))

    assert other.fingerprint != PPOCRDetector(CPU).fingerprint


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_weights_that_are_none_are_an_engine_error(tmp_path, runtime):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no network")
    settings = EngineSettings(device="cpu", runtime=runtime)

    with pytest.raises(EngineError, match="no network"):
        open_network(broken, settings)
    with pytest.raises(EngineError, match="no weights at"):
        open_network(tmp_path / "absent.onnx", settings)


def test_cuda_without_a_gpu_is_an_engine_error_that_says_so():
    ort = pytest.importorskip("onnxruntime")
    if "CUDAExecutionProvider" in ort.get_available_providers():
        pytest.skip("there is a GPU here")

    with pytest.raises(EngineError, match="device is cuda"):
        PPOCRRecognizer(EngineSettings(device="cuda")).recognize([line_image("text")])


@pytest.mark.skipif(not (DATA / "sroie").is_dir(), reason="the SROIE receipts are not here (OCR_EVALUATION_DATA)")
def test_receipts_are_read_with_a_word_f1_above_eight_in_ten(detector, recognizer):
    found, true, common = 0, 0, 0
    for path in sorted((DATA / "sroie" / "img").glob("*.jpg"))[:2]:
        image = np.asarray(Image.open(path).convert("RGB"))
        (quads,) = detector.detect([image])
        lines = recognizer.recognize(cut(image, reading_quads(quads)))
        box = DATA / "sroie" / "box" / f"{path.stem}.csv"
        with box.open(encoding="utf-8", errors="replace", newline="") as handle:
            truth = Counter(w for row in csv.reader(handle) for w in ",".join(row[8:]).upper().split())
        read = Counter(w for line in lines for w in line.text.upper().split())
        found, true, common = found + read.total(), true + truth.total(), common + (read & truth).total()

    assert 2 * common / (found + true) > 0.8
