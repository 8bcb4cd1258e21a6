"""What each part of reading a line is worth: the same crops read with one part after the other, then as it is not done.

The parts are switched off from outside; reading itself has no such switches.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.reading import plots
from benchmarks.reading.crops import CutPage, cut_pages
from ocr.engines import Image, RecognizedLine, RecognizedWord
from ocr.evaluation.bootstrap import bootstrap_ratio
from ocr.evaluation.text import compare
from ocr.recognition import ctc, ppocr
from ocr.recognition.crops import cut
from ocr.settings import EngineSettings, TextSettings

LANGUAGES = TextSettings().languages
LEAST = TextSettings().min_line_confidence
CPU = EngineSettings(device="cpu")
CLOSING = frozenset(";:,.?!)")
DOUBTFUL = 0.95
"""Confidence below which a line is read a second time, for the trial of that."""

THIRD = 3
"""Of the receipts one in so many is read, which is enough for differences and keeps the run short."""

Read = Callable[[CutPage], list[RecognizedLine]]


def measure() -> dict[str, Any]:
    receipts = iter(range(len(cut_pages())))
    pages = [page for page in cut_pages() if page.set != "receipts" or next(receipts) % THIRD == 0]
    sets = {name: sum(page.set == name for page in pages) for name in dict.fromkeys(page.set for page in pages)}
    return {"sets": sets, "ways": {name: _score(pages, *way) for name, way in _ways().items()}}


def _ways() -> dict[str, tuple[Read, list[Any]]]:
    """Each way of reading, and what is replaced in the reader for it."""
    pixels = mock.patch.object(ppocr, "_line_image", _picked_pixels)
    threshold = mock.patch.object(ctc, "breaks", _threshold)
    letters = mock.patch.object(ctc, "settled", lambda word: word)
    every, latin = ppocr.PPOCRRecognizer(CPU), ppocr.PPOCRRecognizer(CPU, LANGUAGES)
    return {
        "RapidOCR's own recogniser": (_rapidocr(), []),
        "ours, no lever": (lambda page: every.recognize(page.crops), [pixels, threshold, letters]),
        "+ crops shrunk by area": (lambda page: every.recognize(page.crops), [threshold, letters]),
        "+ alphabet of the languages": (lambda page: latin.recognize(page.crops), [threshold, letters]),
        "+ breaks by white and ink": (lambda page: latin.recognize(page.crops), [letters]),
        "+ look-alikes (as it is)": (lambda page: latin.recognize(page.crops), []),
        "tried: wider crops": (lambda page: latin.recognize(_wider(page)), []),
        "tried: doubtful lines again": (lambda page: _twice(latin, page), []),
    }


def _score(pages: list[CutPage], read: Read, patches: list[Any]) -> dict[str, Any]:
    read(pages[0])
    found: dict[str, list[tuple[Any, float]]] = {}
    with ExitStack() as stack:
        for patch in patches:
            stack.enter_context(patch)
        for page in pages:
            started = time.process_time()
            lines = read(page)
            seconds = time.process_time() - started
            found.setdefault(page.set, []).append((compare(page.wording, page.text(lines, LEAST)), seconds))
    return {name: _figures(rows) for name, rows in found.items()}


def _figures(rows: list[tuple[Any, float]]) -> dict[str, Any]:
    scores = [score for score, _ in rows]
    edits = bootstrap_ratio([s.characters.edits for s in scores], [s.characters.length for s in scores])
    words = bootstrap_ratio([2 * s.bag.matched for s in scores], [s.bag.truth + s.bag.read for s in scores])
    return {
        "CER": [edits.value, edits.low, edits.high],
        "word F1": [words.value, words.low, words.high],
        "seconds": sum(seconds for _, seconds in rows) / len(rows),
    }


def _picked_pixels(crop: Image) -> Image:
    import cv2

    return cv2.resize(crop, (ppocr._crop_width(crop), ppocr.CROP_HEIGHT))


def _threshold(characters: Sequence[str], spaces: np.ndarray, *_: object) -> np.ndarray:
    """Breaks by the network's probability alone: likeliest, or half seen and not before closing punctuation."""
    closing = np.array([c in CLOSING for c in characters[1:]], bool)
    return (spaces > 0.5) | ((spaces > 0.15) & ~closing)


