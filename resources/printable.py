"""Text of strangers, such as names of files, as it can be stored as a name and shown on a terminal."""

from __future__ import annotations

import unicodedata

UNPRINTABLE = "\ufffd"
_INVISIBLE = "\u00ad\u200c\u200d"
"""Soft hyphen and the joiners of letters: they belong to words, and change neither order nor screen."""


def printable(text: str) -> str:
    """The text with `�` for each character that steers instead of saying something: control characters, line breaks,
    and those that turn the direction of writing, by which a text seems to say something else."""
    return "".join(character if _says_something(character) else UNPRINTABLE for character in text)


def _says_something(character: str) -> bool:
    return character.isprintable() or character in _INVISIBLE or unicodedata.category(character) == "Zs"
