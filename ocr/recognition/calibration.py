"""What an engine says of itself, turned into the probability that it is right (Platt, 1999; logistic regression).

The weights are a few numbers in a JSON file: the packaged one says in `fitted_on` what it was fitted on, another is
made from a user's own ground truth (`ocr-assets calibrate`). A word has a model for each way it can come about: read by
one engine alone, or by two that agreed or did not. An engine without a model keeps its own confidence.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ocr.errors import EngineError
from ocr.recognition.lexicon import EDGES, ODD, is_word

PACKAGED = Path(__file__).with_name("calibration.json")
VERSION = 1

SURE = 0.999
"""Engines say 1.0 of what they merely find likely; beyond this their figures carry nothing."""

RIDGE = 1.0
"""Weight of the penalty on large weights, as many observations: models of rare cases stay near the mean."""

STEPS = 50


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a word besides its truth.

    `confidence` and `least`: the engine's own, of the word and of its least certain character. `height`: of its line,
    pixels. `tier`: its page's. `other`: the confidence of the second engine where one was asked. `certainty`: log-odds
    of the vote where the engines differed, in favour of what was chosen. `page`: the mean of the first engine's
    `least` over the page's words.
    """

    text: str
    confidence: float
    least: float
    height: float
    tier: str
    page: float
    other: float = 0.5
    certainty: float = 0.0


@dataclass(frozen=True)
class Calibration:
    """Weights of logistic models: of words by the way they came about, of lines, and of votes by pair of engines."""

    fitted_on: str
    words: dict[str, list[float]]
    line: list[float]
    votes: dict[str, list[float]]

    def word(self, way: str, evidence: Evidence) -> float:
        """The probability (0..1) that a word is right; `way` is `ppocr`, `ppocr+tesseract`, `tesseract over ppocr`."""
        weights = self.words.get(way)
        return evidence.confidence if weights is None else probability(weights, word_features(evidence))

    def of_line(self, words: Sequence[float]) -> float:
        """The probability (0..1) that a line is right throughout, from those of its words."""
        return probability(self.line, line_features(words))

    def vote(self, question: str, features: np.ndarray) -> float:
        """Log-odds that the second of two engines is the one that is right."""
        return float(np.dot(self.votes[question], features))


def load(path: str = "") -> Calibration:
    """The calibration in a file; the packaged one where no path is given."""
    return _load(Path(path).expanduser() if path else PACKAGED)


def fingerprint(path: str = "") -> str:
    """The file's version and the head of its SHA-256."""
    file = Path(path).expanduser() if path else PACKAGED
    _load(file)
    return f"calibration/{VERSION}/{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"


def save(calibration: Calibration, path: Path) -> None:
    """Write it as JSON, numbers cut to five digits."""

    def cut(weights: Sequence[float]) -> list[float]:
        return [float(f"{w:.5g}") for w in weights]

    content = {
        "version": VERSION,
        "fitted_on": calibration.fitted_on,
        "words": {way: cut(weights) for way, weights in sorted(calibration.words.items())},
        "line": cut(calibration.line),
        "votes": {pair: cut(weights) for pair, weights in sorted(calibration.votes.items())},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def word_features(evidence: Evidence) -> np.ndarray:
    letters = len(evidence.text)
    bare = EDGES.sub("", evidence.text)
    return np.array(
        [
            1.0,
            log_odds(evidence.confidence),
            log_odds(evidence.least),
            math.log(letters),
            sum(c.isdigit() for c in evidence.text) / letters,
            sum(not c.isalnum() for c in evidence.text) / letters,
            math.log(max(evidence.height, 1.0) / 40),
            evidence.tier == "fair",
            evidence.tier == "poor",
            log_odds(evidence.other),
            evidence.certainty,
            log_odds(evidence.page),
            is_word(bare.casefold()),
            ODD.search(bare) is not None,
        ]
    )


def line_features(words: Sequence[float]) -> np.ndarray:
    """All words would be right with the product of their probabilities, were they right or wrong by themselves."""
    return np.array([1.0, log_odds(math.prod(max(p, 1 - SURE) for p in words)), math.log(len(words) + 1)])


def log_odds(share: float) -> float:
    share = min(max(share, 1 - SURE), SURE)
    return math.log(share / (1 - share))


def probability(weights: Sequence[float], features: np.ndarray) -> float:
    return 1 / (1 + math.exp(-min(max(float(np.dot(weights, features)), -30.0), 30.0)))


def fit(features: np.ndarray, right: np.ndarray) -> list[float]:
    """Weights of a logistic model of `right` (`N`, 0 or 1) on `features` (`N×F`, the first all ones); Newton's method.

    The penalty is on weights of standardised features, so that no feature's unit matters.
    """
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread < 1e-9] = 1.0
    mean[0], spread[0] = 0.0, 1.0
    scaled = (features - mean) / spread
    penalty = np.eye(features.shape[1]) * RIDGE
    penalty[0, 0] = 1e-3
    weights = np.zeros(features.shape[1])
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-np.clip(scaled @ weights, -30, 30)))
        slope = scaled.T @ (likely - right) + penalty @ weights
        curve = (scaled * (likely * (1 - likely))[:, np.newaxis]).T @ scaled + penalty
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    weights = weights / spread
    weights[0] -= float(weights[1:] @ mean[1:])
    return [float(w) for w in weights]


@cache
def _load(file: Path) -> Calibration:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            raise ValueError(f"its version is {content['version']}, not {VERSION}: make it again")
        return Calibration(content["fitted_on"], content["words"], content["line"], content["votes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(f"the calibration {file} cannot be used: {error}") from error
