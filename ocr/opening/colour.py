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
    step = max(1, min(image.shape[:2]) // 500)
    sample = image[::step, ::step].astype(np.float32)
    lightness = sample.mean(axis=2, keepdims=True)
    paper = sample[lightness[..., 0] >= np.percentile(lightness, 60)].mean(axis=0)
    # Ink on tinted paper fades from the tint to black; what is off that line is colour.
    off_tint = sample - lightness * (paper / max(float(paper.mean()), 1.0))
    chroma = off_tint.max(axis=2) - off_tint.min(axis=2)
    if float((chroma > _CHROMA).mean()) > _SHARE:
        return image
    import cv2

    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
