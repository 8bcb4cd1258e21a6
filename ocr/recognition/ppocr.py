"""PaddleOCR's PP-OCR detector and recogniser, with the PP-OCRv6 weights that RapidOCR carries.

Method: DB text detection (Liao et al., 2020) and a CTC recogniser; box extraction is RapidOCR's own.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from pathlib import Path

import numpy as np

from ocr.engines import LINE, Hint, Image, RecognizedLine
from ocr.errors import EngineError
from ocr.loading import file_sha256, fingerprint, loading, packaged_sha256, version
from ocr.recognition.alphabet import DIGITS, kept_classes, scripts_of
from ocr.recognition.blocks import read_blocks
from ocr.recognition.ctc import decode
from ocr.recognition.network import Network, open_network
from ocr.settings import EngineSettings

DETECTOR = "rapidocr/models/PP-OCRv6_det_small.onnx"
RECOGNIZER = "rapidocr/models/PP-OCRv6_rec_small.onnx"

MAX_SIDE = 1280
"""Longest side of the detector's input. On receipts 960 loses a point of word F1; 1600 and 2000 cost half again and
twice as much and find nothing more, neither on receipts nor on dense invoices and reports of A4."""

CROP_HEIGHT = 48
"""What the recogniser was trained on."""

SIDES = tuple(32 * n for n in (*range(1, 11), 12, 14, 16, 18, 21, 24, 28, 32, 36, 40))
"""What the detector's input may measure: a page is stretched to the nearest, by a twelfth at most. OpenVINO prepares a
network for each new size, which takes as long as several pages, so there are few."""

WIDTHS = tuple(n for n in range(64, 3841, 64) if n <= 640 or n % 128 == 0)
"""Crops are padded to the next of these, which depends on the crop alone: whatever is read beside it, a line says the
same. Few for the same reason."""

GPU_PAGES, GPU_CROPS = 4, 16
"""Inputs of one size that a GPU is given together, where the settings do not say."""

MAX_CROP_WIDTH = WIDTHS[-1]
"""Longer crops are squeezed, so that one endless rule cannot take all memory."""


class PPOCRDetector:
    """Finds text lines on upright pages."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings

    @property
    def fingerprint(self) -> str:
        sha256 = _sha256(self._settings.detector_path, DETECTOR)
        return fingerprint("ppocr-det", version("rapidocr"), sha256, SIDES)

    def detect(self, images: Sequence[Image]) -> list[np.ndarray]:
        """For each image an `N×4×2` float array of text lines, clockwise from the top left, pixels."""
        shrunk = [_detector_input(image) for image in images]
        quads: list[np.ndarray] = []
        at_once = self._settings.detector_batch or self._network.at_once(GPU_PAGES)
        for start, stop in _runs([s.shape for s in shrunk], at_once):
            maps = self._network.run(np.stack(shrunk[start:stop]))
            quads += [self._boxes(m, image) for m, image in zip(maps, images[start:stop], strict=True)]
        return quads

    @cached_property
    def _network(self) -> Network:
        with loading("pp-ocr-det"):
            return open_network(_weights(self._settings.detector_path, DETECTOR), self._settings)

    @cached_property
    def _extract(self) -> Callable[..., tuple[np.ndarray, list[float]]]:
        from rapidocr.ch_ppocr_det.utils import DBPostProcess

        return DBPostProcess(
            thresh=0.3, box_thresh=0.5, max_candidates=5000, unclip_ratio=1.6, score_mode="fast", use_dilation=True
        )

    def _boxes(self, probabilities: np.ndarray, image: Image) -> np.ndarray:
        boxes, _ = self._extract(probabilities[np.newaxis], image.shape[:2])
        return np.asarray(boxes, dtype=np.float64).reshape(-1, 4, 2)


