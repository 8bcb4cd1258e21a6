"""Where one word ends and the next begins in a line, told from the network, the ink and the characters together.

The network is shy of spaces in tight print and sees some where a typesetter only set a colon apart. What a reader goes
by is the white between two characters, measured against what the same line shows inside words and between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HEIGHT = 48
"""Pixels of a line's height in which gaps are measured."""

SURE = 0.7
NEVER = 0.02
"""Probabilities of a space from which, and below which, a gap is taken for the line's usual word or letter gap."""

LETTER_GAP = 3.0
WORD_GAP = 14.0
LEAST_CONTRAST = 4.0
"""Usual gaps, in pixels, for lines that show too few, and by how much words' gaps at least exceed letters'."""

PROSE = 6
"""Spaces from which a line is one of running text, where white before a colon is a thin space and no word ends."""

LARGE = 30
"""Pixels from which a gap says nothing more."""

CLIP = 1e-4

EAST_ASIAN = 0x2E80
"""From here on, scripts whose characters fill squares and are not set apart."""

AMOUNT = re.compile(r"(?<=\d)[.,](\d\d)(?!\d)")

WEIGHTS = np.array([-0.9, 0.68, 4.0, 1.48, 0.22, 1.88, -1.45, -0.55, 0.49, 0.71, 1.2, 0.17, -0.74, -3.63])
"""Of the columns of `features`, by logistic regression on 60,000 places of 77 pages whose text is known: receipts, old
books, typescript, facing pages and test pages (`python -m benchmarks.reading.word_breaks` fits them anew). In five-fold
cross-validation over pages they err at 195 places, where a threshold on the network's own probability errs at 224."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The widest white strip between the middles of two neighbouring characters, in pixels; empty: both ends equal."""

    start: int
    end: int

    @property
    def width(self) -> int:
        return self.end - self.start


def ink_columns(line: np.ndarray) -> np.ndarray:
    """For each column of an `H×W` grey line whether it holds ink (Otsu's threshold); edges above and below left out."""
    import cv2

    threshold, _ = cv2.threshold(line, 0, 255, cv2.THRESH_OTSU)
    dark = line <= threshold
    margin = len(line) // 12
    dark = dark[margin : len(line) - margin]
    ink = ~dark if dark.mean() > 0.5 else dark
    return ink.sum(axis=0) > 1


def gap_between(ink: np.ndarray, left: float, right: float) -> Gap:
    """The widest strip without ink between two columns."""
    first, last = max(0, int(left)), min(len(ink), int(right) + 1)
    edges = np.flatnonzero(np.diff(np.concatenate([[1], ink[first:last], [1]])))
    if not len(edges):
        middle = (first + last) // 2
        return Gap(middle, middle)
    starts, ends = edges[::2], edges[1::2]
    widest = int((ends - starts).argmax())
    return Gap(first + int(starts[widest]), first + int(ends[widest]))


def breaks(characters: Sequence[str], spaces: np.ndarray, gaps: Sequence[Gap], middles: np.ndarray) -> np.ndarray:
    """For each of the `N-1` places between `N` visible characters whether a new word begins there.

    `spaces`: the network's highest probability of a space there; `gaps`: the white there; `middles`: the characters'
    middles, in pixels of a line 48 high.
    """
    if len(characters) < 2:
        return np.zeros(0, bool)
    probable = features(characters, spaces, gaps, middles) @ WEIGHTS > 0
    ideographs = np.array([ord(c[0]) >= EAST_ASIAN for c in characters])
    unspaced = ideographs[:-1] | ideographs[1:]
    return np.where(unspaced, spaces > 0.5, probable & ~_inside_amount(characters))


def features(characters: Sequence[str], spaces: np.ndarray, gaps: Sequence[Gap], middles: np.ndarray) -> np.ndarray:
    """A row of numbers for each place between two characters (see `breaks`), in the order of `WEIGHTS`."""
    white = np.array([gap.width for gap in gaps], float)
    letter, word = _usual(white, spaces)
    relative = ((white - letter) / (word - letter)).clip(-0.5, 2.0)
    distances = np.diff(middles)
    usual = max(1.0, float(np.median(distances)))
    before, after = characters[:-1], characters[1:]
    colon = np.array([c in ";:?!" for c in after])
    digit = np.array([c.isdigit() for c in characters])
    letters = np.array([c.isalpha() for c in characters])
    sign = ~(digit | letters)
    in_prose = min((spaces > SURE).sum(), PROSE) / PROSE
    probability = spaces.clip(CLIP, 1 - CLIP)
    return np.column_stack(
        [
            np.ones(len(white)),
            np.log(probability / (1 - probability)),
            white.clip(0, LARGE) / HEIGHT,
            relative,
            ((distances - usual) / usual).clip(-1.0, 2.0),
            colon,
            [c in ",." for c in after],
            [c in ")]}%'\"”’" for c in after],
            [c in ";:,." for c in before],
            digit[:-1] & digit[1:],
            (digit[:-1] & letters[1:]) | (letters[:-1] & digit[1:]),
            sign[:-1] | sign[1:],
            colon * relative,
            colon * in_prose,
        ]
    )


def _inside_amount(characters: Sequence[str]) -> np.ndarray:
    """Whether a place lies between the point of an amount (`12.50`) and its cents: printers leave a wide gap there."""
    inside = np.zeros(len(characters) - 1, bool)
    for found in AMOUNT.finditer("".join(c[0] for c in characters)):
        inside[found.start(1) - 1] = True
    return inside


def _usual(white: np.ndarray, spaces: np.ndarray) -> tuple[float, float]:
    """The line's usual gap within words and between them."""
    within, between = white[spaces < NEVER], white[spaces > SURE]
    letter = float(np.median(within)) if len(within) >= 3 else LETTER_GAP
    word = float(np.median(between)) if len(between) else max(WORD_GAP, letter + WORD_GAP - LETTER_GAP)
    return letter, max(word, letter + LEAST_CONTRAST)
