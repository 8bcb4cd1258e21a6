import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr.layout.paragraphs import hangs, paragraphs


def rows(*starts_and_ends: tuple[float, float], step: float = 14, height: float = 10) -> np.ndarray:
    return np.array([(x0, n * step, x1, n * step + height) for n, (x0, x1) in enumerate(starts_and_ends)], dtype=float)


FULL, FIRST, LAST = (100.0, 400.0), (115.0, 400.0), (100.0, 220.0)
ITEM, REST = (100.0, 400.0), (120.0, 400.0)


def test_an_indented_line_begins_a_paragraph() -> None:
    assert paragraphs(rows(FULL, FULL, FULL, FIRST, FULL, FULL)) == [[0, 1, 2], [3, 4, 5]]


def test_a_line_that_ends_early_in_justified_text_ends_a_paragraph() -> None:
    assert paragraphs(rows(FULL, FULL, FULL, LAST, FULL, FULL, FULL)) == [[0, 1, 2, 3], [4, 5, 6]]


def test_ragged_lines_make_one_paragraph() -> None:
    ragged = rows((100, 400), (100, 310), (100, 380), (100, 290), (100, 360))
    assert paragraphs(ragged) == [[0, 1, 2, 3, 4]]


def test_a_wider_gap_parts_paragraphs() -> None:
    lower = rows(FULL, FULL, FULL) + np.array([0, 60, 0, 60])
    assert paragraphs(np.concatenate([rows(FULL, FULL, FULL), lower])) == [[0, 1, 2], [3, 4, 5]]


def test_items_whose_first_lines_stick_out_are_one_list() -> None:
    bibliography = rows(ITEM, REST, REST, ITEM, REST, ITEM, REST, REST)
    assert hangs(bibliography)
    assert paragraphs(bibliography) == [list(range(8))]


def test_centred_lines_are_no_list() -> None:
    assert not hangs(rows((150, 350), (180, 320), (120, 380), (200, 300), (110, 390)))


@given(st.lists(st.tuples(st.floats(0, 90), st.floats(100, 500)), max_size=12), st.floats(8, 40))
def test_every_line_is_in_one_paragraph_and_they_stay_in_order(edges: list[tuple[float, float]], step: float) -> None:
    made = rows(*edges, step=step).reshape(-1, 4)
    assert [row for part in paragraphs(made) for row in part] == list(range(len(edges)))
