import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.recognition.spaces import Gap, breaks, gap_between, ink_columns


def words_of(text: str, widths: dict[int, int], probabilities: dict[int, float]) -> str:
    """`text` without spaces, cut where a word is found to begin.

    Characters are 16 px wide; the white before character `i` is `widths[i]`, else 3 px, and the network's probability
    of a space there `probabilities[i]`, else that of a letter gap.
    """
    gaps, middles, x = [], [8.0], 16
    for i in range(1, len(text)):
        width = widths.get(i, 3)
        gaps.append(Gap(x, x + width))
        middles.append(x + width + 8.0)
        x += width + 16
    spaces = np.array([probabilities.get(i, 0.001) for i in range(1, len(text))])
    begins = np.flatnonzero(breaks(list(text), spaces, gaps, np.array(middles))) + 1
    return " ".join("".join(part) for part in np.split(np.array(list(text)), begins))


def test_a_gap_as_wide_as_the_lines_others_is_a_space_though_the_network_doubts():
    assert words_of("onetwosix", {3: 16, 6: 16}, {3: 0.99, 6: 0.2}) == "one two six"


def test_a_probable_space_without_white_is_none():
    assert words_of("onetwosix", {3: 16}, {3: 0.99, 6: 0.4}) == "one twosix"


def test_thin_white_before_a_colon_in_running_text_is_none():
    text, starts = "wesawthemallatlast;andthenleft", (2, 5, 9, 12, 14, 19, 22, 26)
    widths = dict.fromkeys(starts, 15) | {18: 9}
    probabilities = dict.fromkeys(starts, 0.99) | {18: 0.5}

    assert words_of(text, widths, probabilities) == "we saw them all at last; and then left"


def test_a_colon_set_apart_in_a_form_is_a_word():
    assert words_of("TEL:0712", {3: 18, 4: 18}, {3: 0.9, 4: 0.9}) == "TEL : 0712"


def test_an_amount_is_never_cut_at_its_point():
    assert words_of("RM39.54x", {5: 18, 7: 18}, {5: 0.95, 7: 0.99}) == "RM39.54 x"


def test_ideographs_are_parted_only_where_the_network_is_sure():
    assert words_of("的人的人", {1: 18, 2: 18}, {1: 0.3, 2: 0.6}) == "的人 的人"


@given(st.text(alphabet="ab9:.,(", min_size=2, max_size=20), st.integers(0, 40), st.floats(0, 1))
def test_every_place_is_answered(text, width, probability):
    every = range(1, len(text))

    read = words_of(text, dict.fromkeys(every, width), dict.fromkeys(every, probability))

    assert read.replace(" ", "") == text


@pytest.mark.parametrize("inverse", [False, True])
def test_ink_is_found_in_dark_and_in_light_writing(inverse):
    line = np.full((48, 100), 240, np.uint8)
    line[10:40, 20:30] = 20
    line[10:40, 60:80] = 20

    ink = ink_columns(255 - line if inverse else line)

    assert np.flatnonzero(ink).tolist() == [*range(20, 30), *range(60, 80)]
    assert gap_between(ink, 25, 70) == Gap(30, 60)


def test_touching_characters_have_an_empty_gap_between_their_middles():
    gap = gap_between(np.ones(50, bool), 10, 20)

    assert gap.width == 0
    assert 10 <= gap.start <= 20
