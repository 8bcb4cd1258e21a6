from ocr.documents import Region
from ocr.layout.cells import Placed, cells_from_words

TABLE = Region(page=3, number=2, kind="table", x0=0, y0=0, x1=600, y1=300, score=1.0, source="test")


def row(y: float, *cells: tuple[float, str]) -> list[Placed]:
    words: list[Placed] = []
    for x, text in cells:
        for word in text.split():
            words.append(((x, y, x + 8 * len(word), y + 12), word))
            x += 8 * len(word) + 4
    return words


def test_rows_and_columns_follow_the_places_of_the_words() -> None:
    words = row(10, (10, "Item name"), (300, "Net"), (450, "Gross"))
    words += row(40, (10, "Chair"), (300, "10.00"), (450, "11.90"))
    words += row(70, (10, "Big table"), (300, "90.00"), (450, "107.10"))
    cells = cells_from_words(TABLE, words[::-1])
    assert [(c.row, c.column, c.text) for c in cells] == [
        (0, 0, "Item name"), (0, 1, "Net"), (0, 2, "Gross"),
        (1, 0, "Chair"), (1, 1, "10.00"), (1, 2, "11.90"),
        (2, 0, "Big table"), (2, 1, "90.00"), (2, 2, "107.10"),
    ]  # fmt: skip
    assert {c.row for c in cells if c.header} == {0}
    assert {(c.page, c.region) for c in cells} == {(3, 2)}


def test_a_cell_over_two_columns_spans_them() -> None:
    words = row(10, (300, "Amounts in thousand euro"))
    words += row(40, (10, "2019"), (300, "10.00"), (450, "11.90"))
    words += row(70, (10, "2020"), (300, "90.00"), (450, "107.10"))
    top = cells_from_words(TABLE, words)[0]
    assert (top.column, top.column_span) == (1, 2)


def test_an_empty_cell_is_left_out_and_moves_no_other() -> None:
    words = row(10, (10, "a"), (300, "1"), (450, "2")) + row(40, (10, "b"), (450, "3"))
    words += row(70, (10, "c"), (300, "4"), (450, "5"))
    assert [(c.column, c.text) for c in cells_from_words(TABLE, words) if c.row == 1] == [(0, "b"), (2, "3")]


def test_words_outside_the_region_and_text_in_one_column_make_no_cells() -> None:
    outside = row(500, (10, "x"), (300, "1"))
    assert cells_from_words(TABLE, outside) == []
    assert cells_from_words(TABLE, row(10, (10, "only")) + row(40, (10, "one column"))) == []
