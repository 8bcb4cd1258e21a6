"""Whether a page's text layer is worth trusting, or its pixels must be read, or both."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

import numpy as np

from ocr.imaging.quality import is_blank, marks
from ocr.opening.source import SCAN_COVERAGE, LayerWord, SourcePage

_BULLET = 2
"""Longest word of private characters that is taken for a bullet or an arrow of a symbol font, not for broken text."""

_GARBAGE_SHARE = 0.08
"""Share of a font's characters that are none, from which the font is not trusted for the others either."""

_ENOUGH_TO_JUDGE = 100
_LEAST_TEXT = 0.45
"""Share of letters, their marks and digits among all characters: .76 and more in text, tables and forms."""

_UNREAD_MARKS = 12
"""Letter-sized marks outside every word: two or three words that the layer does not know."""

_UNREAD_SHARE = 0.75
_UNREAD_SHARE_OF_SCAN = 0.3
"""Share of a page's marks outside every word from which the layer is of no use. Pages that were set as text have under
a tenth, with logos and charts a fifth, drawings four tenths: what they lack is read beside the layer. Under a page-wide
picture a layer is a stamp, a header or a signature, with nine tenths outside, unless the picture is a background."""


@dataclass(frozen=True, slots=True)
class Route:
    """`needs_ocr`: the pixels must be read; otherwise the text layer is used, or the page is `blank` and needs nothing.

    `words` are the words of the layer that are trusted. `incomplete`: there are marks beside them that may be text.
    `reason` is a short sentence for people.
    """

    needs_ocr: bool
    reason: str
    blank: bool = False
    incomplete: bool = False
    words: list[LayerWord] = field(default_factory=list)


def route(page: SourcePage, unsound: Container[str]) -> Route:
    """Decides from the layer's characters, from its fonts, and from whether it accounts for what shows on the page.

    `unsound` are fonts that name other letters than they show (`ocr.opening.fonts`).
    """
    shown = [word for word in page.layer if word.visible]
    found = marks(page.image)
    if not shown and is_blank(page.image, found):
        return Route(False, "The page is blank.", blank=True)
    if not page.layer:
        return Route(True, "The page has no text layer.")
    if not shown:
        # Other software's reading; reading again is as good, and says how sure it is.
        return Route(True, "The text layer is invisible, laid under or over a scan by other software.")
    garbled = _garbled_fonts(shown)
    sound = [w for w in shown if w.font not in unsound and w.font not in garbled and not _garbage(w.text)]
    if _is_mostly_signs("".join(word.text for word in sound)):
        return Route(True, "The text layer is mostly signs: its font does not say which letters they stand for.")
    unread, letters = _unread(found, sound, page)
    limit = _UNREAD_SHARE_OF_SCAN if page.image_coverage >= SCAN_COVERAGE else _UNREAD_SHARE
    if not sound or (unread >= _UNREAD_MARKS and unread > limit * letters):
        return Route(True, _why(shown, sound, 1 - unread / max(1, letters)))
    lost = sum(len(word.text) for word in shown) - sum(len(word.text) for word in sound)
    return Route(False, _praise(shown, sound), incomplete=max(unread, lost) >= _UNREAD_MARKS, words=sound)


def _why(shown: Sequence[LayerWord], sound: Sequence[LayerWord], accounted: float) -> str:
    wrong = 1 - len(sound) / len(shown)
    if wrong > 1 - accounted - wrong:
        return f"Fonts name other letters than they show in {wrong:.0%} of the text layer's words."
    return f"The text layer accounts for only {accounted:.0%} of what shows."


def _praise(shown: Sequence[LayerWord], sound: Sequence[LayerWord]) -> str:
    if len(sound) == len(shown):
        return f"The text layer is sound ({len(sound)} words)."
    return f"The text layer is sound in {len(sound)} of its {len(shown)} words."


def _garbled_fonts(words: Sequence[LayerWord]) -> set[str]:
    characters, garbage = Counter[str](), Counter[str]()
    for word in words:
        characters[word.font] += len(word.text)
        garbage[word.font] += _garbage(word.text)
    return {font for font, count in garbage.items() if count > _GARBAGE_SHARE * characters[font]}


def _garbage(word: str) -> int:
    """How many of a word's characters are none: private, unassigned, replaced."""
    if len(word) <= _BULLET:
        return 0
    return sum(c == "\ufffd" or unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs") for c in word)


def _is_mostly_signs(text: str) -> bool:
    textual = sum(unicodedata.category(c)[0] in "LMN" for c in text)
    return len(text) >= _ENOUGH_TO_JUDGE and textual < _LEAST_TEXT * len(text)


def _unread(found: np.ndarray, words: Sequence[LayerWord], page: SourcePage) -> tuple[int, int]:
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
