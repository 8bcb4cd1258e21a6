"""Two readings of one line, laid side by side: where they agree, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a line in two readings: `start:stop` of the first one's characters, `other_start:other_stop`.

    `agreed`: both say the same there.
    """

    start: int
    stop: int
    other_start: int
    other_stop: int
    agreed: bool


def align(first: str, second: str) -> list[Stretch]:
    """Cut two readings into stretches that agree and stretches that differ, in turn, with the fewest edits.

    Spaces count as characters: where one reading has one word and the other two, the difference is one space.
    """
    found: list[Stretch] = []
    for operation in Levenshtein.opcodes(first, second):
        agreed = operation.tag == "equal"
        start, other_start = operation.src_start, operation.dest_start
        if found and found[-1].agreed == agreed:
            last = found.pop()
            start, other_start = last.start, last.other_start
        found.append(Stretch(start, operation.src_end, other_start, operation.dest_end, agreed))
    return found


def words_around(text: str, start: int, stop: int) -> str:
    """`text[start:stop]`, widened to whole words."""
    left = text.rfind(" ", 0, start) + 1
    right = text.find(" ", stop)
    return text[left : right if right >= 0 else len(text)]


def spans(words: list[str]) -> Iterator[tuple[int, int]]:
    """Where each word stands in `" ".join(words)`."""
    place = 0
    for word in words:
        yield place, place + len(word)
        place += len(word) + 1
