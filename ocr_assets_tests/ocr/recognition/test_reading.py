import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.documents import Page, Region, Word
from ocr.recognition.ppocr import PPOCRDetector, PPOCRRecognizer
from ocr.recognition.reading import corners, lines_from_layer, read_pages, text_boxes
from ocr.settings import EngineSettings
from ocr_assets_tests.ocr.recognition.drawing import alone, page, page_image

PAGE = Page(3, 1000, 1000, 72, 1000, 1000, needs_ocr=False)


def layer(*lines):
    """Words of a text layer: for each line its left edge, top and text, ten pixels a character."""
    words = []
    for number, (x, y, text) in enumerate(lines):
        for place, word in enumerate(text.split()):
            words.append(
                Word(3, number, place, None, word, 1.0, x, y, x + 10 * len(word), y + 15, "pymupdf", "text_layer")
            )
            x += 10 * len(word) + 10
    return words


def region(number, x0, y0, x1, y1, kind="text"):
    return Region(3, number, kind, x0, y0, x1, y1, 0.9, "test")


def texts(lines):
    return [line.text for line in lines]


@pytest.fixture(scope="module")
def engines():
    settings = EngineSettings(device="cpu")
    return PPOCRDetector(settings), PPOCRRecognizer(settings)


def read(images, detector, recognizer, least=0.5):
    pages = [page(image) for image in images]
    quads = [corners(text_boxes(p, q)) for p, q in zip(pages, detector.detect(images), strict=True)]
    return read_pages(
        [(p, [], q, image) for p, q, image in zip(pages, quads, images, strict=True)], alone(recognizer), least
    )


def test_a_receipt_is_read_row_by_row(engines):
    image = page_image(
        [
            (120, 30, "CORNER SHOP"),
            (30, 90, "2 Coffee beans"),
            (440, 90, "12.40"),
            (30, 130, "1 Oat milk"),
            (440, 130, "2.15"),
            (30, 190, "TOTAL"),
            (440, 190, "14.55"),
        ],
        560,
        260,
    )

    ((lines, words),) = read([image], *engines)

    assert texts(lines) == ["CORNER SHOP", "2 Coffee beans 12.40", "1 Oat milk 2.15", "TOTAL 14.55"]
    assert [line.number for line in lines] == [0, 1, 2, 3]
    price = next(w for w in words if w.text == "14.55")
    assert (price.line, price.number, price.engine, price.source) == (3, 1, "ppocr", "ocr")
    assert price.x0 == pytest.approx(440, abs=8) and price.y0 == pytest.approx(193, abs=8)


def test_two_columns_are_read_one_after_the_other(engines):
    left = [
        "The harbour lies quiet at",
        "this early hour, and only",
        "gulls are awake to see it.",
        "Nobody speaks a word.",
    ]
    right = [
        "Across the bay a bell is",
        "ringing for the first boat,",
        "which leaves at six sharp",
        "and returns before dark.",
    ]
    image = page_image(
        [(40, 40 + 40 * i, t) for i, t in enumerate(left)] + [(420, 52 + 40 * i, t) for i, t in enumerate(right)],
        760,
        240,
    )

    ((lines, _),) = read([image], *engines)

    assert texts(lines) == left + right


def test_pages_read_together_say_what_they_say_alone(engines):
    images = [page_image([(20, 20, f"Page number {n} of three")], 420 + 40 * n, 80) for n in (1, 2, 3)]

    assert read(images, *engines) == [read([image], *engines)[0] for image in images]


def test_an_empty_page_has_no_lines(engines):
    image = np.full((200, 200, 3), 255, np.uint8)

    assert read([image], *engines) == [([], [])]
    assert read([], *engines) == []


def test_lines_less_sure_than_asked_are_dropped(engines):
    image = page_image([(20, 20, "Clear enough")], 300, 80)

    assert read([image], *engines, 1.01) == [([], [])]


def test_regions_give_the_order_and_lines_outside_them_are_put_in_place():
    words = layer((50, 300, "second"), (50, 100, "first"), (50, 200, "between the two"))
    regions = [region(0, 40, 90, 500, 130), region(1, 40, 290, 500, 330)]

    lines, _ = lines_from_layer(PAGE, regions, words)

    assert [(line.text, line.region) for line in lines] == [("first", 0), ("between the two", None), ("second", 1)]


