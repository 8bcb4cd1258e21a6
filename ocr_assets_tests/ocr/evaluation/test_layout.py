from hypothesis import given
from hypothesis import strategies as st

from ocr.documents import TableCell
from ocr.evaluation.cells import neighbours
from ocr.evaluation.layout import Detection, Labelled, detection, intersection_over_union, pool

BOX = (0.0, 0.0, 10.0, 10.0)
places = st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(1, 30), st.integers(1, 30)).map(
    lambda p: (float(p[0]), float(p[1]), float(p[0] + p[2]), float(p[1] + p[3]))
)
labelled = st.lists(st.tuples(st.sampled_from(["text", "table"]), places), max_size=8)


def test_the_same_box_of_another_kind_counts_only_where_kinds_do_not() -> None:
    truth, found = [("text", BOX)], [("table", BOX)]
    assert detection(truth, found, 0.5).matched == 0
    assert detection(truth, found, 0.5, kinds=False).matched == 1


def test_one_box_stands_for_one_region_only() -> None:
    assert detection([("text", BOX)], [("text", BOX), ("text", BOX)], 0.5) == Detection(1, 1, 2)


def test_boxes_side_by_side_share_nothing() -> None:
    assert intersection_over_union(BOX, (10.0, 0.0, 20.0, 10.0)) == 0.0


@given(labelled, labelled)
def test_partners_are_mutual_and_a_page_agrees_with_itself(truth: list[Labelled], found: list[Labelled]) -> None:
    assert detection(truth, found, 0.5).f1 == detection(found, truth, 0.5).f1
    assert detection(truth, truth, 0.99).f1 == 1.0
    assert pool([detection(truth, truth, 0.5)] * 2).f1 == 1.0


def cell(row: int, column: int, text: str, span: int = 1) -> TableCell:
    return TableCell(1, 0, row, column, 1, span, 0, 0, 1, 1, text)


def test_neighbours_skip_empty_cells_and_spans_meet_all_they_touch() -> None:
    cells = [cell(0, 0, "Head", span=2), cell(1, 0, "a"), cell(1, 1, ""), cell(1, 2, "B.")]
    assert set(neighbours(cells)) == {("below", "head", "a"), ("right", "a", "b")}
