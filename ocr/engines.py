"""The contracts of the engines: what a model must answer, whoever serves it.

Every method takes many images and returns as many answers. Images are `uint8` arrays, `H×W` (grey) or `H×W×3` (RGB).
Construction is cheap; weights load at the first call, counted by `ocr.loading`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from ocr.documents import RegionKind

Image = np.ndarray


class Engine(Protocol):
    @property
    def fingerprint(self) -> str:
        """Name, library version, SHA-256 of the weights and the settings that change answers; loads no model."""
        ...


@dataclass(frozen=True, slots=True)
class Orientation:
    """`rotation`: degrees clockwise the image must be turned to stand upright (0, 90, 180, 270); `confidence` 0..1."""

    rotation: int
    confidence: float


class OrientationClassifier(Engine, Protocol):
    def classify(self, images: Sequence[Image]) -> list[Orientation]: ...


@dataclass(frozen=True, slots=True)
class LayoutBox:
    """A region found on a page image: box in pixels of that image."""

    kind: RegionKind
    score: float
    x0: float
    y0: float
    x1: float
    y1: float


class LayoutDetector(Engine, Protocol):
    name: str

    def detect(self, images: Sequence[Image], text: Sequence[np.ndarray]) -> list[list[LayoutBox]]:
        """`text` gives for each image its lines of text, as a `TextDetector` finds them."""
        ...


class TextDetector(Engine, Protocol):
    def detect(self, images: Sequence[Image]) -> list[np.ndarray]:
        """For each image an `N×4×2` float array of text lines, quadrilaterals clockwise from the top left, pixels."""
        ...


@dataclass(frozen=True, slots=True)
class RecognizedWord:
    """A word of a line crop; `start` and `end` are its horizontal extent as fractions (0..1) of the crop's width.

    `confidence` (0..1) is the engine's own, of the word; `least` that of its least certain character (the word's own
    where the engine tells no characters). `alternatives` are other readings with their confidence, likeliest first.
    """

    text: str
    confidence: float
    start: float
    end: float
    least: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class RecognizedLine:
    """The text of a line crop with its words, left to right; `confidence` 0..1; empty text where nothing was read."""

    text: str
    confidence: float
    words: tuple[RecognizedWord, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """What is known of crops before they are read.

    `layout`: one line, a block of lines, or a few words here and there; `characters`: any, or digits with the signs
    that stand among them in amounts, dates and numbers.
    """

    layout: Literal["line", "block", "sparse"] = "line"
    characters: Literal["any", "digits"] = "any"


LINE = Hint()


class TextRecognizer(Engine, Protocol):
    name: str

    def recognize(self, crops: Sequence[Image], hint: Hint = LINE) -> list[RecognizedLine]: ...


class Embedder(Engine, Protocol):
    dimension: int

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """An `N×dimension` float32 array of unit vectors."""
        ...
