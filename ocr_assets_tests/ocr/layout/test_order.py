import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.layout.order import Box, reading_order

WIDTH, HEIGHT = 1000, 1400

coordinates = st.integers(min_value=0, max_value=999)
boxes = st.builds(
    lambda x, y, w, h: (float(x), float(y), float(x + w), float(y + h)),
    coordinates,
    coordinates,
    st.integers(min_value=1, max_value=600),
    st.integers(min_value=1, max_value=300),
)


def ordered(page: list[Box]) -> list[Box]:
    return [page[i] for i in reading_order(page, WIDTH, HEIGHT)]


def lines(x0: float, x1: float, top: float, count: int, pitch: float = 30, height: float = 20) -> list[Box]:
    """Lines of running text: all as wide as the column but the last."""
    full = [(x0, top + n * pitch, x1, top + n * pitch + height) for n in range(count)]
    last = full[-1]
    return [*full[:-1], (last[0], last[1], (x0 + x1) / 2, last[3])]


@given(st.lists(boxes, max_size=40))
def test_every_box_is_read_once(page: list[Box]) -> None:
    assert sorted(reading_order(page, WIDTH, HEIGHT)) == list(range(len(page)))


@given(st.lists(boxes, max_size=25), st.randoms())
def test_the_order_does_not_depend_on_the_order_of_the_input(page: list[Box], random) -> None:
    shuffled = random.sample(page, len(page))
    assert ordered(shuffled) == ordered(page)


@given(st.lists(boxes, max_size=25), st.sampled_from([0.25, 2.0, 8.0]))
def test_the_order_does_not_depend_on_the_resolution(page: list[Box], scale: float) -> None:
    scaled = [(x0 * scale, y0 * scale, x1 * scale, y1 * scale) for x0, y0, x1, y1 in page]
    assert reading_order(scaled, WIDTH * scale, HEIGHT * scale) == reading_order(page, WIDTH, HEIGHT)


@given(st.lists(boxes, max_size=25), st.integers(-300, 300), st.integers(-300, 300))
def test_the_order_does_not_depend_on_where_on_the_page_they_stand(page: list[Box], right: int, down: int) -> None:
    # Twentieths are not exact in binary: on a grid of twenty, edges that touch still touch when moved.
    grid = [(x0 * 20, y0 * 20, x1 * 20, y1 * 20) for x0, y0, x1, y1 in page]
    moved = [(x0 + right * 20, y0 + down * 20, x1 + right * 20, y1 + down * 20) for x0, y0, x1, y1 in grid]
    assert reading_order(moved, WIDTH * 20, HEIGHT * 20) == reading_order(grid, WIDTH * 20, HEIGHT * 20)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(350, 900), st.integers(5, 40)), min_size=1, max_size=30))
def test_a_single_column_is_read_top_down(column: list[tuple[int, int, int]]) -> None:
    page: list[Box] = []
    for left, right, height in column:
        top = page[-1][3] + 10 if page else 0.0
        page.append((float(left), top, float(right), top + height))
    assert ordered(page[::-1]) == page


def test_two_columns_under_a_title_are_read_one_after_the_other() -> None:
    title = [(100.0, 50.0, 900.0, 90.0)]
    left = [(100.0, 120.0, 480.0, 400.0), (100.0, 430.0, 480.0, 900.0)]
    right = [(520.0, 120.0, 900.0, 400.0), (520.0, 430.0, 900.0, 900.0)]
    assert ordered(right + left + title) == title + left + right


def test_lines_of_two_columns_are_not_read_across_though_they_are_level() -> None:
    left, right = lines(100, 480, 200, 20), lines(520, 900, 200, 20)
    heading = [(300.0, 100.0, 700.0, 130.0)]
    footer = [(480.0, 1300.0, 520.0, 1320.0)]
    assert ordered(footer + right + left + heading) == heading + left + right + footer


def test_a_figure_across_both_columns_parts_what_is_above_from_what_is_below() -> None:
    above = [(100.0, 50.0, 480.0, 300.0), (520.0, 50.0, 900.0, 300.0)]
    figure = [(100.0, 320.0, 900.0, 700.0)]
    below = [(100.0, 720.0, 480.0, 1200.0), (520.0, 720.0, 900.0, 1200.0)]
    assert ordered(below + figure + above) == above + figure + below


def test_three_columns_are_read_left_to_right() -> None:
    columns = [lines(x, x + 250, 100, 15) for x in (50, 350, 650)]
    assert ordered(columns[2] + columns[0] + columns[1]) == columns[0] + columns[1] + columns[2]


def test_a_receipt_is_read_across_each_row() -> None:
    names = [(50.0, 100.0 + 40 * n, 50.0 + 120 + 90 * (n % 4), 125.0 + 40 * n) for n in range(8)]
    prices = [(860.0, 101.0 + 40 * n, 940.0, 126.0 + 40 * n) for n in range(8)]
    rows = [box for pair in zip(names, prices, strict=True) for box in pair]
    assert ordered(prices + names) == rows


def test_rows_of_a_page_not_quite_straight_are_still_rows() -> None:
    def cell(x: float, row: int, width: float) -> Box:
        y = 100 + 26 * row + 0.02 * x
        return (x, y, x + width, y + 22)

    rows = [cell(x, row, 60 + 12 * (row % 3)) for row in range(6) for x in (50, 350, 650)]
    assert ordered(rows[::-1]) == rows


def test_the_number_of_an_equation_does_not_make_a_column() -> None:
    text = (120.0, 100.0, 900.0, 300.0)
    number, formula = (40.0, 350.0, 80.0, 370.0), (400.0, 330.0, 700.0, 390.0)
    more = (120.0, 420.0, 900.0, 700.0)
    assert ordered([more, formula, number, text]) == [text, number, formula, more]


def test_a_date_on_the_right_above_an_address_on_the_left_comes_first() -> None:
    date, address = (700.0, 50.0, 900.0, 80.0), (100.0, 120.0, 400.0, 250.0)
    assert ordered([address, date]) == [date, address]


def test_a_page_of_many_overlapping_boxes_is_ordered_without_running_away() -> None:
    page = [(float(n % 97), float(n % 89), float(n % 97 + 300), float(n % 89 + 300)) for n in range(1500)]
    assert sorted(reading_order(page, WIDTH, HEIGHT)) == list(range(1500))


@pytest.mark.parametrize("degrees", [-1.0, -0.5, 0.5, 1.0])
def test_columns_of_a_page_not_quite_straight_are_still_columns(degrees: float) -> None:
    columns = [lines(60, 330, 200, 20), lines(365, 635, 200, 20), lines(670, 940, 200, 20)]
    fall = np.tan(np.radians(degrees))
    page = [(x0, y0 + fall * x0, x1, y1 + fall * x0) for column in columns for x0, y0, x1, y1 in column]
    assert ordered(page[::-1]) == page


def test_notes_beside_the_text_are_not_read_into_its_lines() -> None:
    body = [(300.0, top, 900.0, top + 250) for top in (100.0, 380.0, 660.0)]
    notes = [(60.0, 150.0, 250.0, 260.0), (60.0, 700.0, 250.0, 800.0)]
    read = ordered(body + notes)
    assert [box for box in read if box in body] == body
    assert [box for box in read if box in notes] == notes


def test_a_signature_between_a_date_and_a_heading_is_no_column() -> None:
    page = [(120.0, 300.0, 400.0, 320.0), (700.0, 340.0, 900.0, 360.0), (350.0, 420.0, 600.0, 445.0)]
    assert ordered(page[::-1]) == page
