"""Who reads lines: one engine all of them, a second one those that are doubtful; and how sure the outcome is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.engines import Image, RecognizedLine, RecognizedWord, TextRecognizer
from ocr.recognition.calibration import Calibration, Evidence
from ocr.recognition.voting import VotedWord, vocabulary, vote


@dataclass(frozen=True, slots=True)
class Panel:
    """The engines with the rules they are asked by.

    `second` is asked for lines whose probability of being right is below `below`, the least likely first, for at most
    `share` (0..1) of a page's lines and at most `most` of them: a budget in lines, not in seconds, so that a page reads
    the same on every machine.
    """

    first: TextRecognizer
    second: TextRecognizer | None
    calibration: Calibration
    below: float
    share: float
    most: int


@dataclass(frozen=True, slots=True)
class ReadWord:
    """A word, the engine that said it (or both), and the probability (0..1) that it is right."""

    word: RecognizedWord
    engine: str
    probability: float


@dataclass(frozen=True, slots=True)
class ReadLine:
    """The words of a line crop, left to right; `confidence` is the first engine's own."""

    words: tuple[ReadWord, ...]
    confidence: float


def read_lines(pages: Sequence[Sequence[Image]], tiers: Sequence[str], panel: Panel) -> list[list[ReadLine]]:
    """Read the line crops of pages, each page of a quality tier; the crops of all pages go to each engine together."""
    answers = iter(panel.first.recognize([crop for crops in pages for crop in crops]))
    read = [[next(answers) for _ in crops] for crops in pages]
    levels = [page_level(lines) for lines in read]
    judged = [
        [_alone(line, crop.shape[0], tier, level, panel) for line, crop in zip(lines, crops, strict=True)]
        for lines, crops, tier, level in zip(read, pages, tiers, levels, strict=True)
    ]
    if panel.second is None:
        return judged
    doubtful = [_doubtful(lines, panel) for lines in judged]
    seconds = iter(
        panel.second.recognize([crops[i] for crops, asked in zip(pages, doubtful, strict=True) for i in asked])
    )
    for lines, firsts, crops, tier, level, asked in zip(judged, read, pages, tiers, levels, doubtful, strict=True):
        others = {i: next(seconds) for i in asked}
        known = _known(lines, firsts, others)
        for i, other in others.items():
            lines[i] = _together(firsts[i], other, crops[i].shape[0], tier, level, known, panel, panel.second.name)
    return judged


def _alone(line: RecognizedLine, height: float, tier: str, page: float, panel: Panel) -> ReadLine:
    name = panel.first.name
    words = [
        ReadWord(w, name, panel.calibration.word(name, Evidence(w.text, w.confidence, w.least, height, tier, page)))
        for w in line.words
    ]
    return ReadLine(tuple(words), line.confidence)


def _doubtful(lines: Sequence[ReadLine], panel: Panel) -> list[int]:
    """The lines to ask the second engine for, in their order."""
    right = {
        i: panel.calibration.of_line([w.probability for w in line.words]) for i, line in enumerate(lines) if line.words
    }
    least = sorted((i for i, p in right.items() if p < panel.below), key=lambda i: (right[i], i))
    return sorted(least[: min(panel.most, int(panel.share * len(lines)))])


def _known(
    lines: Sequence[ReadLine], firsts: Sequence[RecognizedLine], others: dict[int, RecognizedLine]
) -> Counter[str]:
    """The page's vocabulary: words of lines beyond doubt, and words both engines read on a line."""
    sure = [w.word.text for i, line in enumerate(lines) if i not in others for w in line.words]
    agreed = [w.text for i, other in others.items() for w in firsts[i].words if w.text in {o.text for o in other.words}]
    return vocabulary([*sure, *agreed])


def _together(
    first: RecognizedLine,
    second: RecognizedLine,
    height: float,
    tier: str,
    page: float,
    known: Counter[str],
    panel: Panel,
    second_name: str,
) -> ReadLine:
    names = (panel.first.name, second_name)
    words = [
        ReadWord(v.word, _engine(v, names), panel.calibration.word(v.way, evidence_of(v, height, tier, page)))
        for v in vote(first, second, names, known, panel.calibration)
    ]
    return ReadLine(tuple(words), first.confidence)


def page_level(lines: Sequence[RecognizedLine]) -> float:
    """How sure an engine is on a page: the mean over its words of their least certain character."""
    least = [word.least for line in lines for word in line.words]
    return sum(least) / len(least) if least else 0.5


def evidence_of(voted: VotedWord, height: float, tier: str, page: float) -> Evidence:
    word = voted.word
    return Evidence(word.text, word.confidence, word.least, height, tier, page, voted.other, voted.certainty)


def _engine(voted: VotedWord, names: tuple[str, str]) -> str:
    """Who said the word: the one whose reading it is, or both."""
    winner, over, _ = voted.way.partition(" over ")
    return winner if over else "+".join(names)
