"""How well a document's regions were found, where truth knows them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr.documents import Page, Region
from ocr.evaluation.layout import Box, Detection, detection, pool
from ocr.evaluation.truth import Truth
from ocr.imaging.homography import mapped

OVERLAP = 0.5
"""Least intersection over union of a region and its counterpart."""


def score_regions(truth: Truth, pages: Sequence[Page], regions: Sequence[Region]) -> Detection | None:
    """Regions of the pages whose regions are known, of one kind with their counterparts; None where none are.

    Truth is in units of the source page: found boxes are led back there by the page's transform.
    """
    made = {page.number: page for page in pages}
    scores = []
    for known in truth.pages:
        if known.regions is None:
            continue
        page = made.get(known.number)
        mine = [region for region in regions if region.page == known.number] if page else []
        found = [
            (region.kind, on_source(page, (region.x0, region.y0, region.x1, region.y1))) for region in mine if page
        ]
        scores.append(detection([(region.kind, region.box) for region in known.regions], found, OVERLAP))
    return pool(scores) if scores else None


def on_source(page: Page, box: Box) -> Box:
    """The box in source units around a box of the upright page."""
    x0, y0, x1, y1 = box
    corners = mapped(page.transform, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float))
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return float(left), float(top), float(right), float(bottom)
