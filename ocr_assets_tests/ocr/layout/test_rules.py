import cv2
import numpy as np
import pytest

from ocr.documents import Region
from ocr.layout.cells import Placed, cells_from_words
from ocr.layout.rules import Rules, ruling_lines

TABLE = Region(page=1, number=0, kind="table", x0=50, y0=50, x1=550, y1=350, score=1.0, source="test")


def page(across: list[int], down: list[int], grey: int = 0) -> np.ndarray:
    image = np.full((400, 600), 255, np.uint8)
    for y in across:
        cv2.line(image, (60, y), (540, y), grey, 2)
    for x in down:
        cv2.line(image, (x, across[0]), (x, across[-1]), grey, 2)
    for y in range(75, 330, 40):
        cv2.putText(image, "Illustration 118.00", (80, y + 15), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1)
    return image


@pytest.mark.parametrize("grey", [0, 150, 200])
def test_lines_are_found_where_they_were_drawn_and_letters_are_none(grey: int) -> None:
    found = ruling_lines(page([60, 140, 220, 340], [60, 300, 540], grey), TABLE)
    assert found.across == pytest.approx((60, 140, 220, 340), abs=2)
    assert found.down == pytest.approx((60, 300, 540), abs=2)


def test_an_empty_place_has_no_lines() -> None:
    assert ruling_lines(np.full((400, 600, 3), 255, np.uint8), TABLE) == Rules()


def words(*placed: tuple[float, float, str]) -> list[Placed]:
    return [((x, y, x + 9 * len(text), y + 10), text) for x, y, text in placed]


def test_lines_of_text_between_two_ruling_lines_are_one_row() -> None:
    placed = words((60, 60, "Fees"), (300, 60, "What depends"), (300, 74, "on the school"))
    placed += words((60, 100, "Travel"), (300, 100, "The way home"), (60, 114, "and else"), (300, 114, "and back"))
    placed += words((60, 140, "Books"), (300, 140, "None"))
    ruled = cells_from_words(TABLE, placed, Rules(across=(55, 92, 132, 160)))
    assert [(c.row, c.text) for c in ruled if c.column == 0] == [(0, "Fees"), (1, "Travel and else"), (2, "Books")]
    assert next(c.text for c in ruled if c.column == 1) == "What depends on the school"


def test_rows_of_figures_between_two_ruling_lines_stay_rows() -> None:
    placed = [word for n in range(6) for word in words((60, 60 + 14 * n, "Sum"), (300, 60 + 14 * n, f"{n}.00"))]
    grouped = cells_from_words(TABLE, placed, Rules(across=(55, 85, 113, 150)))
    assert {c.row for c in grouped} == set(range(6))


def test_ruling_lines_part_columns_that_stand_close() -> None:
    placed = words((60, 60, "abc"), (92, 60, "def"), (60, 80, "ghi"), (92, 80, "jkl"))
    assert [c.column for c in cells_from_words(TABLE, placed, Rules(down=(55, 89, 140)))] == [0, 1, 0, 1]
