from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.documents import Line, Region
from ocr.embedding.chunks import chunk, running_text

KINDS = ["title", "heading", "text", "list", "table", "header", "footer"]


def count_words(text: str) -> int:
    return len(text.split())


def line(text: str, number: int, region: int | None = None, page: int = 1, confidence: float = 0.9) -> Line:
    y = 20.0 * number
    return Line(page, number, region, text, confidence, 10, y, 10 + 5 * len(text), y + 15, "test", "ocr")


def region(kind: str, number: int, page: int = 1) -> Region:
    return Region(page, number, kind, 0, 0, 100, 100, 1.0, "test")


@st.composite
def documents(draw: st.DrawFn) -> tuple[list[Region], list[Line], list[str], list[str]]:
    """Regions and lines of a document whose words are all different, its body words, and its heading words."""
    regions: list[Region] = []
    lines: list[Line] = []
    body: list[str] = []
    headings: list[str] = []
    serial = 0
    for page in range(1, draw(st.integers(1, 3)) + 1):
        number = 0
        for place in range(draw(st.integers(0, 6))):
            kind = draw(st.sampled_from([None, *KINDS]))
            if kind is not None:
                regions.append(region(kind, place, page))
            for _ in range(draw(st.integers(1, 5))):
                words = [f"w{serial + i}" for i in range(draw(st.integers(0, 9)))]
                serial += len(words)
                if draw(st.booleans()) and words:
                    words[-1] += "."
                lines.append(line(" ".join(words), number, None if kind is None else place, page))
                number += 1
                if kind in ("title", "heading"):
                    headings.extend(words)
                elif kind not in ("header", "footer"):
                    body.extend(words)
    return regions, lines, body, headings


@settings(max_examples=200, deadline=None)
@given(documents(), st.integers(4, 40))
def test_every_word_of_the_body_is_in_exactly_one_chunk_in_reading_order(document, most) -> None:
    regions, lines, body, headings = document
    chunks = chunk(regions, lines, count_words, most)
    words = [word for c in chunks for word in c.text.split()]
    assert [word for word in words if word not in headings] == body
    carried = {word for c in chunks for word in f"{c.heading} {c.text}".split()}
    assert set(headings) <= carried
    assert [c.number for c in chunks] == list(range(len(chunks)))


@settings(max_examples=200, deadline=None)
@given(documents(), st.integers(4, 40))
def test_only_a_single_line_is_longer_than_allowed_and_boxes_hold_their_lines(document, most) -> None:
    regions, lines, *_ = document
    for c in chunk(regions, lines, count_words, most):
        mine = [x for x in lines if x.page == c.page and x.text.strip() and set(x.text.split()) <= set(c.text.split())]
        assert count_words(c.text) <= most or len(mine) == 1
        assert count_words(c.heading) <= most
        assert (c.x0, c.y0) == (min(x.x0 for x in mine), min(x.y0 for x in mine))
        assert (c.x1, c.y1) == (max(x.x1 for x in mine), max(x.y1 for x in mine))


def test_headings_are_carried_to_the_chunks_under_them_and_over_the_page() -> None:
    regions = [
        region("title", 0),
        region("heading", 1),
        region("text", 2),
        region("header", 0, 2),
        region("text", 1, 2),
    ]
    lines = [
        line("Lease", 0, 0),
        line("Rent", 1, 1),
        line("The rent is due monthly.", 2, 2),
        line("Page 2", 0, 0, page=2),
        line("It is paid in advance.", 1, 1, page=2),
    ]
    first, second = chunk(regions, lines, count_words, 40)
    assert (first.heading, first.text, first.page) == ("Lease › Rent", "The rent is due monthly.", 1)
    assert (second.heading, second.text, second.page) == ("Lease › Rent", "It is paid in advance.", 2)


def test_a_heading_with_nothing_under_it_is_a_chunk_of_its_own() -> None:
    (only,) = chunk([region("title", 0)], [line("Annual report", 0, 0)], count_words, 40)
    assert (only.heading, only.text) == ("", "Annual report")


def test_a_long_text_marked_as_heading_is_text() -> None:
    long = "one two three four five six seven eight nine ten eleven"
    chunks = chunk([region("title", 0), region("text", 1)], [line(long, 0, 0), line("Body.", 1, 1)], count_words, 40)
    assert [(c.heading, c.text) for c in chunks] == [("", long), ("", "Body.")]


def test_a_paragraph_that_fits_is_kept_whole() -> None:
    regions = [region("text", 0), region("text", 1)]
    lines = [line("a a a a a", 0, 0), line("b b b b.", 1, 1), line("b b b b b", 2, 1)]
    assert [c.text for c in chunk(regions, lines, count_words, 10)] == ["a a a a a", "b b b b. b b b b b"]


def test_a_long_paragraph_is_cut_at_the_end_of_a_sentence() -> None:
    lines = [line("one two three", 0), line("four five six.", 1), line("Seven eight nine", 2), line("ten eleven.", 3)]
    assert [c.text for c in chunk([], lines, count_words, 9)] == [
        "one two three four five six.",
        "Seven eight nine ten eleven.",
    ]


def test_words_hyphenated_at_a_line_end_are_joined_and_not_cut_apart() -> None:
    assert (
        running_text(["the agree-", "ment of Baden-", "Baden is 3-", "fold"])
        == "the agreement of Baden- Baden is 3- fold"
    )
    lines = [line("one two", 0), line("three agree-", 1), line("ment four", 2)]
    assert [c.text for c in chunk([], lines, count_words, 4)] == ["one two", "three agreement four"]


def test_rows_of_a_table_stay_rows() -> None:
    (only,) = chunk([region("table", 0)], [line("Apples 3", 0, 0), line("Pears 4", 1, 0)], count_words, 40)
    assert only.text == "Apples 3\nPears 4"


def test_confidence_is_weighted_by_length() -> None:
    (only,) = chunk([], [line("abcdefgh", 0, confidence=0.9), line("xy", 1, confidence=0.4)], count_words, 40)
    assert abs(only.confidence - 0.8) < 1e-9


def test_a_document_without_text_has_no_chunks() -> None:
    assert chunk([], [], count_words, 40) == []
    assert chunk([region("figure", 0)], [line("  ", 0, 0)], count_words, 40) == []
