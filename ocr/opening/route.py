"""Whether a page's text layer is worth trusting, or its pixels must be read."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ocr.imaging.quality import is_blank, marks
from ocr.opening.source import LayerWord, SourcePage

_GARBAGE_SHARE = 0.08
"""Bullets and arrows of symbol fonts, which are private characters, stay below 2 % on the pages they stand on."""

_ENOUGH_TO_JUDGE = 100
_LEAST_VOWELS = 0.27
"""Share of vowels among Latin letters: .33 (German invoices) to .48 in text; .14 to .22 where a broken font shifts the
letters."""

_LEAST_ALPHANUMERIC = 0.45
"""Share of letters and digits among all characters: .76 and more in text, tables and forms."""

_UNREAD_SHARE = 0.5
_UNREAD_MARKS = 12
"""Letter-sized marks outside every word. Pages that were set as text have under a tenth, with logos and charts a fifth,
engineering drawings four tenths; scans with a stamp, a header or a signature set as text nine tenths."""

_VOWELS = frozenset("aeiouy")


@dataclass(frozen=True, slots=True)
class Route:
    """`needs_ocr`: the pixels must be read; otherwise the text layer is used, or the page is `blank` and needs nothing.

    `reason` is a short sentence for people.
    """

    needs_ocr: bool
    reason: str
    blank: bool


def route(page: SourcePage) -> Route:
    """Decides from the text layer's characters, and from whether it accounts for what shows on the page."""
    shown = [word for word in page.layer if word.visible]
    found = marks(page.image)
    if not shown and is_blank(page.image, found):
        return Route(False, "The page is blank.", True)
    if not page.layer:
        return Route(True, "The page has no text layer.", False)
    if not shown:
        return Route(True, "The text layer is invisible, laid under or over a scan by other software.", False)
    fault = _fault(word.text for word in shown)
    if fault:
        return Route(True, fault, False)
    unread, letters = _unread(found, shown, page)
    if unread >= _UNREAD_MARKS and unread > _UNREAD_SHARE * letters:
        return Route(True, f"The text layer accounts for only {1 - unread / letters:.0%} of what shows.", False)
    return Route(False, f"The text layer is sound ({len(shown)} words).", False)


def _fault(texts: Iterable[str]) -> str:
    """What is wrong with the characters themselves; empty where nothing is."""
    text = "".join(texts)
    garbage = sum(unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs") or c == "\ufffd" for c in text) / len(text)
    if garbage > _GARBAGE_SHARE:
        return f"{garbage:.0%} of the text layer's characters are not text."
    if len(text) >= _ENOUGH_TO_JUDGE and sum(map(str.isalnum, text)) < _LEAST_ALPHANUMERIC * len(text):
        return "The text layer is mostly signs: its font does not say which letters they stand for."
    # Decomposed, so that an accented vowel counts as one.
    latin = [c for c in unicodedata.normalize("NFD", text).lower() if "a" <= c <= "z"]
    if len(latin) >= _ENOUGH_TO_JUDGE and sum(c in _VOWELS for c in latin) < _LEAST_VOWELS * len(latin):
        return "The text layer's letters form no words: its font names the wrong ones."
    return ""


def _unread(found: np.ndarray, words: list[LayerWord], page: SourcePage) -> tuple[int, int]:
    """How many letter-sized marks lie outside every word, and how many there are."""
    width, height = found[:, 2] - found[:, 0], found[:, 3] - found[:, 1]
    inch = page.dpi
    letters = found[(height <= 0.35 * inch) & (width <= 1.2 * inch) & (width < 14 * height)]
    covered = np.zeros(page.image.shape[:2], dtype=bool)
    margin = 0.02 * inch
    for word in words:
        top, left = max(0, int(word.y0 - margin)), max(0, int(word.x0 - margin))
        covered[top : int(word.y1 + margin) + 1, left : int(word.x1 + margin) + 1] = True
    columns = ((letters[:, 0] + letters[:, 2]) / 2).astype(int)
    rows = ((letters[:, 1] + letters[:, 3]) / 2).astype(int)
    return int((~covered[rows, columns]).sum()), len(letters)
