from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ocr.recognition.alignment import align, spans, words_around

TEXT = st.text(alphabet="ab c", max_size=30)


@given(TEXT, TEXT)
def test_the_stretches_cover_both_readings_in_turn(first, second):
    stretches = align(first, second)

    assert "".join(first[s.start : s.stop] for s in stretches) == first
    assert "".join(second[s.other_start : s.other_stop] for s in stretches) == second
    assert all(a.agreed != b.agreed for a, b in pairwise(stretches))


@given(TEXT, TEXT)
def test_stretches_agree_exactly_where_the_texts_are_the_same(first, second):
    for s in align(first, second):
        assert (first[s.start : s.stop] == second[s.other_start : s.other_stop]) == s.agreed


def test_a_missing_space_is_a_difference_of_one_space():
    first, second = "SDNBHD now", "SDN BHD now"

    (difference,) = [s for s in align(first, second) if not s.agreed]

    assert (first[difference.start : difference.stop], second[difference.other_start : difference.other_stop]) == (
        "",
        " ",
    )


def test_a_place_is_widened_to_the_words_it_touches():
    assert words_around("one two three", 5, 6) == "two"
    assert words_around("one two three", 2, 5) == "one two"
    assert words_around("one", 0, 0) == "one"


@given(st.lists(st.text(alphabet="abc", min_size=1)))
def test_spans_are_where_words_stand_in_the_line(words):
    line = " ".join(words)

    assert [line[a:b] for a, b in spans(words)] == words
