"""Cuts text lines out of a page, straightened."""

from __future__ import annotations

import numpy as np

from ocr.engines import Image

TALL = 1.5
"""Height over width from which a box is vertical text rather than a narrow character."""


def reading_quads(quads: np.ndarray) -> np.ndarray:
    """`N×4×2` quadrilaterals rolled so that text runs from corner 0 to corner 1.

    A tall box that is also much taller than the page's lines is vertical text, taken to read upwards, as margins and
    axis labels do; a lone narrow character (`1`) stays as it is.
    """
    if not len(quads):
        return quads
    widths = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    heights = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    usual = np.median(np.minimum(widths, heights))
    vertical = (heights >= TALL * widths) & (heights > 2 * usual)
    return np.where(vertical[:, np.newaxis, np.newaxis], np.roll(quads, 1, axis=1), quads)


def cut(image: Image, quads: np.ndarray) -> list[Image]:
    """One crop for each of `N×4×2` quadrilaterals (pixels), corner 0 at its top left, at the page's resolution."""
    return [_cut_one(image, quad) for quad in quads]


def _cut_one(image: Image, quad: np.ndarray) -> Image:
    import cv2

    width = max(1, round(max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))))
    height = max(1, round(max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1]))))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), target)
    return cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
