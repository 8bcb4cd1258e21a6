import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr.layout.rows import gutters, rows

BOXES = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(5, 400), st.integers(5, 40)).map(
        lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
    ),
    max_size=40,
)


def as_array(boxes):
    return np.array(boxes, float).reshape(-1, 4)


def columns(*extents, count=10):
    """Full lines of text in columns, row by row."""
    return as_array([(x0, y, x1, y + 20) for y in range(0, 30 * count, 30) for x0, x1 in extents])


@given(BOXES)
def test_every_box_is_in_one_line_and_lines_run_left_to_right(boxes):
    boxes = as_array(boxes)

    lines = rows(boxes, gutters(boxes))

    assert sorted(i for line in lines for i in line) == list(range(len(boxes)))
    assert all(boxes[line, 0].tolist() == sorted(boxes[line, 0].tolist()) for line in lines)


def test_a_description_and_its_price_are_one_line():
    boxes = columns((50, 300), (500, 560))

    assert rows(boxes, gutters(boxes)) == [[i, i + 1] for i in range(0, 20, 2)]


def test_columns_of_prose_are_never_joined():
    boxes = columns((50, 450), (480, 880))

    assert all(len(line) == 1 for line in rows(boxes, gutters(boxes)))


def test_the_short_end_of_a_paragraph_is_not_joined_to_the_column_beside_it():
    boxes = columns((50, 450), (480, 880))
    boxes[8, 2] = 110

    assert all(len(line) == 1 for line in rows(boxes, gutters(boxes)))


def test_columns_that_do_not_share_a_grid_are_never_joined():
    left, right = columns((50, 450)), columns((480, 880)) + np.array([0, 9, 0, 9])
    boxes = np.concatenate([left, right])

    assert all(len(line) == 1 for line in rows(boxes, gutters(boxes)))


def test_a_key_and_a_long_value_are_one_line():
    boxes = columns((50, 130), (200, 800))

    assert all(len(line) == 2 for line in rows(boxes, gutters(boxes)))


def test_a_gutter_separates_words_that_a_detector_bridged_but_no_words_of_a_line():
    (gutter,) = gutters(columns((50, 450), (480, 880)))

    assert gutter.runs_between((300, 0, 450, 20), (480, 0, 600, 20))
    assert not gutter.runs_between((300, 0, 380, 20), (388, 0, 600, 20))
    assert not gutter.runs_between((300, 0, 470, 20), (478, 0, 600, 20))
