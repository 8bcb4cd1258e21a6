"""Reads crops of several lines with a recogniser of single lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ocr.engines import Image, RecognizedLine, RecognizedWord, TextDetector
from ocr.layout.rows import rows
from ocr.recognition.crops import cut, reading_quads
from ocr.recognition.ctc import NOTHING


def read_blocks(
    crops: Sequence[Image], detector: TextDetector, read_lines: Callable[[Sequence[Image]], list[RecognizedLine]]
) -> list[RecognizedLine]:
    """One answer a crop: the words of the lines found in it, row by row from the top, each row from the left.

    The words' `start` and `end` are fractions of the whole crop's width.
    """
    found = [_in_rows(reading_quads(quads)) for quads in detector.detect(crops)]
    lines = iter(read_lines([line for crop, quads in zip(crops, found, strict=True) for line in cut(crop, quads)]))
    return [_joined([(q, next(lines)) for q in quads], crop.shape[1]) for crop, quads in zip(crops, found, strict=True)]


def _in_rows(quads: np.ndarray) -> np.ndarray:
    if not len(quads):
        return quads
    boxes = np.concatenate([quads.min(axis=1), quads.max(axis=1)], axis=1)
    return quads[[i for row in rows(boxes, []) for i in row]]


def _joined(lines: Sequence[tuple[np.ndarray, RecognizedLine]], width: int) -> RecognizedLine:
    words = [_placed(word, quad, width) for quad, line in lines for word in line.words]
    if not words:
        return NOTHING
    lengths = [len(word.text) for word in words]
    confidence = float(np.average([word.confidence for word in words], weights=lengths))
    return RecognizedLine(" ".join(word.text for word in words), confidence, tuple(words))


def _placed(word: RecognizedWord, quad: np.ndarray, width: int) -> RecognizedWord:
    left, right = quad[[0, 3], 0].mean(), quad[[1, 2], 0].mean()
    start, end = (float(np.clip((left + (right - left) * x) / width, 0, 1)) for x in (word.start, word.end))
    return replace(word, start=min(start, end), end=max(start, end))
