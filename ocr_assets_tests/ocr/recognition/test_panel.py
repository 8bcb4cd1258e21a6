from dataclasses import replace

import numpy as np
import pytest

from ocr.engines import LINE, RecognizedLine, RecognizedWord
from ocr.recognition.calibration import load
from ocr.recognition.panel import Panel, read_lines

CROP = np.full((40, 200, 3), 255, np.uint8)


class Reader:
    """Says what it was told to, and remembers what it was asked."""

    def __init__(self, name, texts, confidence=0.9):
        self.name, self.fingerprint = name, name
        self._texts, self._confidence = texts, confidence
        self.asked = 0

    def recognize(self, crops, hint=LINE):
        self.asked += len(crops)
        return [self._line(self._texts[int(crop[0, 0, 0])]) for crop in crops]

    def _line(self, text):
        parts = text.split()
        confidence = 0.55 if "?" in text else self._confidence
        words = tuple(
            RecognizedWord(w, confidence, i / len(parts), (i + 1) / len(parts), confidence) for i, w in enumerate(parts)
        )
        return RecognizedLine(text, confidence, words)


def crops(count):
    numbered = []
    for number in range(count):
        crop = CROP.copy()
        crop[0, 0] = number
        numbered.append(crop)
    return numbered


def panel(first, second, **rules):
    return replace(Panel(first, second, load(), below=0.95, share=1.0, most=100), **rules)


def test_one_engine_alone_reads_every_line():
    (lines,) = read_lines([crops(2)], ["good"], panel(Reader("ppocr", ["one two", ""]), None))

    assert [w.word.text for w in lines[0].words] == ["one", "two"]
    assert {w.engine for w in lines[0].words} == {"ppocr"}
    assert lines[1].words == ()


def test_only_doubtful_lines_are_read_twice():
    first = Reader("ppocr", ["sure of this", "not of th?s", "sure again"], 0.9999)
    second = Reader("tesseract", ["sure of this", "not of this", "sure again"])

    (lines,) = read_lines([crops(3)], ["good"], panel(first, second, below=0.8))

    assert second.asked == 1
    assert {w.engine for w in lines[0].words} == {"ppocr"}
    assert lines[1].words[0].engine == "ppocr+tesseract"


@pytest.mark.parametrize(("rules", "asked"), [({"share": 0.5}, 2), ({"most": 1}, 1), ({"share": 0.0}, 0)])
def test_the_budget_bounds_how_many_lines_of_a_page_are_read_twice(rules, asked):
    first = Reader("ppocr", ["wh?t", "is", "th?s", "n?w"])
    second = Reader("tesseract", ["what", "is", "this", "now"])

    read_lines([crops(4)], ["good"], panel(first, second, below=1.0, **rules))

    assert second.asked == asked


def test_pages_read_together_say_what_they_say_alone():
    texts = ["wh?t", "is", "th?s", "n?w"]
    both = panel(Reader("ppocr", texts), Reader("tesseract", [t.replace("?", "a") for t in texts]))

    together = read_lines([crops(4), [], crops(2)], ["good", "poor", "fair"], both)

    assert together == [
        *read_lines([crops(4)], ["good"], both),
        [],
        *read_lines([crops(2)], ["fair"], both),
    ]


def test_agreement_of_two_engines_makes_a_word_surer():
    first = Reader("ppocr", ["t?tal"])
    agreed = panel(first, Reader("tesseract", ["t?tal"]), below=1.0)

    ((alone,),) = read_lines([crops(1)], ["good"], replace(agreed, second=None))
    ((together,),) = read_lines([crops(1)], ["good"], agreed)

    assert together.words[0].probability > alone.words[0].probability
