"""Boxes of a layout model → the regions of a page: no duplicates, within the page, in reading order."""

from __future__ import annotations

from collections.abc import Iterable

from ocr.documents import Page, Region
from ocr.engines import LayoutBox
from ocr.layout.order import reading_order

DUPLICATE_IOU = 0.5
CONTAINED = 0.8
"""A box with this share of its area inside another one is part of it."""
FIGURE_SHARE = 0.6
"""A figure with more than this share of the page is the page itself: the model takes whole receipts for one."""
MIN_SIDE = 2.0
TITLE_ABOVE = 0.4


def regions_from_boxes(page: Page, boxes: list[LayoutBox]) -> list[Region]:
    """The regions of `page`, numbered from 0: page headers, then the body in reading order, then page footers.

    Boxes are pixels of the upright page image.
    """
    kept = plausible_boxes(boxes, page.width, page.height)
    ordered: list[LayoutBox] = []
    for kinds in ({"header"}, None, {"footer"}):
        part = [box for box in kept if _belongs(box, kinds)]
        order = reading_order([(b.x0, b.y0, b.x1, b.y1) for b in part], page.width, page.height)
        ordered += [part[i] for i in order]
    regions = [
        Region(page.number, number, box.kind, box.x0, box.y0, box.x1, box.y1, box.score, "rapid-layout")
        for number, box in enumerate(ordered)
    ]
    mark_title(page, regions)
    return regions


def mark_title(page: Page, regions: list[Region]) -> None:
    """Make the first heading the document's title, in place, where it opens the first page.

    Layout models call titles of documents and of sections the same.
    """
    opening = next((r for r in regions if r.kind != "header"), None)
    if page.number == 1 and opening and opening.kind == "heading" and opening.y1 < TITLE_ABOVE * page.height:
        opening.kind = "title"


def plausible_boxes(boxes: Iterable[LayoutBox], width: float, height: float) -> list[LayoutBox]:
    """The boxes of a page of that size, clipped to it, one for each place.

    Of two boxes for one place the surer one stays, of any kind; a box inside another goes, for a table or a figure is
    one region with all it holds; a figure that fills the page goes.
    """
    clipped = [inside for box in boxes if (inside := _clip(box, width, height)) is not None]
    return _without_duplicates([b for b in clipped if b.kind != "figure" or _area(b) <= FIGURE_SHARE * width * height])


def _belongs(box: LayoutBox, kinds: set[str] | None) -> bool:
    return box.kind in kinds if kinds else box.kind not in {"header", "footer"}


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
