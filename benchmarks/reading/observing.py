"""What the engines read on pages whose text is known, line by line: the ground that voting and calibration stand on.

Kept in the temporary folder under the engines' fingerprints, so that both parts and the fit observe once.
"""

from __future__ import annotations

import hashlib
import pickle
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import evaluation_data
from ocr.assembly import Engines
from ocr.documents import Page
from ocr.engines import Image, RecognizedLine
from ocr.evaluation.text import normalise
from ocr.recognition.fitting import KnownLine, truth_of
from ocr.settings import ReadingSettings

NAMES = ("ppocr", "tesseract")
GENERATED = 36


@dataclass(frozen=True, slots=True)
class Observed:
    """A page's line crops as both engines read them; `seconds` of the detector and of each engine over all lines."""

    set: str
    name: str
    truth: str
    caseless: bool
    page: Page
    crops: list[Image]
    lines: list[KnownLine]
    seconds: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Source:
    set: str
    name: str
    data: bytes
    truth: str
    boxes: list[tuple[float, float, float, str]]


def observe() -> list[Observed]:
    """All pages of all sets; `generated` are drawn documents, each with one of the degradations."""
    engines = Engines(ReadingSettings())
    if engines.second is None:
        raise SystemExit("voting needs tesseract with English and German")
    prints = (engines.detector.fingerprint, engines.recognizer.fingerprint, engines.second.fingerprint)
    folder = Path(tempfile.gettempdir()) / f"ocr-observed-{hashlib.sha256(repr(prints).encode()).hexdigest()[:12]}"
    folder.mkdir(exist_ok=True)
    return [_kept(folder / f"{source.set}-{source.name}.pickle", source, engines) for source in _sources()]


def _kept(file: Path, source: _Source, engines: Engines) -> Observed:
    if file.exists():
        return pickle.loads(file.read_bytes())
    observed = _observe(source, engines)
    file.write_bytes(pickle.dumps(observed))
    return observed


def _observe(source: _Source, engines: Engines) -> Observed:
    from ocr.imaging.pages import make_pages
    from ocr.opening.document import open_document
    from ocr.recognition.crops import cut
    from ocr.recognition.reading import corners, text_boxes

    settings = engines.settings
    with open_document(source.data, settings.limits) as document:
        made = next(
            iter(make_pages(document, settings.pages, engines.orientation, engines.detector, engines.recognizer))
        )
    if isinstance(made, Exception):
        raise made
    started = time.perf_counter()
    (found,) = engines.detector.detect([made.image])
    quads = corners(text_boxes(made.page, found))
    crops = cut(made.image, quads)
    detected = time.perf_counter()
    firsts = engines.recognizer.recognize(crops)
    read = time.perf_counter()
    assert engines.second is not None
    seconds = engines.second.recognize(crops)
    done = time.perf_counter()
    caseless = source.set == "receipts"
    truths = [_line_truth(line, quad, made.page, source, caseless) for line, quad in zip(firsts, quads, strict=True)]
    lines = [
        KnownLine(source.name, a, b, truth, crop.shape[0], made.page.tier, caseless)
        for a, b, truth, crop in zip(firsts, seconds, truths, crops, strict=True)
    ]
    times = {"detector": detected - started, NAMES[0]: read - detected, NAMES[1]: done - read}
    return Observed(source.set, source.name, source.truth, caseless, made.page, crops, lines, times)


def _line_truth(line: RecognizedLine, quad: np.ndarray, page: Page, source: _Source, caseless: bool) -> str | None:
    """By the boxes of the truth where it has some; else the stretch of the page's text the line is closest to."""
    if not source.boxes:
        return truth_of(line, source.truth, caseless)
    matrix = np.array(page.transform, dtype=float)
    matrix = matrix.reshape(3, 3) if matrix.size == 9 else np.vstack([matrix.reshape(2, 3), [0, 0, 1]])
    placed = np.column_stack([quad, np.ones(4)]) @ matrix.T
    x, y = (placed[:, :2] / placed[:, 2:]).mean(axis=0)
    half = np.abs(placed[:, 0] / placed[:, 2] - x).max()
    beside = sorted((left, text) for left, top, bottom, text in source.boxes if top < y < bottom and left < x + half)
    if not beside:
        return None
    row = normalise(" ".join(text for _, text in beside)).casefold()
    return truth_of(line, row, caseless) or row


def _sources() -> Iterator[_Source]:
    for image, truth in evaluation_data.sroie():
        boxes = evaluation_data.ROOT / "sroie" / "box" / f"{image.stem}.csv"
        yield _Source("receipts", image.stem, image.read_bytes(), truth.pages[0].wording or "", list(_boxes(boxes)))
    for image, truth in evaluation_data.old_books():
        yield _Source("old books", image.stem, image.read_bytes(), truth.pages[0].wording or "", [])
    for name, image, text in evaluation_data.printed_pages():
        if name != "papers":
            yield _Source(name, image.stem, image.read_bytes(), text, [])
    yield from _generated()


def _boxes(file: Path) -> Iterator[tuple[float, float, float, str]]:
    """Left, top, bottom and text of each line."""
    rows: Sequence[list[str]] = [row.split(",", 8) for row in file.read_text("utf-8", "replace").splitlines()]
    for row in rows:
        if len(row) == 9:
            corners = [float(value) for value in row[:8]]
            yield min(corners[::2]), min(corners[1::2]), max(corners[1::2]), row[8]


def _generated() -> Iterator[_Source]:
    import cv2
    import pymupdf

    from ocr.synthesis.degrade import DEGRADATIONS, degrade
    from ocr.synthesis.drawing import KINDS, draw

    for seed in range(GENERATED):
        kind = KINDS[seed % len(KINDS)]
        degradation = DEGRADATIONS[(seed + seed // len(KINDS)) % len(DEGRADATIONS)]
        drawn = draw(kind, ("en", "de")[seed // len(KINDS) % 2], seed=500 + seed)
        with pymupdf.open(stream=drawn.pdf, filetype="pdf") as document:
            pixels = document[0].get_pixmap(dpi=(120, 150, 200)[seed // 3 % 3], colorspace=pymupdf.csGRAY)
        image = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width)
        _, png = cv2.imencode(".png", degrade(image, degradation, seed).image)
        name = f"{seed:02}-{kind}-{degradation}"
        yield _Source("generated", name, png.tobytes(), drawn.truth.pages[0].wording or "", [])
