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
    # Channel by channel: NumPy is ten times slower over a last axis of three.
    red, green, blue = image[::step, ::step].transpose(2, 0, 1).astype(np.float32)
    lightness = (red + green + blue) / 3
    light = lightness >= np.percentile(lightness, 60)
    paper = np.array([float(channel[light].mean()) for channel in (red, green, blue)])
    # Ink on tinted paper fades from the tint to black; what is off that line is colour.
    tint = (paper / max(float(paper.mean()), 1.0)).astype(np.float32)
    off = [channel - lightness * share for channel, share in zip((red, green, blue), tint, strict=True)]
    chroma = np.maximum(np.maximum(off[0], off[1]), off[2]) - np.minimum(np.minimum(off[0], off[1]), off[2])
    if float((chroma > _CHROMA).mean()) > _SHARE:
        return image
    import cv2

    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
