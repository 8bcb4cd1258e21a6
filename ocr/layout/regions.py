"""Boxes of a layout model → the regions of a page: no duplicates, within the page, in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

from ocr.documents import Page, Region
from ocr.engines import LayoutBox
from ocr.layout.blocks import fit_to_lines
from ocr.layout.order import reading_order

Kinded = TypeVar("Kinded", LayoutBox, Region)

DUPLICATE_IOU = 0.5
CONTAINED = 0.8
"""A box with this share of its area inside another one is part of it."""
FIGURE_SHARE = 0.6
"""A figure with more than this share of the page is the page itself: the model takes whole receipts for one."""
MIN_SIDE = 2.0
TITLE_ABOVE = 0.4


def regions_from_boxes(page: Page, boxes: list[LayoutBox], lines: np.ndarray, source: str) -> list[Region]:
    """The regions of `page`, numbered from 0: page headers, then the body in reading order, then page footers.

    `boxes` are what the model `source` found, `lines` the page's lines of text (`N×4×2` corners), both in pixels of the
    upright page image.
    """
    kept = boxes_on_lines(boxes, lines, page.width, page.height)
    regions = [
        Region(page.number, number, box.kind, box.x0, box.y0, box.x1, box.y1, box.score, source)
        for number, box in enumerate(in_order(page, kept))
    ]
    mark_title(page, regions)
    return regions


def in_order(page: Page, boxes: Sequence[Kinded]) -> list[Kinded]:
    """Boxes in the order they are read in: page headers, the body, what stands between its columns, page footers."""
    body = [box for box in boxes if box.kind not in {"header", "footer"}]
    astride = [_stands_astride(box, body) for box in body]
    parts = (
        [box for box in boxes if box.kind == "header"],
        [box for box, between in zip(body, astride, strict=True) if not between],
        [box for box, between in zip(body, astride, strict=True) if between],
        [box for box in boxes if box.kind == "footer"],
    )
    ordered: list[Kinded] = []
    for part in parts:
        order = reading_order([(b.x0, b.y0, b.x1, b.y1) for b in part], page.width, page.height)
        ordered += [part[i] for i in order]
    return ordered


def mark_title(page: Page, regions: list[Region]) -> None:
    """Make the first heading the document's title, in place, where it opens the first page.

    Layout models call titles of documents and of sections the same.
    """
    opening = next((r for r in regions if r.kind != "header"), None)
    if page.number == 1 and opening and opening.kind == "heading" and opening.y1 < TITLE_ABOVE * page.height:
        opening.kind = "title"


def boxes_on_lines(boxes: Iterable[LayoutBox], lines: np.ndarray, width: float, height: float) -> list[LayoutBox]:
    """What is plausible of a model's boxes, made to fit the lines of text (`N×4×2` corners, pixels)."""
    fitted = fit_to_lines(plausible_boxes(boxes, width, height), lines, width, height)
    return plausible_boxes(fitted, width, height)


def plausible_boxes(boxes: Iterable[LayoutBox], width: float, height: float) -> list[LayoutBox]:
    """The boxes of a page of that size, clipped to it, one for each place.

    Of two boxes for one place the surer one stays, of any kind; a box inside another goes, for a table or a figure is
    one region with all it holds; a figure that fills the page goes.
    """
    clipped = [inside for box in boxes if (inside := _clip(box, width, height)) is not None]
    return _without_duplicates([b for b in clipped if b.kind != "figure" or _area(b) <= FIGURE_SHARE * width * height])


def _stands_astride(box: Kinded, body: Sequence[Kinded]) -> bool:
    """Whether a figure or its caption stands between columns that run past it: it is read when they are."""
    if box.kind not in {"figure", "caption"}:
        return False
    columns = [b for b in body if b.kind not in {"figure", "caption"} and b.x0 < box.x1 and box.x0 < b.x1]
    left = [b for b in columns if b.x0 < box.x0]
    right = [b for b in columns if b.x1 > box.x1 and all(b.x0 >= other.x1 for other in left)]
    return bool(left and right) and all(
        min(b.y0 for b in side) < box.y0 and max(b.y1 for b in side) > box.y1 for side in (left, right)
    )


def _clip(box: LayoutBox, width: float, height: float) -> LayoutBox | None:
    x0, x1 = max(box.x0, 0.0), min(box.x1, float(width))
    y0, y1 = max(box.y0, 0.0), min(box.y1, float(height))
    return LayoutBox(box.kind, box.score, x0, y0, x1, y1) if x1 - x0 >= MIN_SIDE and y1 - y0 >= MIN_SIDE else None


def _without_duplicates(boxes: list[LayoutBox]) -> list[LayoutBox]:
    by_score = sorted(boxes, key=lambda b: (-b.score, b.y0, b.x0, b.y1, b.x1, b.kind))
    surest: list[LayoutBox] = []
    for box in by_score:
        if not any(_overlap(box, other) > DUPLICATE_IOU * _union(box, other) for other in surest):
            surest.append(box)
    return [
        box
        for box in surest
        if not any(other is not box and _area(other) > _area(box) and _inside(box, other) for other in surest)
    ]


def _inside(box: LayoutBox, other: LayoutBox) -> bool:
    return _overlap(box, other) >= CONTAINED * _area(box)


def _overlap(a: LayoutBox, b: LayoutBox) -> float:
    return max(0.0, min(a.x1, b.x1) - max(a.x0, b.x0)) * max(0.0, min(a.y1, b.y1) - max(a.y0, b.y0))


def _union(a: LayoutBox, b: LayoutBox) -> float:
    return _area(a) + _area(b) - _overlap(a, b)


def _area(box: LayoutBox) -> float:
    return (box.x1 - box.x0) * (box.y1 - box.y0)
