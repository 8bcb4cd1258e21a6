import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr.documents import Page, Region
from ocr.engines import LayoutBox
from ocr.layout.regions import regions_from_boxes

PAGE = Page(number=1, width=1000, height=1400, dpi=120, source_width=600, source_height=840)

edges = st.floats(min_value=-200, max_value=1600, allow_nan=False)
layout_boxes = st.builds(
    lambda kind, score, x, y, w, h: LayoutBox(kind, score, x, y, x + w, y + h),
    st.sampled_from(["text", "table", "figure", "heading", "header", "footer"]),
    st.floats(min_value=0.01, max_value=1),
    edges,
    edges,
    st.floats(min_value=0, max_value=900),
    st.floats(min_value=0, max_value=900),
)


NO_LINES = np.zeros((0, 4, 2))


def regions(boxes: list[LayoutBox], page: Page = PAGE) -> list[Region]:
    return regions_from_boxes(page, boxes, NO_LINES, "model")


@given(st.lists(layout_boxes, max_size=15))
def test_regions_lie_on_the_page_and_are_numbered_from_zero(boxes: list[LayoutBox]) -> None:
    found = regions(boxes)
    assert [r.number for r in found] == list(range(len(found)))
    for r in found:
        assert 0 <= r.x0 < r.x1 <= PAGE.width
        assert 0 <= r.y0 < r.y1 <= PAGE.height


@given(st.lists(layout_boxes, max_size=10))
def test_giving_the_same_boxes_twice_changes_nothing(boxes: list[LayoutBox]) -> None:
    assert regions(boxes + boxes) == regions(boxes)


def test_of_two_boxes_for_one_place_the_surer_stays_whatever_its_kind() -> None:
    figure, table = LayoutBox("figure", 0.7, 100, 300, 900, 600), LayoutBox("table", 0.9, 105, 295, 890, 610)
    assert [r.kind for r in regions([figure, table])] == ["table"]


def test_what_lies_in_a_table_is_part_of_it() -> None:
    table, text = LayoutBox("table", 0.8, 100, 300, 900, 900), LayoutBox("text", 0.99, 150, 400, 300, 450)
    assert [r.kind for r in regions([table, text])] == ["table"]


def test_headers_come_first_and_footers_last() -> None:
    boxes = [
        LayoutBox("footer", 0.9, 100, 1350, 200, 1380),
        LayoutBox("text", 0.9, 100, 100, 480, 1300),
        LayoutBox("text", 0.9, 520, 100, 900, 1300),
        LayoutBox("header", 0.9, 800, 20, 900, 50),
    ]
    found = regions(boxes)
    assert [r.kind for r in found] == ["header", "text", "text", "footer"]
    assert found[1].x0 < found[2].x0


def test_a_figure_that_fills_the_page_is_the_page_and_no_region() -> None:
    assert regions([LayoutBox("figure", 0.9, 50, 50, 950, 1300)]) == []


def test_a_heading_that_opens_the_first_page_is_the_title() -> None:
    boxes = [LayoutBox("heading", 0.9, 100, 80, 900, 120), LayoutBox("heading", 0.9, 100, 500, 300, 530)]
    assert [r.kind for r in regions(boxes)] == ["title", "heading"]
    later = Page(number=2, width=1000, height=1400, dpi=120, source_width=600, source_height=840)
    assert [r.kind for r in regions(boxes, later)] == ["heading", "heading"]


def test_a_figure_between_two_columns_does_not_break_them_apart() -> None:
    left = [LayoutBox("text", 0.9, 100, y, 480, y + 380) for y in (100, 500, 900)]
    right = [LayoutBox("text", 0.9, 520, y, 900, y + 380) for y in (100, 500, 900)]
    between = LayoutBox("figure", 0.9, 400, 480, 600, 900)
    found = regions([*left, between, *right])
    assert [(r.kind, r.x0) for r in found] == [("text", 100)] * 3 + [("text", 520)] * 3 + [("figure", 400)]


def test_a_signature_at_the_right_is_read_where_it_stands() -> None:
    date, name = LayoutBox("text", 0.9, 120, 300, 400, 320), LayoutBox("text", 0.9, 700, 340, 900, 360)
    heading = LayoutBox("heading", 0.9, 350, 420, 600, 445)
    body = LayoutBox("text", 0.9, 100, 460, 900, 900)
    assert [r.y0 for r in regions([body, heading, name, date])] == [300, 340, 420, 460]
