import hashlib
from collections import OrderedDict

import pytest

from ocr import loading
from ocr.errors import EngineError
from ocr.recognition.easy import EasyOcrRecognizer
from ocr.settings import EngineSettings, TextSettings
from ocr_assets_tests.ocr.recognition.drawing import line_image

CPU = EngineSettings(device="cpu")


@pytest.fixture
def untrained(tmp_path):
    return write_weights(tmp_path)


def write_weights(folder):
    """Settings with a folder of weights of EasyOCR's English model as it is built, with random values."""
    import easyocr.config
    import torch
    from easyocr.model.vgg_model import Model

    model = easyocr.config.recognition_models["gen2"]["english_g2"]
    torch.manual_seed(0)
    network = Model(input_channel=1, output_channel=256, hidden_size=256, num_class=len(model["characters"]) + 1)
    weights = folder / model["filename"]
    torch.save(OrderedDict((f"module.{name}", value) for name, value in network.state_dict().items()), weights)
    model["md5sum"] = hashlib.md5(weights.read_bytes()).hexdigest()
    return TextSettings(languages=["en"], easyocr_models=str(folder))


def test_easyocr_loads_weights_once_and_reads_crops_with_them(untrained):
    recognizer = EasyOcrRecognizer(untrained, CPU)
    before = loading.loads().get("easyocr", 0)

    lines = recognizer.recognize([line_image("one"), line_image("two three")])
    lines += recognizer.recognize([line_image("four")])

    assert loading.loads()["easyocr"] == before + 1
    assert len(lines) == 3
    for line in lines:
        assert line.text == " ".join(w.text for w in line.words)
        assert 0 <= line.confidence <= 1
        assert all(0 <= w.start < w.end <= 1 for w in line.words)


def test_the_fingerprint_holds_the_weights(untrained, tmp_path):
    sha256 = hashlib.sha256((tmp_path / "english_g2.pth").read_bytes()).hexdigest()

    assert sha256[:12] in EasyOcrRecognizer(untrained, CPU).fingerprint


@pytest.mark.parametrize(
    ("languages", "file"),
    [
        (["en"], "english_g2.pth"),
        (["en", "de"], "latin_g2.pth"),
        (["ru", "en"], "cyrillic_g2.pth"),
        (["ja"], "japanese_g2.pth"),
    ],
)
def test_absent_weights_are_an_engine_error_that_says_where_they_go(tmp_path, languages, file):
    recognizer = EasyOcrRecognizer(TextSettings(languages=languages, easyocr_models=str(tmp_path)), CPU)

    with pytest.raises(EngineError, match=f"{tmp_path}/{file}: unpack https://"):
        recognizer.recognize([line_image("text")])


def test_an_unknown_language_is_an_engine_error(tmp_path):
    recognizer = EasyOcrRecognizer(TextSettings(languages=["tlh"], easyocr_models=str(tmp_path)), CPU)

    with pytest.raises(EngineError, match="tlh"):
        recognizer.recognize([line_image("text")])


def test_damaged_weights_are_an_engine_error(tmp_path):
    (tmp_path / "english_g2.pth").write_bytes(b"cut short")
    recognizer = EasyOcrRecognizer(TextSettings(languages=["en"], easyocr_models=str(tmp_path)), CPU)

    with pytest.raises(EngineError, match="MD5"):
        recognizer.recognize([line_image("text")])
