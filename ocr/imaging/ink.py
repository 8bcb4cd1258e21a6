"""Where a page's letters are, as a mask: what skew is measured on."""

from __future__ import annotations

import numpy as np

from ocr.engines import Image
from ocr.imaging.quality import grain

_SHORT_SIDE = 1100
_WINDOW = 25
_DARKER = 15
"""Levels by which ink is darker than what is around it, at least."""

_SPECK = 6
"""Fewer pixels than the smallest letter has: dust, halftone dots, dotted leaders."""

_LARGEST = 0.25
"""Longest side of a letter, a word or a line whose letters touch, as a share of the page's shorter side. What is larger
is a rule, a frame, a picture or the edge of the paper, none of which need be parallel to the text."""


def letters(image: Image) -> np.ndarray:
    """Mask (`h×w` uint8, 0 or 1) of what may be letters, on the page reduced to a shorter side of 1,100 pixels."""
    import cv2

    image = np.ascontiguousarray(image)
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    scale = _SHORT_SIDE / min(grey.shape)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    darker = max(_DARKER, 3 * grain(grey))
    ink = cv2.adaptiveThreshold(grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _WINDOW, darker)
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(ink)
    longest, area = boxes[:, 2:4].max(axis=1), boxes[:, 4]
    kept = (longest <= _LARGEST * min(ink.shape)) & (area >= _SPECK)
    kept[0] = False
    return kept.astype(np.uint8)[labels]
