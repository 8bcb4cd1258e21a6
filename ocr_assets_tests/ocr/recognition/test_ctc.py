import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.engines import RecognizedLine
from ocr.recognition.ctc import decode

CHARACTERS = ["", *"abcdefgh:;19", " "]
STEP = 8.0


def steps_of(text: str, blanks: int = 2) -> np.ndarray:
    """Certain steps that spell `text`, blanks before, between and after its characters."""
    classes = [0] * blanks
    for character in text:
        classes += [CHARACTERS.index(character), *[0] * blanks]
    steps = np.zeros((len(classes), len(CHARACTERS)), np.float32)
    steps[np.arange(len(classes)), classes] = 1.0
    return steps


def line_of(steps: np.ndarray) -> np.ndarray:
    """A line 48 high, black where a character is emitted, white where nothing or a space is."""
    dark = (steps.argmax(axis=1) != 0) & (steps.argmax(axis=1) != len(CHARACTERS) - 1)
    return np.where(np.repeat(dark, int(STEP)), 0, 255).astype(np.uint8) * np.ones((48, 1), np.uint8)


def read(steps: np.ndarray) -> RecognizedLine:
    return decode(steps, CHARACTERS, line_of(steps), STEP)


@settings(deadline=None)  # the first example loads OpenCV
@given(st.text(alphabet="abcdefgh:;9 ", max_size=30), st.integers(1, 4))
def test_text_that_was_spelled_is_read_with_runs_of_spaces_as_one(text, blanks):
    line = read(steps_of(text, blanks))

    assert line.text == " ".join(text.split())
    assert [w.text for w in line.words] == text.split()


@settings(deadline=None)  # the first example loads OpenCV
@given(st.text(alphabet="abcdefgh:;9 ", max_size=30))
def test_words_lie_in_the_crop_left_to_right_without_overlap(text):
    words = read(steps_of(text)).words

    edges = [edge for w in words for edge in (w.start, w.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= 1 for edge in edges)


def test_nothing_spelled_is_an_empty_line_without_confidence():
    line = read(steps_of(""))

    assert (line.text, line.confidence, line.words) == ("", 0.0, ())


def test_a_repeated_step_is_one_character_and_a_blank_between_makes_two():
    steps = np.repeat(steps_of("aab"), 2, axis=0)

    assert read(steps).text == "aab"


def test_a_word_lies_where_its_ink_is():
    steps = steps_of("ab 19")

    first, second = read(steps).words

    ink = np.flatnonzero(line_of(steps)[0] == 0) / (len(steps) * STEP)
    assert first.end == pytest.approx(ink[len(ink) // 2 - 1], abs=0.01)
    assert second.start == pytest.approx(ink[len(ink) // 2], abs=0.01)


def test_steps_of_padding_to_the_right_do_not_shift_words():
    steps = steps_of("ab 19")
    padded = np.concatenate([steps, steps_of("", blanks=len(steps))])

    plain, shifted = read(steps), decode(padded, CHARACTERS, line_of(steps), STEP)

    assert shifted == plain


def test_a_settled_look_alike_keeps_what_was_read_as_an_alternative():
    characters = ["", *"19o8", " "]
    classes = [0, 1, 0, 2, 0, 3, 0, 4, 0]
    steps = np.eye(len(characters), dtype=np.float32)[classes]

    (word,) = decode(steps, characters, np.full((48, 72), 255, np.uint8), STEP).words

    assert (word.text, word.alternatives) == ("1908", (("19o8", 1.0),))