def test_the_order_of_regions_is_kept_also_where_geometry_would_choose_another():
    words = layer((50, 100, "read last"), (50, 300, "read first"))
    regions = [region(0, 40, 290, 500, 330), region(1, 40, 90, 500, 130)]

    lines, _ = lines_from_layer(PAGE, regions, words)

    assert texts(lines) == ["read first", "read last"]


def test_side_by_side_regions_are_not_joined_where_they_cut_few_lines():
    body = [(50, 200 + 30 * i, f"a line of the body number {i} of ten") for i in range(10)]
    words = layer((50, 100, "sender"), (600, 100, "invoice number"), *body)
    regions = [region(0, 40, 90, 300, 130), region(1, 590, 90, 900, 130), region(2, 40, 190, 900, 520)]

    lines, _ = lines_from_layer(PAGE, regions, words)

    assert texts(lines)[:3] == ["sender", "invoice number", "a line of the body number 0 of ten"]


def test_regions_that_cut_most_lines_are_not_believed():
    words = layer(
        *[item for i in range(8) for item in ((50, 100 + 30 * i, f"item {i}"), (800, 100 + 30 * i, f"{i}.00"))]
    )
    regions = [region(0, 40, 90, 500, 400), region(1, 700, 90, 900, 400)]

    lines, _ = lines_from_layer(PAGE, regions, words)

    assert texts(lines) == [f"item {i} {i}.00" for i in range(8)]


def test_regions_that_hold_little_of_the_text_are_not_believed():
    words = layer(*[(50, 100 + 30 * i, f"line {i}") for i in range(10)])

    lines, _ = lines_from_layer(PAGE, [region(0, 40, 360, 300, 390)], words)

    assert texts(lines) == [f"line {i}" for i in range(10)]
    assert [line.region for line in lines] == [None] * 9 + [0]


def test_a_line_that_runs_across_two_regions_is_cut_between_them():
    left = [(50, 100 + 30 * i, "left column text") for i in range(6)]
    right = [(400, 100 + 30 * i, "right column with its text") for i in range(6)]
    bridged = [(50, 280, "the left end and the right one goes on")]
    words = layer(*left, *right, *bridged)
    regions = [region(0, 40, 90, 220, 310), region(1, 221, 90, 700, 310)]
    cut_at = [w for w in words if w.line == 12 and w.x0 < 220]

    lines, placed = lines_from_layer(PAGE, regions, words)

    assert {w.region for w in placed if w.y0 == 280} == {0, 1}
    assert next(line.text for line in lines if line.y0 == 280) == " ".join(w.text for w in cut_at)


def test_a_paragraph_number_outside_the_region_belongs_to_its_line():
    words = layer(
        (50, 100, "8."), (120, 100, "General terms apply to all of this"), (120, 130, "and to the rest of it too")
    )

    lines, _ = lines_from_layer(PAGE, [region(0, 110, 90, 600, 160)], words)

    assert texts(lines) == ["8. General terms apply to all of this", "and to the rest of it too"]
    assert [line.region for line in lines] == [0, 0]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 900), st.integers(0, 980), st.sampled_from(["a", "two words", "a longer line of text"])
        )
    ),
    st.lists(
        st.tuples(st.integers(0, 800), st.integers(0, 800), st.integers(20, 800), st.integers(20, 400)), max_size=5
    ),
)
def test_no_word_is_lost_doubled_or_misnumbered(texts, boxes):
    words = layer(*texts)
    regions = [region(n, x, y, x + w, y + h) for n, (x, y, w, h) in enumerate(boxes)]

    lines, placed = lines_from_layer(PAGE, regions, words)

    assert sorted((w.text, w.x0, w.y0) for w in placed) == sorted((w.text, w.x0, w.y0) for w in words)
    assert [line.number for line in lines] == list(range(len(lines)))
    for line in lines:
        own = [w for w in placed if w.line == line.number]
        assert [w.number for w in own] == list(range(len(own)))
        assert line.text == " ".join(w.text for w in own)
        assert {w.region for w in own} == {line.region}


def test_the_order_does_not_depend_on_the_order_of_the_layer():
    lines = [(50, 100 + 40 * i, f"line {i}") for i in range(12)]
    shuffled = random.Random(7).sample(lines, len(lines))

    assert texts(lines_from_layer(PAGE, [], layer(*shuffled))[0]) == [text for _, _, text in lines]


def test_words_of_the_layer_are_not_changed():
    words = layer((50, 300, "second"), (50, 100, "first"))

    lines_from_layer(PAGE, [], words)

    assert [(w.text, w.line) for w in words] == [("second", 0), ("first", 1)]
