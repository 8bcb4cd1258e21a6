from hypothesis import given
from hypothesis import strategies as st

from ocr.evaluation.order import Disorder, disorder

WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=3), min_size=1, max_size=30, unique=True)


def test_a_column_read_too_early_counts_with_all_its_words():
    assert disorder("a b c d e f", "e f a b c d") == Disorder(2, 6)


def test_misread_and_repeated_words_say_nothing_of_the_order():
    assert disorder("the first the second", "the f1rst the second") == Disorder(0, 1)


def test_nothing_in_common_is_no_disorder():
    assert disorder("", "a b").rate == 0.0


@given(WORDS)
def test_the_truth_itself_is_in_order(words):
    assert disorder(" ".join(words), " ".join(words)) == Disorder(0, len(words))


@given(WORDS, st.randoms())
def test_some_word_always_stands_right(words, random):
    read = random.sample(words, len(words))

    assert disorder(" ".join(words), " ".join(read)).moved < len(words)
