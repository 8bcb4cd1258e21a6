from hypothesis import given
from hypothesis import strategies as st

from ocr.documents import Line, Word
from ocr.extraction.rows import make_rows
from ocr_assets_tests.ocr.extraction.samples import set_text

NUMBERS = st.floats(min_value=-50, max_value=2_000, allow_nan=False)
SIZES = st.floats(min_value=0, max_value=400, allow_nan=False)


def word(text: str, x0: float, y0: float, x1: float, y1: float, page: int = 1) -> Word:
    return Word(page, 0, 0, None, text, 1.0, x0, y0, x1, y1, "test", "ocr")


def test_words_side_by_side_are_a_row_whatever_lines_they_came_in():
    _, _, words = set_text("Total      12.50\nCash       20.00")
    assert [r.text for r in make_rows(reversed(words), [])] == ["Total\t12.50", "Cash\t20.00"]


def test_a_row_may_lean():
    words = [word("TOTAL", 0, 100, 80, 120), word("DUE", 90, 104, 130, 124), word("9.00", 400, 112, 440, 132)]
    assert [r.text for r in make_rows(words[:2], [])] == ["TOTAL DUE"]
    assert len(make_rows(words, [])) <= 2


def test_a_page_without_words_is_read_from_its_lines():
    line = Line(1, 0, None, "Invoice No 42", 0.9, 100, 10, 230, 30, "test", "ocr")
    (row,) = make_rows([], [line])
    assert row.text == "Invoice No 42"
    assert row.span(8, 13).text == "No 42"
    assert row.span(0, 7).box == (100, 10, 170, 30)


def test_a_span_knows_its_words_and_their_confidence():
    words = [word("Date:12/02/2018", 0, 0, 150, 20), word("USER", 170, 0, 210, 20)]
    (row,) = make_rows(words, [])
    assert row.span(5, 15).text == "12/02/2018"
    assert row.span(5, 15).words == (words[0],)


@given(
    st.lists(
        st.builds(
            lambda t, x, y, w, h: word(t, x, y, x + w, y + h), st.text(max_size=6), NUMBERS, NUMBERS, SIZES, SIZES
        ),
        max_size=40,
    )
)
def test_every_word_stands_in_exactly_one_row(words):
    rows = make_rows(words, [])
    placed = sorted(id(w) for r in rows for w in r.words)
    assert placed == sorted(id(w) for w in words if w.text.strip())
    for row in rows:
        assert row.span(0, len(row.text)).words == tuple(row.words)
