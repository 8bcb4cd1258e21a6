"""Letters among digits that are digits, and digits among letters that are letters.

Typewriters have no `1`, old typefaces an `o` for a zero, and receipts print both alike. A line reader tells them apart
by their shape; here their neighbours do, and only where these leave no doubt: `5l`, `O2` and `B0-17` stay as they are.
"""

from __future__ import annotations

import re

ZERO = str.maketrans("oO", "00")
ONE = str.maketrans("lI|", "111")
LOWER = str.maketrans("0", "o")
UPPER = str.maketrans("0", "O")

RULES = [
    (re.compile(pattern), table)
    for pattern, table in (
        (r"(?<=\d)[oO]+(?=[.,:/-]?\d)", ZERO),  # 18o7
        (r"(?<=\d)[lI|](?=[\doO])", ONE),  # 1l45
        (r"(?<![^\W\d_])[l|](?=\d[.,]?[\doO]|[oO][.,]?\d|\d(?:st|nd|rd|th)\b)", ONE),  # l945, l00,000, l6th
        (r"(?<=\b1[5-9]\d)l\b", ONE),  # 194l
        (r"(?<=\d)[oO]{2,}(?![^\W\d_])", ZERO),  # 1oo
        (r"(?<=\d[.,])[\doO]{2,3}(?!\w)", ZERO),  # 5.o0
        (r"(?:(?<![^\W\d_])|(?<=\bRM)|(?<=\bEUR)|(?<=\bUSD)|(?<=\bCHF))[oO](?=[.,]\d\d(?!\d))", ZERO),  # RMo.50
        (r"(?<=\b[1-9]\d)o(?=th\b)", ZERO),  # 15oth
        (r"(?<=[a-z])0(?=[a-z])", LOWER),  # c0ffee
        (r"(?<=[A-Za-z][aeiou])11(?!\w)", str.maketrans("1", "l")),  # bi11
        (r"(?<=[A-Z]{2})0(?=[A-Z]{2})", UPPER),  # INV0ICE
    )
]


def settled(word: str) -> str:
    """The word with its look-alikes as their neighbours say, character for character."""
    for pattern, table in RULES:
        word = pattern.sub(lambda found, table=table: found[0].translate(table), word)
    return word
