"""Greedy CTC decoding that keeps each word's place (Graves et al., 2006)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ocr.engines import RecognizedLine, RecognizedWord
from ocr.recognition.lookalikes import settled
from ocr.recognition.spaces import Gap, breaks, gap_between, ink_columns

NOTHING = RecognizedLine("", 0.0, ())

LATE = 1.0
EARLY = 0.25
"""Steps by which a word's first character is emitted after its left edge, and its last before its right edge: medians
over 3,000 words of rendered contracts, whose true boxes are known (half of all edges then lie within .3 steps). Where
the ink shows the edge, that counts."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """The visible characters of a line: each with its probability, and the first step it is emitted at and the one
    after its last. `spaces`: the highest probability of a space before each but the first."""

    characters: list[str]
    scores: np.ndarray
    first: np.ndarray
    end: np.ndarray
    spaces: np.ndarray


def decode(steps: np.ndarray, characters: Sequence[str], line: np.ndarray, step: float) -> RecognizedLine:
    """The line that a `T×C` array of class probabilities spells; class 0 is CTC's blank, the last one a space.

    `line`: the `48×W` grey image that was read, without padding; `step`: pixels of it to one of the `T` steps.
    """
    spelling = spell(steps, characters)
    if not spelling.characters:
        return NOTHING
    gaps, middles = white(spelling, line, step)
    begins = np.flatnonzero(breaks(spelling.characters, spelling.spaces, gaps[1:-1], middles)) + 1
    spans = list(pairwise([0, *begins.tolist(), len(spelling.characters)]))
    words = tuple(
        _word(spelling, span, left / line.shape[1], right / line.shape[1])
        for span, (left, right) in zip(spans, _edges(spelling, spans, gaps, line.shape[1], step), strict=True)
    )
    return RecognizedLine(" ".join(w.text for w in words), float(spelling.scores.mean()), words)


def spell(steps: np.ndarray, characters: Sequence[str]) -> Spelling:
    """The likeliest class of each step, repeats and blanks left out, spaces apart."""
    classes = steps.argmax(axis=1)
    changes = np.flatnonzero(np.diff(classes, prepend=-1))
    ends = np.append(changes[1:], len(classes))
    visible = np.array([c != 0 and not characters[c].isspace() for c in classes[changes]], bool)
    first, end = changes[visible], ends[visible]
    spaces = [steps[a:b, -1].max(initial=0.0) for a, b in zip(end[:-1], first[1:], strict=True)]
    spelled = [characters[c] for c in classes[first]]
    return Spelling(spelled, steps[first, classes[first]], first, end, np.array(spaces))


def white(spelling: Spelling, line: np.ndarray, step: float) -> tuple[list[Gap], np.ndarray]:
    """The white before each of the line's characters and after the last, and their middles, in pixels of the line."""
    ink = ink_columns(line)
    middles = (spelling.first + spelling.end) / 2 * step
    return [gap_between(ink, left, right) for left, right in pairwise([0.0, *middles, float(len(ink))])], middles


def _edges(
    spelling: Spelling, spans: Sequence[tuple[int, int]], gaps: Sequence[Gap], width: int, step: float
) -> list[list[float]]:
    """Left and right edge of each word in pixels, in order and without overlap."""
    starts, stops = [], []
    for a, b in spans:
        before, after = gaps[a], gaps[b]
        starts.append(before.end if before.width else (spelling.first[a] - LATE) * step)
        stops.append(after.start if after.width else (spelling.end[b - 1] + EARLY) * step)
    for k in range(len(spans) - 1):
        if stops[k] > starts[k + 1]:
            stops[k] = starts[k + 1] = (stops[k] + starts[k + 1]) / 2
    return np.clip(np.column_stack([starts, stops]), 0, width).tolist()


def _word(spelling: Spelling, span: tuple[int, int], start: float, end: float) -> RecognizedWord:
    scores = spelling.scores[slice(*span)]
    read = "".join(spelling.characters[slice(*span)])
    text = settled(read)
    alternatives = () if text == read else ((read, float(scores.mean())),)
    return RecognizedWord(text, float(scores.mean()), start, end, float(scores.min()), alternatives)
