from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.engines import RecognizedLine, RecognizedWord
from ocr.recognition.calibration import Calibration, load
from ocr.recognition.voting import features, question, vocabulary, vote

NAMES = ("ppocr", "tesseract")
NOBODY = Calibration("", {}, [0.0, 1.0, 0.0], {})
WIDTH = 20


def line(text, confidence=0.9, least=None):
    """Words of equal letters on a line of WIDTH characters."""
    words, place = [], 0
    for word in text.split():
        start = text.index(word, place)
        place = start + len(word)
        words.append(RecognizedWord(word, confidence, start / WIDTH, place / WIDTH, least or confidence))
    return RecognizedLine(" ".join(text.split()), confidence, tuple(words))


def always(second):
    """A calibration that always takes one side."""
    count = len(features(_difference(), line("a"), line("b"), Counter()))
    weights = [9.0 if second else -9.0] + [0.0] * (count - 1)
    return Calibration("", {}, NOBODY.line, {"ppocr>tesseract/characters": weights, "ppocr>tesseract/spaces": weights})


def _difference():
    from ocr.recognition.alignment import align

    return align("a", "b")[0]


def texts(voted):
    return [v.word.text for v in voted]


@given(st.text("ab1. ", max_size=WIDTH), st.text("ab1. ", max_size=WIDTH))
def test_the_vote_takes_the_side_it_is_told_to(first, second):
    first, second = line(first), line(second)

    assert " ".join(texts(vote(first, second, NAMES, Counter(), always(second=False)))) == first.text
    if first.words and second.words:
        assert " ".join(texts(vote(first, second, NAMES, Counter(), always(second=True)))) == second.text


def test_words_say_who_said_them_and_keep_what_the_other_said():
    voted = vote(line("the oat sat"), line("the cat sat", 0.8), NAMES, Counter(), always(second=True))

    assert texts(voted) == ["the", "cat", "sat"]
    assert [v.way for v in voted] == ["ppocr+tesseract", "tesseract over ppocr", "ppocr+tesseract"]
    assert voted[1].word.alternatives == (("oat", 0.9),)
    assert voted[1].word.confidence == 0.8 and voted[1].other == 0.9
    assert not voted[0].word.alternatives


def test_a_space_of_the_second_engine_divides_a_word_in_place():
    voted = vote(line("SDNBHD now"), line("SDN BHD now"), NAMES, Counter(), always(second=True))

    assert texts(voted) == ["SDN", "BHD", "now"]
    edges = [edge for v in voted for edge in (v.word.start, v.word.end)]
    assert edges == sorted(edges)
    assert voted[0].word.end == pytest.approx(3 / WIDTH)


def test_a_space_that_was_not_taken_is_an_alternative():
    voted = vote(line("SDNBHD now"), line("SDN BHD now"), NAMES, Counter(), always(second=False))

    assert texts(voted) == ["SDNBHD", "now"]
    assert voted[0].word.alternatives[0][0] == "SDN BHD"
    assert voted[0].way == "ppocr over tesseract"


def test_quotes_and_dashes_of_another_style_are_no_difference():
    voted = vote(line("don't go-"), line("don’t go—"), NAMES, Counter(), always(second=True))

    assert texts(voted) == ["don't", "go-"]
    assert question(NAMES, "'", "’") is None


def test_engines_never_compared_leave_the_first_reading():
    voted = vote(line("the oat"), line("the cat"), ("easyocr", "docling"), Counter(), load())

    assert texts(voted) == ["the", "oat"]
    assert voted[1].word.alternatives == (("cat", 0.9),)


def test_a_second_engine_that_reads_nothing_changes_nothing():
    assert texts(vote(line("as it was"), line(""), NAMES, Counter(), always(second=True))) == ["as", "it", "was"]
    assert vote(line(""), line("noise"), NAMES, Counter(), always(second=True)) == []


def test_the_packaged_vote_believes_the_engine_that_reads_a_word_of_the_language():
    known = vocabulary(["other", "words"])

    voted = vote(line("buy food and tobaooo", 0.97, 0.6), line("buy food and tobacco", 0.96), NAMES, known, load())

    assert texts(voted)[-1] == "tobacco"
