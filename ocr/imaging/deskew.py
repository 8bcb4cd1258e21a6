"""Skew of a page: the angle at which its lines of text stand out most clearly when everything is summed along them.

Method: projection profile (Postl, 1986) on the lower edges of the letters, from coarse to fine. The first pass looks
along all directions, for lines that run across and for lines that run down, since a page may yet lie on its side; the
last one takes the middle of the peak, not its top, which wanders with the sampling.
`docs/results/reading.md` compares it with the Fourier method of jdeskew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ocr.engines import Image
from ocr.imaging.ink import letters

_LEAST_POINTS = 150
"""Fewer edge points than two short lines of text have: the page is as good as blank."""

_COARSE_STEP = 0.5
_COARSE_ROW = 4.0
_COARSE_POINTS = 6_000
_ANGLES = np.arange(-45.0, 45.0, _COARSE_STEP)

_PASSES = ((8_000, 0.7, 0.1, 2.0), (25_000, 0.5, 0.05, 0.7))
"""Of the finer passes: most points, half range and step in degrees, height of a row in pixels."""

_PEAK = 0.8
"""Share of the best score above which a score belongs to its peak."""

_CHANCE, _CERTAIN = 1.3, 2.0
"""How far the best angle stands out from those at least 3° away: pictures reach 1.04, receipts with few words or a
scan in a scan 2.2 to 2.6, print 5 to 50."""


@dataclass(frozen=True, slots=True)
class Skew:
    """`angle` in degrees, positive when the content is turned counter-clockwise; `confidence` 0 (abstained) to 1."""

    angle: float
    confidence: float


def estimate_skew(image: Image) -> Skew:
    """The skew of a page that stands upright or lies in any of four ways, from -45° to 45°.

    Blank pages and pictures: `Skew(0, 0)`.
    """
    ink = letters(image)
    across, down = _lower_edges(ink), _lower_edges(np.rot90(ink))
    if min(across.shape[1], down.shape[1]) < _LEAST_POINTS:
        return Skew(0.0, 0.0)
    scores = np.stack([_roughness(points) for points in (across, down)])
    direction, nearest = divmod(int(scores.argmax()), len(_ANGLES))
    confidence = _confidence(scores, nearest)
    if confidence == 0.0:
        return Skew(0.0, 0.0)
    angle = _refine((across, down)[direction], float(_ANGLES[nearest]))
    # Beyond 45° the lines of the other direction are nearer.
    return Skew(round((angle + 45) % 90 - 45, 3), round(confidence, 3))


def _lower_edges(ink: np.ndarray) -> np.ndarray:
    """`2×N` coordinates (x, y about the middle, pixels) of ink with paper below it: baselines, mostly."""
    import cv2

    found = cv2.findNonZero(ink[:-1] & (1 - ink[1:]))
    if found is None:
        return np.zeros((2, 0), np.float32)
    # Whole pixel rows would fall together best at 0°, whatever the text does: points lie anywhere in their pixel.
    within = np.random.default_rng(0).uniform(-0.5, 0.5, len(found))
    x, y = found.reshape(-1, 2).T
    return np.stack([x - ink.shape[1] / 2, y + within - ink.shape[0] / 2]).astype(np.float32)


def _sample(points: np.ndarray, most: int) -> np.ndarray:
    if points.shape[1] <= most:
        return points
    # Seeded: the same page gives the same angle in every run.
    return points[:, np.random.default_rng(0).choice(points.shape[1], most, replace=False)]


def _roughness(points: np.ndarray) -> np.ndarray:
    """How jagged the profile is along each of `_ANGLES`, 1 for points without order.

    Differences of neighbouring rows: margins, columns and pictures are smooth, lines of text are not.
    """
    few = _sample(points, _COARSE_POINTS)
    rows, count = _rows(few, _ANGLES, _COARSE_ROW)
    numbers = _counted_on(rows.astype(np.int32), count)
    profiles = np.bincount(numbers, minlength=len(_ANGLES) * count).reshape(len(_ANGLES), count)
    return np.square(np.diff(profiles, axis=1)).sum(axis=1) / (2 * few.shape[1])


def _confidence(scores: np.ndarray, nearest: int) -> float:
    """From how far the best score stands out. Letters also align at right angles to their lines; that is no rival."""
    away = np.abs(_ANGLES - _ANGLES[nearest])
    rivals = scores[:, np.minimum(away, 90 - away) >= 3]
    return float(np.clip((scores.max() / rivals.max() - _CHANCE) / (_CERTAIN - _CHANCE), 0.0, 1.0))


def _rows(points: np.ndarray, angles: np.ndarray, height: float) -> tuple[np.ndarray, int]:
    """`angles×N`: the row, inclined by each angle (degrees), that each point falls on; and how many there are."""
    turns = np.deg2rad(angles)
    across = (np.stack([np.sin(turns), np.cos(turns)], axis=1) / height).astype(np.float32)
    rows = across @ points
    rows -= rows.min()
    return rows, int(rows.max()) + 2


def _counted_on(whole: np.ndarray, count: int) -> np.ndarray:
    """Rows of all angles in one numbering: those of one angle go on from those of the one before."""
    return (whole + np.arange(len(whole), dtype=np.int32)[:, np.newaxis] * count).ravel()


def _alignment(points: np.ndarray, angles: np.ndarray, height: float) -> np.ndarray:
    """How unevenly the points fall on rows inclined by each angle: the sum of squares of the rows' counts."""
    rows, count = _rows(points, angles, height)
    whole = rows.astype(np.int32)
    part = (rows - whole).ravel()
    # Each point is shared between its two nearest rows, so that the score changes smoothly with the angle.
    numbers, size = _counted_on(whole, count), count * len(angles)
    lower = np.bincount(numbers, part, size)
    profiles = np.bincount(numbers, minlength=size) - lower
    profiles[1:] += lower[:-1]
    return np.square(profiles).reshape(len(angles), count).sum(axis=1)


def _refine(points: np.ndarray, angle: float) -> float:
    for most, half, step, height in _PASSES:
        angles = np.arange(angle - half, angle + half + step / 2, step)
        scores = _alignment(_sample(points, most), angles, height)
        weights = np.maximum(0.0, scores - _PEAK * scores.max())
        angle = float((angles * weights).sum() / weights.sum())
    return angle
