"""Tesseract, run as a program: many crops in one process, one thread, words from its TSV output."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from ocr.engines import LINE, Hint, Image, RecognizedLine, RecognizedWord
from ocr.errors import EngineError
from ocr.loading import file_sha256, fingerprint
from ocr.recognition.alphabet import DIGITS
from ocr.recognition.ctc import NOTHING
from ocr.recognition.languages import LANGUAGES
from ocr.settings import EngineSettings, TextSettings

MODES = {"line": "7", "block": "6", "sparse": "11"}
"""Tesseract's page segmentation modes."""

OLDEST = 5
"""First major version that says where its languages' data lie."""

SECONDS_PER_CROP = 5.0
START_SECONDS = 60.0

MARGIN = 10
"""Pixels of paper put around a crop: Tesseract loses characters that touch the border."""

INK, PAPER = 2, 85
"""Percentiles of a crop's levels that are made black and white. A margin lighter than the paper is read as strokes
along the crop's edge: on typescript this takes word errors from .135 to .105."""

LEAST_INK = 8
"""Levels between the darkest and the lightest pixel of a crop below which it is blank: Tesseract reads signs there."""

LEAST_CONTRAST = 32
"""Levels between ink and paper below which there is no ink, only grain that is not to be made black."""


class TesseractRecognizer:
    """Reads line crops with the `tesseract` program."""

    name = "tesseract"

    def __init__(self, settings: TextSettings, engines: EngineSettings) -> None:
        self._settings = settings
        self._languages = languages_of(settings)
        self._threads = engines.threads

    @property
    def fingerprint(self) -> str:
        """The program's version and the SHA-256 of each language's data."""
        program = _program(self._settings.tesseract_program)
        data = _language_data(program, self._languages)
        weights = [file_sha256(file) for file in data]
        return fingerprint("tesseract", _version(program), self._languages, *weights, INK, PAPER, LEAST_CONTRAST)

    def recognize(self, crops: Sequence[Image], hint: Hint = LINE) -> list[RecognizedLine]:
        """The text of each crop with its words, left to right; `EngineError` when the program cannot do it."""
        printed = [number for number, crop in enumerate(crops) if np.ptp(crop) >= LEAST_INK]
        if not printed:
            return [NOTHING] * len(crops)
        program = _program(self._settings.tesseract_program)
        _language_data(program, self._languages)
        with tempfile.TemporaryDirectory(prefix="tesseract-") as folder:
            listing = _write_list(Path(folder), [crops[number] for number in printed])
            output = _run(program, self._languages, listing, len(printed), self._threads, hint)
        found = _words(output)
        lines = {number: _line(found.get(page, []), crops[number].shape[1]) for page, number in enumerate(printed, 1)}
        return [lines.get(number, NOTHING) for number in range(len(crops))]


def is_available(settings: TextSettings) -> bool:
    """Whether the program and its data for all the languages are installed."""
    try:
        _language_data(_program(settings.tesseract_program), languages_of(settings))
    except EngineError:
        return False
    return True


def languages_of(settings: TextSettings) -> str:
    """As Tesseract writes them: `eng+deu`."""
    return "+".join(LANGUAGES.get(code, code) for code in settings.languages)


def _write_list(folder: Path, crops: Sequence[Image]) -> Path:
    """Write the crops as images and the file that lists them; Tesseract numbers them as pages, from 1."""
    import cv2

    names = []
    for number, crop in enumerate(crops):
        name = folder / f"{number:06}.pgm"
        cv2.imwrite(str(name), _prepared(crop))
        names.append(str(name))
    listing = folder / "crops.txt"
    listing.write_text("\n".join(names) + "\n", encoding="utf-8")
    return listing


def _prepared(crop: Image) -> Image:
    """The crop in grey, its paper white and its ink black, with a margin of paper."""
    import cv2

    grey = crop if crop.ndim == 2 else cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    ink, paper = np.percentile(grey, (INK, PAPER))
    levels = 255 - (paper - np.arange(256)) * (255 / max(LEAST_CONTRAST, paper - ink))
    return np.pad(cv2.LUT(grey, levels.clip(0, 255).astype(np.uint8)), MARGIN, constant_values=255)


def _run(program: str, languages: str, listing: Path, count: int, threads: int, hint: Hint) -> str:
    # The LSTM recogniser (1); 70 dpi is assumed otherwise and warned about for every crop.
    command = [program, str(listing), "-", "--psm", MODES[hint.layout], "--oem", "1", "--dpi", "300", "-l", languages]
    if hint.characters == "digits":
        command += ["-c", "tessedit_char_whitelist=" + "".join(sorted(DIGITS - {" "}))]
    command.append("tsv")
    environment = os.environ | {"OMP_THREAD_LIMIT": str(threads)}
    timeout = START_SECONDS + SECONDS_PER_CROP * count
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"tesseract did not read {count} lines within {timeout:.0f} s") from error
    if done.returncode != 0:
        raise EngineError(f"tesseract failed ({done.returncode}): {done.stderr.strip()[-500:]}")
    return done.stdout


def _words(output: str) -> dict[int, list[dict[str, str]]]:
    """The rows that hold a word, by page."""
    pages: dict[int, list[dict[str, str]]] = defaultdict(list)
    for row in csv.DictReader(output.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == "5" and row["text"].strip():
            pages[int(row["page_num"])].append(row)
    return pages


def _line(rows: Sequence[dict[str, str]], width: int) -> RecognizedLine:
    if not rows:
        return NOTHING
    words = tuple(_word(row, width) for row in rows)
    letters = sum(len(w.text) for w in words)
    confidence = sum(w.confidence * len(w.text) for w in words) / letters
    return RecognizedLine(" ".join(w.text for w in words), confidence, words)


def _word(row: dict[str, str], width: int) -> RecognizedWord:
    left = int(row["left"]) - MARGIN
    right = left + int(row["width"])
    confidence = min(1.0, max(0.0, float(row["conf"]) / 100))
    return RecognizedWord(row["text"].strip(), confidence, _fraction(left, width), _fraction(right, width), confidence)


def _fraction(x: int, width: int) -> float:
    return min(1.0, max(0.0, x / width))


@cache
def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise EngineError(
            f"no program {name!r}: install it (Debian: `apt install tesseract-ocr`; macOS: `brew install tesseract`) "
            "or set `[text] tesseract_program` to its path"
        )
    return found


@cache
def _version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, encoding="utf-8", timeout=START_SECONDS)
    match = re.search(r"tesseract v?(\d+)(\.[\w.-]+)?", said.stdout + said.stderr)
    if match is None or int(match[1]) < OLDEST:
        raise EngineError(f"{program} is no Tesseract {OLDEST} or later: install a newer one")
    return match[0].removeprefix("tesseract ")


@cache
def _language_data(program: str, languages: str) -> tuple[Path, ...]:
    """The trained data of `languages` (`eng+deu`), in that order."""
    _version(program)
    said = subprocess.run([program, "--list-langs"], capture_output=True, encoding="utf-8", timeout=START_SECONDS)
    heading, *known = (said.stdout or said.stderr).splitlines() or [""]
    wanted = languages.split("+")
    missing = [code for code in wanted if code not in known]
    if missing:
        packages = " ".join(f"tesseract-ocr-{code.replace('_', '-')}" for code in missing)
        raise EngineError(
            f"tesseract has no data for {', '.join(missing)}: install it (Debian: `apt install {packages}`) "
            "or change `[text] languages`"
        )
    folder = Path(heading.partition('"')[2].rpartition('"')[0])
    return tuple(folder / f"{code}.traineddata" for code in wanted)
