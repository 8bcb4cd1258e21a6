"""EasyOCR's recognisers (CRNN), with weights the user brings: nothing is downloaded.

EasyOCR tells a line's text and confidence, not where its characters are: words share the line's confidence and its
width in proportion to their letters.
"""

from __future__ import annotations

import runpy
from collections.abc import Sequence
from functools import cache, cached_property
from importlib import util
from pathlib import Path
from typing import Any

from ocr.engines import LINE, Hint, Image, RecognizedLine, RecognizedWord
from ocr.errors import EngineError
from ocr.loading import file_sha256, fingerprint, loading, version
from ocr.recognition.alphabet import DIGITS
from ocr.recognition.ctc import NOTHING
from ocr.settings import EngineSettings, TextSettings

OWN_MODELS = {
    "th": "thai_g1",
    "ch_tra": "zh_tra_g1",
    "ch_sim": "zh_sim_g2",
    "ja": "japanese_g2",
    "ko": "korean_g2",
    "ta": "tamil_g1",
    "te": "telugu_g2",
    "kn": "kannada_g2",
}
"""Languages with a model of their own; it reads English too."""

SHARED_MODELS = {
    "bengali": "bengali_g1",
    "arabic": "arabic_g1",
    "devanagari": "devanagari_g1",
    "cyrillic": "cyrillic_g2",
}
"""Models of a script."""


class EasyOcrRecognizer:
    """Reads line crops with EasyOCR."""

    name = "easyocr"

    def __init__(self, settings: TextSettings, engines: EngineSettings) -> None:
        self._settings = settings
        self._engines = engines

    @property
    def fingerprint(self) -> str:
        languages = "+".join(self._settings.languages)
        return fingerprint("easyocr", version("easyocr"), languages, file_sha256(self._weights))

    def recognize(self, crops: Sequence[Image], hint: Hint = LINE) -> list[RecognizedLine]:
        """The text of each crop, which is one line whatever `hint.layout` says.

        `EngineError` when the weights are absent or the device is.
        """
        allowed = "".join(sorted(DIGITS)) if hint.characters == "digits" else None
        return [self._read(crop, allowed) for crop in crops]

    def _read(self, crop: Image, allowed: str | None) -> RecognizedLine:
        answers = self._reader.recognize(_grey(crop), allowlist=allowed, reformat=False)
        if not answers:
            return NOTHING
        _, text, confidence = answers[0]
        return _line(text, float(confidence))

    @property
    def _weights(self) -> Path:
        model = _models()[_model_name(self._settings.languages)]
        folder = Path(self._settings.easyocr_models or _config()["MODULE_PATH"] + "/model").expanduser()
        weights = folder / model["filename"]
        if not weights.is_file():
            raise EngineError(
                f"no EasyOCR weights at {weights}: unpack {model['url']} there, "
                "or set `[text] easyocr_models` to their folder"
            )
        return weights

    @cached_property
    def _reader(self) -> Any:
        weights, device = self._weights, self._device
        import easyocr
        import torch

        if device == "cpu":
            torch.set_num_threads(self._engines.threads)
        with loading("easyocr"):
            try:
                return easyocr.Reader(
                    self._settings.languages,
                    gpu=False if device == "cpu" else device,
                    model_storage_directory=str(weights.parent),
                    recog_network=_model_name(self._settings.languages),
                    download_enabled=False,
                    detector=False,
                    verbose=False,
                )
            except FileNotFoundError as error:
                raise EngineError(f"EasyOCR cannot load {weights}: {error}") from error

    @property
    def _device(self) -> str:
        import torch

        if self._engines.device == "cpu" or (self._engines.device == "auto" and not torch.cuda.is_available()):
            return "cpu"
        if not torch.cuda.is_available():
            raise EngineError('device is cuda, but PyTorch finds no GPU here: set `[engines] device = "auto"`')
        return "cuda"


def _grey(crop: Image) -> Image:
    import cv2

    return crop if crop.ndim == 2 else cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)


def _line(text: str, confidence: float) -> RecognizedLine:
    words = []
    place = 0
    for word in text.split():
        place = text.index(word, place)
        words.append(RecognizedWord(word, confidence, place / len(text), (place + len(word)) / len(text), confidence))
        place += len(word)
    return RecognizedLine(" ".join(w.text for w in words), confidence, tuple(words)) if words else NOTHING


@cache
def _config() -> dict[str, Any]:
    """EasyOCR's table of models, read without importing EasyOCR, which takes seconds."""
    spec = util.find_spec("easyocr")
    if spec is None or spec.origin is None:
        raise EngineError("easyocr is not installed: `uv sync`")
    return runpy.run_path(str(Path(spec.origin).with_name("config.py")))


def _models() -> dict[str, dict[str, Any]]:
    return {**_config()["recognition_models"]["gen1"], **_config()["recognition_models"]["gen2"]}


def _model_name(languages: Sequence[str]) -> str:
    """The model EasyOCR's `Reader` would choose for these languages."""
    unknown = sorted(set(languages) - set(_config()["all_lang_list"]))
    if unknown:
        raise EngineError(f"EasyOCR does not know the languages {', '.join(unknown)}: change `[text] languages`")
    if list(languages) == ["en"]:
        return "english_g2"
    for language, model in OWN_MODELS.items():
        if language in languages:
            return model
    for script, model in SHARED_MODELS.items():
        if set(languages) & set(_config()[f"{script}_lang_list"]):
            return model
    return "latin_g2"
