from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.evaluation.text import compare, normalise, pool, score_text
from ocr.evaluation.truth import Truth, TruthPage

SHA = "ab" * 32
WORDS = st.lists(st.text(alphabet="abcß.", min_size=1, max_size=5), max_size=8)


def test_a_wrong_letter_costs_one_character_and_one_word():
    score = compare("total due 12.50", "total due 12.60")
    assert (score.characters.edits, score.characters.length) == (1, 15)
    assert (score.words.edits, score.words.length) == (1, 3)
    assert score.bag.f1 == pytest.approx(2 / 3)


def test_order_costs_cer_and_wer_but_not_word_f1():
    score = compare("one two three four", "three four one two")
    assert score.bag.f1 == 1.0
    assert score.words.rate == 1.0
    assert score.characters.rate > 0.5


def test_line_breaks_ligatures_and_wide_spaces_are_no_errors():
    assert compare("final office\nfile", "ﬁnal  oﬃce\u00a0file").characters.edits == 0


def test_a_repeated_word_matches_only_as_often_as_it_stands_in_the_truth():
    bag = compare("a b", "a a a b").bag
    assert (bag.matched, bag.precision, bag.recall) == (2, 0.5, 1.0)


def test_an_empty_truth_is_right_only_when_nothing_was_read():
    assert compare("", "").characters.rate == 0.0
    assert compare("", "").bag.f1 == 1.0
    assert compare("", "ghost").characters.rate == 1.0
    assert compare("", "ghost").bag.f1 == 0.0


def test_only_pages_with_known_text_are_judged():
    truth = Truth(sha256=SHA, pages=[TruthPage(number=1, rotation=0), TruthPage(number=2, text="two")])
    score = score_text(truth, {1: "whatever", 2: "two", 3: "more"})
    assert score is not None
    assert (score.units, score.characters.edits, score.characters.length) == (1, 0, 3)


def test_a_page_that_was_not_read_is_all_deletions():
    truth = Truth(sha256=SHA, pages=[TruthPage(number=1, text="one"), TruthPage(number=2, text="two")])
    score = score_text(truth, {1: "one"})
    assert score is not None
    assert score.characters.rate == 0.5


def test_truth_without_pages_is_compared_with_the_whole_document():
    score = score_text(Truth(sha256=SHA, text="one two"), {2: "two", 1: "one"})
    assert score is not None
    assert score.characters.edits == 0


def test_truth_without_text_gives_no_score():
    assert score_text(Truth(sha256=SHA, fields={"total": "1.00"}), {1: "x"}) is None


@given(WORDS, WORDS)
def test_scores_stay_within_bounds_and_perfect_means_equal(truth, read):
    first, second = " ".join(truth), " ".join(read)
    score = compare(first, second)
    assert 0 <= score.bag.f1 <= 1
    assert score.characters.edits <= max(len(normalise(first)), len(normalise(second)))
    assert score.words.edits <= max(len(truth), len(read))
    assert (score.characters.edits == 0) == (normalise(first) == normalise(second))
    assert compare(second, first).characters.edits == score.characters.edits


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4))
def test_pooling_adds_counts(pairs):
    scores = [compare(" ".join(truth), " ".join(read)) for truth, read in pairs]
    pooled = pool(scores)
    assert pooled.units == len(pairs)
    assert pooled.characters.edits == sum(s.characters.edits for s in scores)
    assert pooled.bag.read == sum(len(read) for _, read in pairs)


def test_case_counts_unless_the_truth_was_written_down_without_it() -> None:
    page = TruthPage(number=1, text="TOTAL")
    strict = score_text(Truth(sha256="0" * 64, pages=[page]), {1: "Total"})
    lenient = score_text(Truth(sha256="0" * 64, pages=[page], caseless=True), {1: "Total"})
    assert strict is not None and lenient is not None
    assert (strict.characters.edits, lenient.characters.edits) == (4, 0)
