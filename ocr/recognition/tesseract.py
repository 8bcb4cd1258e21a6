"""Tesseract's library in this process: a crop at a time, the networks loaded once."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from ocr.engines import LINE, Hint, Image, RecognizedLine, RecognizedWord
from ocr.errors import EngineError
from ocr.loading import file_sha256, fingerprint, loading
from ocr.recognition.alphabet import DIGITS
from ocr.recognition.ctc import NOTHING
from ocr.recognition.languages import LANGUAGES
from ocr.recognition.tessdata import SUFFIX, language_files
from ocr.settings import TextSettings

log = logging.getLogger(__name__)

MODES = {"line": 7, "block": 6, "sparse": 11}
"""Tesseract's page segmentation modes."""

NETWORK = 1
"""Of its recognisers, the one that is a network."""

SECONDS_PER_CROP = 60
"""After which the library is told to give up. It looks at the clock between lines, not inside one."""

MARGIN = 10
"""Pixels of paper put around a crop: Tesseract loses characters that touch the border."""

INK, PAPER = 2, 85
"""Percentiles of a crop's levels that are made black and white. A margin lighter than the paper is read as strokes
along the crop's edge: on typescript this takes word errors from .135 to .105."""

LEAST_INK = 8
"""Levels between the darkest and the lightest pixel of a crop below which it is blank: Tesseract reads signs there."""

LEAST_CONTRAST = 32
"""Levels between ink and paper below which there is no ink, only grain that is not to be made black."""

_lock = threading.Lock()


class TesseractRecognizer:
    """Reads line crops with libtesseract, on one thread. Recognisers of one process share what they loaded."""

    name = "tesseract"

    def __init__(self, settings: TextSettings) -> None:
        self._folder = settings.tessdata
        self._languages = languages_of(settings)

    @property
    def fingerprint(self) -> str:
        """The library's version and the SHA-256 of each language's data."""
        weights = [file_sha256(file) for file in language_files(self._languages, self._folder)]
        return fingerprint("tesseract", _version(), self._languages, *weights, INK, PAPER, LEAST_CONTRAST)

    def recognize(self, crops: Sequence[Image], hint: Hint = LINE) -> list[RecognizedLine]:
        """The text of each crop with its words, left to right; `EngineError` where the library or its data is missing.

        A crop that the library cannot read has no words, and the log says so.
        """
        if not crops:
            return []
        folder = _folder_of(self._languages, self._folder)
        whitelist = "".join(sorted(DIGITS - {" "})) if hint.characters == "digits" else ""
        # The library's object reads one image at a time.
        with _lock:
            reader = _reader(folder, self._languages, MODES[hint.layout], whitelist)
            try:
                return [_read(reader, crop) for crop in crops]
            finally:
                reader.Clear()


def is_available(settings: TextSettings) -> bool:
    """Whether the library and its data for all the languages are installed."""
    try:
        _library()
        language_files(languages_of(settings), settings.tessdata)
    except EngineError:
        return False
    return True


def languages_of(settings: TextSettings) -> str:
    """As Tesseract writes them: `eng+deu`."""
    return "+".join(LANGUAGES.get(code, code) for code in settings.languages)


@cache
def _library() -> ModuleType:
    try:
        import tesserocr
    except ImportError as error:
        raise EngineError(
            f"Tesseract's library is not installed ({error}): `pip install tesserocr`, or choose another "
            "`[text] engine` and `second_engine`"
        ) from error
    tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
    return tesserocr


def _version() -> str:
    return _library().tesseract_version().split()[1]


def _folder_of(languages: str, folder: str) -> str:
    file, *_ = language_files(languages, folder)
    return str(file).removesuffix(languages.split("+")[0] + SUFFIX)


@cache
def _reader(folder: str, languages: str, mode: int, whitelist: str) -> Any:
    """The library's object with the networks of `languages` (`eng+deu`) from `folder`."""
    # 70 dpi is assumed otherwise. Its remarks would go to the terminal.
    variables = {"user_defined_dpi": "300", "debug_file": os.devnull}
    if whitelist:
        variables["tessedit_char_whitelist"] = whitelist
    library = _library()
    with loading("tesseract"):
        try:
            reader = library.PyTessBaseAPI(folder, languages, psm=mode, oem=NETWORK, variables=variables)
        except RuntimeError as error:
            raise EngineError(_damaged(folder, languages)) from error
    # Of several languages, one that cannot be loaded is left out without a word.
    lost = set(languages.split("+")) - set(reader.GetLoadedLanguages())
    if lost:
        raise EngineError(_damaged(folder, "+".join(sorted(lost))))
    return reader


def _damaged(folder: str, languages: str) -> str:
    return f"Tesseract cannot load {languages} from {folder}: its data is damaged or of another version, reinstall it"


def _read(reader: Any, crop: Image) -> RecognizedLine:
    if np.ptp(crop) < LEAST_INK:
        return NOTHING
    height, width = crop.shape[:2]
    prepared = _prepared(crop)
    rows, columns = prepared.shape
    try:
        reader.SetImageBytes(prepared.tobytes(), columns, rows, 1, columns)
        if not reader.Recognize(SECONDS_PER_CROP * 1000):
            raise RuntimeError("refused, or out of time")
        return _line(list(_words(reader.GetIterator(), width)))
    except RuntimeError as error:
        log.warning("tesseract could not read a crop of %d x %d pixels: %s", width, height, error)
        return NOTHING


def _prepared(crop: Image) -> Image:
    """The crop in grey, its paper white and its ink black, with a margin of paper."""
    import cv2

    grey = crop if crop.ndim == 2 else cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    ink, paper = np.percentile(grey, (INK, PAPER))
    levels = 255 - (paper - np.arange(256)) * (255 / max(LEAST_CONTRAST, paper - ink))
    return np.pad(cv2.LUT(grey, levels.clip(0, 255).astype(np.uint8)), MARGIN, constant_values=255)


def _words(found: Any, width: int) -> Iterator[RecognizedWord]:
    """The words of what was recognised in a crop of `width` pixels; None where there was nothing."""
    if found is None:
        return
    library = _library()
    level = library.RIL.WORD
    for word in library.iterate_level(found, level):
        if word.Empty(level):
            continue
        text = word.GetUTF8Text(level).strip()
        if text:
            left, _, right, _ = word.BoundingBox(level)
            confidence = min(1.0, max(0.0, word.Confidence(level) / 100))
            start, end = _fraction(left - MARGIN, width), _fraction(right - MARGIN, width)
            yield RecognizedWord(text, confidence, start, end, confidence)


def _line(words: Sequence[RecognizedWord]) -> RecognizedLine:
    if not words:
        return NOTHING
    letters = sum(len(w.text) for w in words)
    confidence = sum(w.confidence * len(w.text) for w in words) / letters
    return RecognizedLine(" ".join(w.text for w in words), confidence, tuple(words))


def _fraction(x: int, width: int) -> float:
    return min(1.0, max(0.0, x / width))
