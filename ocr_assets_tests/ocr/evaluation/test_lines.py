from hypothesis import given
from hypothesis import strategies as st

from ocr.evaluation.lines import counterpart, words_right

TRUTH = "The quick brown fox jumps over the lazy dog and is never seen again"


def test_a_line_is_found_in_the_text_of_its_page_with_its_misreadings():
    assert counterpart("quick brcwn fex", TRUTH) == "quick brown fox"


def test_a_letter_lost_at_the_edge_is_part_of_the_counterpart():
    assert counterpart("he quick brown fo", TRUTH) == "The quick brown fox"


def test_a_line_that_stands_in_the_truth_is_its_own_counterpart():
    assert counterpart("0.00", "10.00 and 0.00") == "0.00"


def test_a_hyphenated_end_of_line_is_no_error():
    assert counterpart("jumps over the la-", TRUTH) == "jumps over the la-"
    assert counterpart("zy dog and is never", TRUTH) == "lazy dog and is never"


def test_what_is_not_in_the_truth_has_no_counterpart():
    assert counterpart("PAGE 17 OF 204", TRUTH) is None
    assert counterpart("", TRUTH) is None
    assert counterpart("fox", "") is None


@given(st.data())
def test_any_stretch_of_whole_words_is_its_own_counterpart(data):
    words = TRUTH.split()
    start = data.draw(st.integers(0, len(words) - 1))
    stop = data.draw(st.integers(start + 1, len(words)))
    line = " ".join(words[start:stop])

    assert counterpart(line, TRUTH) == line
    assert all(words_right(words[start:stop], line))


def test_words_are_right_only_whole_and_in_place():
    assert words_right(["The", "quickbrown", "fox", "iumps"], "The quick brown fox jumps") == [True, False, True, False]
    assert words_right(["The", "qu", "ick", "fox"], "The quick fox") == [True, False, False, True]
    assert words_right([], "something") == []
