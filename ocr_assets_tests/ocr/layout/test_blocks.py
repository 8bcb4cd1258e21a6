import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr.engines import LayoutBox
from ocr.layout.blocks import fit_to_lines

WIDTH, HEIGHT = 600, 800


def quads(*boxes: tuple[float, float, float, float]) -> np.ndarray:
    corners = [((x0, y0), (x1, y0), (x1, y1), (x0, y1)) for x0, y0, x1, y1 in boxes]
    return np.array(corners, dtype=float).reshape(-1, 4, 2)


def column(x0: float, x1: float, top: float, lines: int, step: float = 14) -> list[tuple[float, float, float, float]]:
    return [(x0, top + n * step, x1, top + n * step + 10) for n in range(lines)]


def edges(box: LayoutBox) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1


def test_a_box_around_two_paragraphs_becomes_two_that_fit_their_lines() -> None:
    lines = quads(*column(50, 300, 100, 5), *column(50, 300, 200, 5))
    made = fit_to_lines([LayoutBox("text", 0.9, 40, 95, 280, 280)], lines, WIDTH, HEIGHT)
    assert [(b.kind, edges(b)) for b in made] == [("text", (50, 100, 300, 166)), ("text", (50, 200, 300, 266))]


def test_text_the_model_did_not_see_makes_boxes_of_its_own() -> None:
    made = fit_to_lines([], quads(*column(50, 550, 100, 4), *column(50, 550, 400, 3)), WIDTH, HEIGHT)
    assert [b.kind for b in made] == ["text", "text"]
    assert {b.y0 for b in made} == {100, 400}


def test_a_line_left_over_above_a_caption_is_part_of_it() -> None:
    figure, caption = LayoutBox("figure", 0.9, 50, 100, 550, 300), LayoutBox("caption", 0.9, 50, 323, 550, 365)
    made = fit_to_lines([figure, caption], quads(*column(50, 550, 310, 4)), WIDTH, HEIGHT)
    assert [(b.kind, b.y0) for b in made if b.kind != "figure"] == [("caption", 310)]


def test_descriptions_and_prices_of_a_receipt_are_one_block() -> None:
    names = [(50, y, 110, y + 10) for y in range(100, 190, 15)]
    prices = [(400, y + 7, 460, y + 17) for y in range(100, 190, 15)]
    made = fit_to_lines([], quads(*names, *prices), WIDTH, HEIGHT)
    assert [edges(b) for b in made] == [(50, 100, 460, 192)]


def test_two_columns_of_prose_are_not_one_block() -> None:
    lines = quads(*column(50, 280, 100, 8), *column(320, 550, 107, 8))
    assert len(fit_to_lines([], lines, WIDTH, HEIGHT)) == 2


def test_the_number_beside_a_formula_belongs_to_it() -> None:
    formula = LayoutBox("formula", 0.8, 200, 395, 400, 425)
    made = fit_to_lines([formula], quads((205, 400, 395, 420), (530, 402, 550, 414)), WIDTH, HEIGHT)
    assert [(b.kind, b.x1) for b in made] == [("formula", 550)]


def test_rows_of_numbers_called_a_formula_are_a_table() -> None:
    numbers = [(x, y, x + 40, y + 10) for y in range(100, 220, 20) for x in (100, 200, 300, 400)]
    made = fit_to_lines([LayoutBox("formula", 0.7, 90, 90, 460, 220)], quads(*numbers), WIDTH, HEIGHT)
    assert [b.kind for b in made] == ["table"]


def test_a_lone_number_at_the_foot_of_the_page_is_a_footer() -> None:
    made = fit_to_lines([], quads(*column(50, 550, 100, 20), (290, 720, 305, 730)), WIDTH, HEIGHT)
    assert sorted(b.kind for b in made) == ["footer", "text"]


places = st.tuples(st.floats(0, 500), st.floats(0, 750), st.floats(12, 300), st.floats(6, 30)).map(
    lambda p: (p[0], p[1], p[0] + p[2], p[1] + p[3])
)


@given(st.lists(places, min_size=1, max_size=15), st.lists(places, max_size=4))
def test_every_line_lies_in_some_box(lines: list, drawn: list) -> None:
    made = fit_to_lines([LayoutBox("text", 0.9, *box) for box in drawn], quads(*lines), WIDTH, HEIGHT)
    outlines = np.array([edges(box) for box in made])
    for x0, y0, x1, y1 in lines:
        across, down = (x0 + x1) / 2, (y0 + y1) / 2
        inside = (outlines[:, :2] <= (across + 1e-6, down + 1e-6)) & (outlines[:, 2:] >= (across - 1e-6, down - 1e-6))
        assert inside.all(axis=1).any()
