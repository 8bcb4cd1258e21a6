import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.recognition.ctc import decode

CHARACTERS = ["", *"abcdefgh:;19", " "]


def steps_of(text: str, blanks: int = 2) -> np.ndarray:
    """Certain steps that spell `text`, blanks before, between and after its characters."""
    classes = [0] * blanks
    for character in text:
        classes += [CHARACTERS.index(character), *[0] * blanks]
    steps = np.zeros((len(classes), len(CHARACTERS)), np.float32)
    steps[np.arange(len(classes)), classes] = 1.0
    return steps


@given(st.text(alphabet="abcdefgh:;19 ", max_size=30), st.integers(1, 4))
def test_text_that_was_spelled_is_read_with_runs_of_spaces_as_one(text, blanks):
    line = decode(steps_of(text, blanks), CHARACTERS, used=1.0)

    assert line.text == " ".join(text.split())
    assert [w.text for w in line.words] == text.split()


@given(st.text(alphabet="abcdefgh:;19 ", max_size=30), st.floats(0.3, 1.0))
def test_words_lie_in_the_crop_left_to_right_without_overlap(text, used):
    words = decode(steps_of(text), CHARACTERS, used).words

    edges = [edge for w in words for edge in (w.start, w.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= 1 for edge in edges)


def test_nothing_spelled_is_an_empty_line_without_confidence():
    line = decode(steps_of(""), CHARACTERS, used=1.0)

    assert (line.text, line.confidence, line.words) == ("", 0.0, ())


def test_a_repeated_step_is_one_character_and_a_blank_between_makes_two():
    steps = np.repeat(steps_of("aab"), 2, axis=0)

    assert decode(steps, CHARACTERS, used=1.0).text == "aab"


@pytest.mark.parametrize(("spelled", "read"), [("ab:19", "ab: 19"), ("ab;19", "ab; 19")])
def test_a_space_the_network_half_sees_is_read_but_not_before_closing_punctuation(spelled, read):
    steps = steps_of(spelled)
    before_punctuation, before_digit = 7, 10
    for step in (before_punctuation, before_digit):
        steps[step] = 0
        steps[step, [0, -1]] = [0.7, 0.3]

    assert decode(steps, CHARACTERS, used=1.0).text == read


def test_padding_on_the_right_does_not_shift_words():
    steps = steps_of("ab 19")
    padded = np.concatenate([steps, steps_of("", blanks=len(steps))])

    plain, shifted = decode(steps, CHARACTERS, used=1.0), decode(padded, CHARACTERS, used=0.5)

    assert [w.start for w in plain.words] == pytest.approx([w.start for w in shifted.words])
    assert [w.end for w in plain.words] == pytest.approx([w.end for w in shifted.words])
