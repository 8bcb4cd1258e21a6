"""From places on the source page to places on the upright page."""

from __future__ import annotations

import numpy as np

from ocr.documents import Page
from ocr.imaging.homography import mapped
from ocr.layout.order import Box


def to_upright(page: Page, box: Box) -> Box | None:
    """A box in source units (origin top left) as pixels of the upright page, clipped; None where nothing is left."""
    x0, y0, x1, y1 = box
    back = np.linalg.inv(np.array(page.transform, dtype=float).reshape(3, 3))
    placed = mapped(back, np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))
    left, top = np.maximum(placed.min(axis=0), 0.0)
    right, bottom = np.minimum(placed.max(axis=0), (page.width, page.height))
    return (float(left), float(top), float(right), float(bottom)) if right > left and bottom > top else None
