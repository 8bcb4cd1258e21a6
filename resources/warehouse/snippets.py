"""The part of a passage that answers a query, with the matching words marked."""

from __future__ import annotations

from collections.abc import Mapping

from resources.warehouse.terms import WORD, terms

LENGTH = 240
OPEN, CLOSE = "«", "»"
_FREE_OF_MARKS = str.maketrans({OPEN: '"', CLOSE: '"', "\n": " ", "\t": " ", "\r": " "})


def snippet(text: str, weights: Mapping[str, float], length: int = LENGTH) -> str:
    """About `length` characters of `text` that hold the most of the terms in `weights`, marked as «word».

    Marks that the text has itself become straight quotes, and line breaks spaces.
    """
    text = text.translate(_FREE_OF_MARKS)
    found = [(match.start(), match.end(), terms(match.group())) for match in WORD.finditer(text)]
    hits = [(start, end, words) for start, end, words in found if any(word in weights for word in words)]
    begin, stop = _window(text, hits, weights, length)
    pieces, place = [], begin
    for start, end, _ in hits:
        if begin <= start and end <= stop:
            pieces += [text[place:start], OPEN, text[start:end], CLOSE]
            place = end
    body = "".join([*pieces, text[place:stop]]).strip()
    return ("… " if begin else "") + body + (" …" if stop < len(text) else "")


def _window(
    text: str, hits: list[tuple[int, int, list[str]]], weights: Mapping[str, float], length: int
) -> tuple[int, int]:
    """Begin and end of the stretch worth most: each of its terms counts once, by its weight."""
    best, best_start = 0.0, 0
    for start, _, _ in hits:
        inside = {word for s, e, words in hits if start <= s and e <= start + length for word in words}
        worth = sum(weights.get(word, 0.0) for word in inside)
        if worth > best:
            best, best_start = worth, start
    begin = 0 if best_start < length // 2 else _at_space(text, best_start - length // 4)
    return begin, len(text) if begin + length >= len(text) else _at_space(text, begin + length)


def _at_space(text: str, place: int) -> int:
    """The last beginning of a word at or before `place`, or `place` where the word is endless."""
    space = text.rfind(" ", max(0, place - 40), place)
    return place if space < 0 else space + 1