class PPOCRRecognizer:
    """Reads line crops; a crop's answer does not depend on the crops beside it.

    `languages` (ISO 639-1) say which characters can be read; all that the network knows where there are none.
    """

    name = "ppocr"

    def __init__(self, settings: EngineSettings, languages: Sequence[str] = ()) -> None:
        self._settings = settings
        self._languages = tuple(languages)

    @property
    def fingerprint(self) -> str:
        sha256 = _sha256(self._settings.recognizer_path, RECOGNIZER)
        alphabet = scripts_of(self._languages)
        return fingerprint("ppocr", version("rapidocr"), sha256, CROP_HEIGHT, WIDTHS, alphabet)

    def recognize(self, crops: Sequence[Image], hint: Hint = LINE) -> list[RecognizedLine]:
        """The text of each crop with its words, left to right.

        The network reads single lines: in crops of a block or of sparse text, lines are looked for first.
        """
        if hint.layout == "line":
            return self._read(crops, hint)
        return read_blocks(crops, self._detector, lambda lines: self._read(lines, hint))

    def _read(self, crops: Sequence[Image], hint: Hint) -> list[RecognizedLine]:
        lines = [_line_image(crop) for crop in crops]
        buckets = [WIDTHS[bisect_left(WIDTHS, line.shape[1])] for line in lines]
        order = sorted(range(len(crops)), key=lambda i: buckets[i])
        allowed = self._digits if hint.characters == "digits" else None
        read: dict[int, RecognizedLine] = {}
        at_once = self._settings.recognizer_batch or self._network.at_once(GPU_CROPS)
        for start, stop in _runs([buckets[i] for i in order], at_once):
            batch = order[start:stop]
            inputs = np.stack([_recognizer_input(lines[i], buckets[i]) for i in batch])
            for i, steps in zip(batch, self._network.run(inputs), strict=True):
                possible = steps if allowed is None else np.where(allowed, steps, 0)
                read[i] = decode(possible, self._characters, _grey(lines[i]), buckets[i] / len(steps))
        return [read[i] for i in range(len(crops))]

    @cached_property
    def _detector(self) -> PPOCRDetector:
        return PPOCRDetector(self._settings)

    @cached_property
    def _network(self) -> Network:
        with loading("pp-ocr-rec"):
            path = _weights(self._settings.recognizer_path, RECOGNIZER)
            return open_network(path, self._settings, self._kept)

    def _kept(self, metadata: dict[str, str]) -> np.ndarray:
        return kept_classes(_alphabet(metadata), self._languages)

    @cached_property
    def _characters(self) -> list[str]:
        known = _alphabet(self._network.metadata)
        return [known[number] for number in self._kept(self._network.metadata).tolist()]

    @cached_property
    def _digits(self) -> np.ndarray:
        """Whether each class is blank, a digit or a sign among digits."""
        return np.array([character == "" or character in DIGITS for character in self._characters])


def _alphabet(metadata: dict[str, str]) -> list[str]:
    """CTC's blank, the characters the network was trained on, a space."""
    known = metadata.get("character")
    if known is None:
        raise EngineError("the recogniser's .onnx carries no `character` metadata: export it with its alphabet")
    return ["", *known.splitlines(), " "]


def _runs(keys: Sequence[object], size: int) -> Iterator[tuple[int, int]]:
    """Ranges of at most `size` neighbours with equal keys, in order."""
    start = 0
    for _, group in groupby(keys):
        stop = start + sum(1 for _ in group)
        for first in range(start, stop, size):
            yield first, min(first + size, stop)
        start = stop


def _detector_input(image: Image) -> np.ndarray:
    """`3×H×W` float32 in -1..1, both sides among `SIDES`."""
    import cv2

    height, width = image.shape[:2]
    scale = min(1.0, MAX_SIDE / max(height, width))
    return _normalized(cv2.resize(image, (_nearest_side(width * scale), _nearest_side(height * scale))))


def _nearest_side(length: float) -> int:
    return min(SIDES, key=lambda side: max(side / length, length / side))


def _crop_width(crop: Image) -> int:
    return min(max(1, math.ceil(CROP_HEIGHT * crop.shape[1] / crop.shape[0])), MAX_CROP_WIDTH)


def _line_image(crop: Image) -> Image:
    """The crop, 48 pixels high. What shrinks is averaged: thin strokes survive that, not a choice of pixels."""
    import cv2

    how = cv2.INTER_AREA if crop.shape[0] > CROP_HEIGHT else cv2.INTER_LINEAR
    return cv2.resize(crop, (_crop_width(crop), CROP_HEIGHT), interpolation=how)


def _recognizer_input(line: Image, bucket: int) -> np.ndarray:
    """`3×48×bucket` float32 in -1..1, the line at its left, zeros (mid grey) to its right."""
    padded = np.zeros((3, CROP_HEIGHT, bucket), np.float32)
    padded[:, :, : line.shape[1]] = _normalized(line)
    return padded


def _grey(image: Image) -> Image:
    import cv2

    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def _normalized(image: Image) -> np.ndarray:
    """`3×H×W` float32 in -1..1, channels blue, green, red as PaddleOCR trains them."""
    bgr = np.stack([image] * 3) if image.ndim == 2 else image[:, :, ::-1].transpose(2, 0, 1)
    return np.ascontiguousarray(bgr, dtype=np.float32) / 127.5 - 1.0


def _weights(path: str, packaged: str) -> Path:
    if path:
        return Path(path).expanduser()
    from importlib import metadata

    return Path(str(metadata.distribution("rapidocr").locate_file(packaged)))


def _sha256(path: str, packaged: str) -> str:
    return file_sha256(Path(path).expanduser()) if path else packaged_sha256("rapidocr", packaged)
