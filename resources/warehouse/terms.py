"""Words as the search index knows them: one form for all the ways a word is written."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 64  # what is longer is no word, and would only swell the vocabulary

_UNSEEN = re.compile("[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]+")  # accents, soft hyphens, zero-width characters
_SEPARATOR = re.compile(r"(?<=\d)[.,'’](?=\d)")
_TERM = re.compile(r"[^\W_]+")
WORD = re.compile(rf"\d+(?:[.,'’]\d+)+|[^\W_]+(?:{_UNSEEN.pattern}[^\W_]*)*")
"""A word in a text as printed: what `terms` makes one term of."""


def terms(text: str) -> list[str]:
    """The terms of a text in order: without case, accents and compatibility forms (NFKD, casefold).

    A number is one term of its digits alone, so that 1.234,56 is found as 1234.56 and as 1,234.56.
    """
    if text.isascii():
        folded = text.lower()
    else:
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        folded = _UNSEEN.sub("", folded)
    return [term[:LONGEST] for term in _TERM.findall(_SEPARATOR.sub("", folded))]