def _wider(page: CutPage) -> list[Image]:
    """Crops with a tenth of the line's height more at both ends, a twentieth above and below."""
    along = page.quads[:, 1] - page.quads[:, 0]
    down = page.quads[:, 3] - page.quads[:, 0]
    height = np.linalg.norm(down, axis=1, keepdims=True)
    aside = 0.1 * height * along / np.maximum(1e-6, np.linalg.norm(along, axis=1, keepdims=True))
    apart = 0.05 * down
    grown = np.stack([-aside - apart, aside - apart, aside + apart, -aside + apart], axis=1)
    return cut(page.image, page.quads + grown)


def _twice(recognizer: ppocr.PPOCRRecognizer, page: CutPage) -> list[RecognizedLine]:
    """Lines read with little confidence again from wider crops; the more confident reading counts."""
    lines = recognizer.recognize(page.crops)
    doubtful = [i for i, line in enumerate(lines) if line.confidence < DOUBTFUL]
    wider = _wider(page)
    again = recognizer.recognize([wider[i] for i in doubtful])
    for i, line in zip(doubtful, again, strict=True):
        lines[i] = max(lines[i], line, key=lambda one: one.confidence)
    return lines


def _rapidocr() -> Read:
    """The peer: the same weights as RapidOCR runs them, on the same crops."""
    import logging

    from rapidocr import RapidOCR
    from rapidocr.ch_ppocr_rec.typings import TextRecOutput

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    engine = RapidOCR()

    def read(page: CutPage) -> list[RecognizedLine]:
        lines = []
        for crop in page.crops:
            bgr = np.stack([crop] * 3, axis=-1) if crop.ndim == 2 else crop[:, :, ::-1]
            result = engine(np.ascontiguousarray(bgr), use_det=False, use_cls=False, use_rec=True)
            assert isinstance(result, TextRecOutput)
            text = (result.txts or ("",))[0]
            score = float((result.scores or (0.0,))[0])
            lines.append(RecognizedLine(text, score, (RecognizedWord(text, score, 0.0, 1.0, score),)))
        return lines

    return read


def report(figures: dict[str, Any], plots_folder: Path) -> list[str]:
    sets, ways = figures["sets"], figures["ways"]
    lines = [
        "## Reading a line",
        "",
        "The same line crops, in the same order, read with one part of the recogniser after the other. Pages: "
        + ", ".join(f"{name} {count}" for name, count in sets.items())
        + ". The breaks' weights were fitted on these pages (see `ocr/recognition/spaces.py`), so expect a "
        "little less of them on others.",
        "",
    ]
    for measure_name in ("word F1", "CER"):
        lines += [f"{measure_name}:", "", *_table(list(sets), ways, measure_name), ""]
    lines += ["Processor seconds a page, recognition alone:", ""]
    lines += _rows(list(sets), ways, lambda found: f"{found['seconds']:.2f}")
    plots.grouped(
        plots_folder / "levers.png",
        list(sets),
        {name: [1 - found[s]["word F1"][0] for s in sets] for name, found in ways.items()},
        "1 - word F1",
    )
    return [
        *lines,
        "",
        "A second reading of doubtful lines, from wider crops, keeps the more confident answer: the same network errs "
        "the same way, so it is not done.",
        "",
        "![What each lever is worth](reading/levers.png)",
    ]


def _table(sets: list[str], ways: dict[str, Any], measure_name: str) -> list[str]:
    def cell(found: dict[str, Any]) -> str:
        value, low, high = found[measure_name]
        digits = 3 if math.isclose(high, 1, abs_tol=0.2) else 4
        return f"{value:.4f} ({low:.{digits}f}–{high:.{digits}f})"

    return _rows(sets, ways, cell)


def _rows(sets: list[str], ways: dict[str, Any], cell: Callable[[dict[str, Any]], str]) -> list[str]:
    return [
        "| way | " + " | ".join(sets) + " |",
        "|" + " --- |" * (len(sets) + 1),
        *(f"| {name} | " + " | ".join(cell(found[s]) for s in sets) + " |" for name, found in ways.items()),
    ]
