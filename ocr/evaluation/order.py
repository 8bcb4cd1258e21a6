"""How far a text is out of order, told from its words alone, so that any reader can be judged."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

from ocr.evaluation.text import normalise


@dataclass(frozen=True, slots=True)
class Disorder:
    """`moved` of `compared` words would have to be moved for the rest to stand in the order of the truth."""

    moved: int
    compared: int

    @property
    def rate(self) -> float:
        return self.moved / self.compared if self.compared else 0.0


def disorder(truth: str, read: str) -> Disorder:
    """Words that stand exactly once in both texts, less the longest run of them that keeps the order of the truth.

    A column read too early counts with all its words, a misread word not at all.
    """
    wanted, found = normalise(truth).split(), normalise(read).split()
    once = _once(wanted) & _once(found)
    places = {word: place for place, word in enumerate(wanted)}
    ends: list[int] = []
    # Longest increasing subsequence by patience sorting (Fredman, 1975).
    for place in (places[word] for word in found if word in once):
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return Disorder(len(once) - len(ends), len(once))


def _once(words: list[str]) -> set[str]:
    return {word for word, count in Counter(words).items() if count == 1}
