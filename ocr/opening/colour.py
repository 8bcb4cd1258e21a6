"""Whether a page has colour worth keeping: grey pages cost a third of the memory, disk and time."""

from __future__ import annotations

import numpy as np

from ocr.engines import Image

_CHROMA = 40
"""Levels (of 255) a pixel must be away from the paper's tint to count as coloured: JPEG's noise on grey scans is 20."""

_SHARE = 0.0005
"""Share of coloured pixels that is worth keeping: a stamp, a signature or a logo, not dust."""


def without_needless_colour(image: Image) -> Image:
    """The page as grey `H×W` where it has no colour but its paper's tint, else unchanged."""
    if image.ndim == 2:
        return image
    import cv2

    step = max(1, min(image.shape[:2]) // 500)
    sample = np.ascontiguousarray(image[::step, ::step])
    lightness = cv2.transform(sample, np.full((1, 3), 1 / 3))
    light = (lightness >= _percentile(lightness, 60)).astype(np.uint8)
    paper = np.array(cv2.mean(sample, light)[:3])
    # Ink on tinted paper fades from the tint to black; what is off that line is colour.
    tint = paper / max(float(paper.mean()), 1.0)
    off = cv2.split(cv2.transform(sample.astype(np.float32), np.eye(3) - tint[:, np.newaxis] / 3))
    chroma = cv2.subtract(cv2.max(cv2.max(off[0], off[1]), off[2]), cv2.min(cv2.min(off[0], off[1]), off[2]))
    if float((chroma > _CHROMA).mean()) > _SHARE:
        return image
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def _percentile(values: Image, percent: float) -> int:
    """The least of the levels 0..255 that `percent` of the values do not exceed."""
    counts = np.cumsum(np.bincount(values.ravel(), minlength=256))
    return int(np.searchsorted(counts, percent / 100 * counts[-1]))
