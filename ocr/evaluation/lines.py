"""Which words a reader's lines should have said: lines laid over the truth of their page, whatever its line breaks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein

FOREIGN = 0.5
"""Edits per character from which a line has no counterpart in the truth: a handwritten note, a running header."""

SNAP = 2
"""Characters by which a counterpart is widened to whole words: more means a word hyphenated over two lines."""


def counterpart(line: str, truth: str) -> str | None:
    """The stretch of `truth` that `line` is a reading of; None where there is none.

    Both are as `ocr.evaluation.text.normalise` leaves them. It is the stretch with fewest edits to the line (Sellers,
    1980), widened to whole words.
    """
    if not line or not truth:
        return None
    if f" {line} " in f" {truth} ":
        return line
    start, stop, edits = _closest(line.removesuffix("-"), truth)
    if edits > FOREIGN * len(line):
        return None
    word_start = truth.rfind(" ", 0, start) + 1
    word_stop = truth.find(" ", stop) if truth.find(" ", stop) >= 0 else len(truth)
    start = word_start if start - word_start <= SNAP else start
    hyphenated = line.endswith("-") and word_stop > stop
    if hyphenated:
        return truth[start:stop].strip() + "-"
    return truth[start : word_stop if word_stop - stop <= SNAP else stop].strip()


def words_right(words: Sequence[str], truth: str) -> list[bool]:
    """For each of a line's words whether it stands in the line's `truth`, as a whole word in its place."""
    places: list[int | None] = [None] * (len(" ".join(words)) + 1)
    for operation in Levenshtein.opcodes(" ".join(words), truth):
        if operation.tag == "equal":
            for i in range(operation.src_start, operation.src_end):
                places[i] = operation.dest_start + i - operation.src_start
    padded = f" {truth} "
    answers, start = [], 0
    for word in words:
        first, last = places[start], places[start + len(word) - 1]
        if first is None or last is None or None in places[start : start + len(word)]:
            answers.append(False)
        else:
            answers.append(last - first == len(word) - 1 and _whole(padded, first, last))
        start += len(word) + 1
    return answers


def _whole(padded: str, first: int, last: int) -> bool:
    """Whether characters `first` to `last` of a text, given with a space on either side, are a whole word."""
    return padded[first] == " " and padded[last + 2] == " "


def _closest(line: str, truth: str) -> tuple[int, int, int]:
    """Start and end of the stretch of `truth` with fewest edits to `line`, and how many those are."""
    letters = np.array([ord(c) for c in truth])
    places = np.arange(len(truth) + 1)
    costs, starts = np.zeros(len(truth) + 1, dtype=int), places.copy()
    for row, character in enumerate(line, start=1):
        swapped = costs[:-1] + (letters != ord(character))
        dropped = costs[1:] + 1
        best = np.concatenate([[row], np.minimum(swapped, dropped)])
        origin = np.concatenate([[0], np.where(swapped <= dropped, starts[:-1], starts[1:])])
        # Characters of the truth that were not read cost one each: a running minimum of cost less place.
        reached = np.minimum.accumulate(best - places)
        source = np.maximum.accumulate(np.where(best - places == reached, places, 0))
        costs, starts = reached + places, origin[source]
    stop = int(costs.argmin())
    return int(starts[stop]), stop, int(costs[stop])
