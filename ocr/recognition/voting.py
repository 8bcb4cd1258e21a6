"""Two engines on one line: their readings are aligned and each difference is decided (ROVER; Fiscus, 1997).

With two voters there is no majority: what decides is the calibrated probability that the second is the one that is
right, from what both say of themselves, from the characters at odds, and from the words read elsewhere on the page.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ocr.engines import RecognizedLine, RecognizedWord
from ocr.recognition.alignment import Stretch, align, spans, words_around
from ocr.recognition.calibration import Calibration, log_odds
from ocr.recognition.lexicon import EDGES, ODD, is_word

LETTERS = ("capitals", "letters")

STYLE = str.maketrans(
    dict.fromkeys("‘’‚′", "'") | dict.fromkeys("“”„«»″", '"') | dict.fromkeys("–—−", "-") | {"×": "x"}
)
"""Signs that engines write in one way or another whatever is printed: the first engine's way stays."""

KINDS = ("nothing", "space", "digits", "capitals", "letters", "signs", "mixed")


@dataclass(frozen=True, slots=True)
class VotedWord:
    """A word after the vote.

    `way` says how it came about: `ppocr+tesseract` (agreed), `ppocr over tesseract`, `tesseract over ppocr`, or
    `ppocr with tesseract` (parts of both). `other`: the confidence of the second engine there, `certainty` the log-odds
    of the least certain decision in it.
    """

    word: RecognizedWord
    way: str
    other: float
    certainty: float


@dataclass(slots=True)
class _Column:
    """A character of the voted line: which engine it is from (0, 1; 2 both), and what the other has in its place."""

    text: str
    source: int
    rejected: str
    certainty: float
    left: float
    right: float


def vocabulary(words: Iterable[str]) -> Counter[str]:
    """How often each word occurs among words believed right, without regard to case and signs around them."""
    return Counter(key for word in words if (key := _key(word)))


def vote(
    first: RecognizedLine,
    second: RecognizedLine,
    names: tuple[str, str],
    known: Counter[str],
    calibration: Calibration,
) -> list[VotedWord]:
    """The words both readings of a line make together; those of the first where the second read nothing.

    `names` are the engines', `known` the vocabulary of the page.
    """
    if not first.words:
        return []
    readings = (first, second)
    columns: list[_Column] = []
    for stretch in align(first.text, second.text):
        taken, certainty = 2, 0.0
        if not stretch.agreed:
            odds = _odds(stretch, readings, names, known, calibration)
            certainty = abs(odds) if odds is not None else 0.0
            taken = int(odds is not None and odds > 0)
        columns += _columns(stretch, readings, taken, certainty)
    return [_word(part, readings, names) for part in _split(columns)]


def features(stretch: Stretch, first: RecognizedLine, second: RecognizedLine, known: Counter[str]) -> np.ndarray:
    """What a difference is judged by: the first one is 1, for the model's constant."""
    words = _touched(first, stretch.start, stretch.stop)
    others = _touched(second, stretch.other_start, stretch.other_stop)
    here, there = first.text[stretch.start : stretch.stop], second.text[stretch.other_start : stretch.other_stop]
    context = words_around(first.text, stretch.start, stretch.stop)
    other_context = words_around(second.text, stretch.other_start, stretch.other_stop)
    before = _kind(first.text[max(0, stretch.start - 1) : stretch.start])
    after = _kind(first.text[stretch.stop : stretch.stop + 1])
    listed, other_listed = _listed(context), _listed(other_context)
    letters = (_kind(here) in LETTERS or _kind(there) in LETTERS) and " " not in here + there
    return np.array(
        [
            1.0,
            log_odds(min(w.confidence for w in words)),
            log_odds(min(w.least for w in words)),
            log_odds(min(w.confidence for w in others)),
            log_odds(first.confidence),
            log_odds(second.confidence),
            _familiar(context, known),
            _familiar(other_context, known),
            listed,
            other_listed,
            (other_listed - listed) * letters,
            ODD.search(context) is not None,
            ODD.search(other_context) is not None,
            len(here) - len(there),
            math.log1p(max(len(here), len(there))),
            here.casefold() == there.casefold(),
            stretch.start == 0,
            stretch.stop == len(first.text),
            *(kind in LETTERS for kind in (before, after)),
            *(kind == "digits" for kind in (before, after)),
            *(kind == "signs" for kind in (before, after)),
            *(_kind(here) == kind for kind in KINDS),
            *(_kind(there) == kind for kind in KINDS),
        ],
        dtype=float,
    )


def question(pair: tuple[str, str], here: str, there: str) -> str | None:
    """The model that decides a difference, by what it is about; None where it is one of style, not of reading."""
    if here.translate(STYLE) == there.translate(STYLE):
        return None
    return f"{pair[0]}>{pair[1]}/{'characters' if (here + there).strip() else 'spaces'}"


def _odds(
    stretch: Stretch,
    readings: tuple[RecognizedLine, RecognizedLine],
    names: tuple[str, str],
    known: Counter[str],
    calibration: Calibration,
) -> float | None:
    """Log-odds for the second reading; None where there is nothing to decide or nothing to decide it by."""
    first, second = readings
    here, there = first.text[stretch.start : stretch.stop], second.text[stretch.other_start : stretch.other_stop]
    model = question(names, here, there)
    if model is None or not second.words or model not in calibration.votes:
        return None
    return calibration.vote(model, features(stretch, first, second, known))


def _columns(
    stretch: Stretch, readings: tuple[RecognizedLine, RecognizedLine], taken: int, certainty: float
) -> list[_Column]:
    ranges = ((stretch.start, stretch.stop), (stretch.other_start, stretch.other_stop))
    start, stop = ranges[taken % 2]
    line = readings[taken % 2]
    rejected = "" if taken == 2 else readings[1 - taken].text[slice(*ranges[1 - taken])]
    columns = [
        _Column(line.text[i], taken, line.text[i] if taken == 2 else "", certainty, *_place(line, i))
        for i in range(start, stop)
    ]
    if not columns:
        # Nothing stands here, but that something might belongs to the word before.
        return [_Column("", taken, rejected, certainty, 0.0, 0.0)]
    columns[0].rejected = columns[0].rejected if taken == 2 else rejected
    return columns


def _split(columns: Sequence[_Column]) -> list[list[_Column]]:
    """The columns of each word."""
    parts: list[list[_Column]] = [[]]
    for column in columns:
        if column.text.isspace():
            parts.append([])
        else:
            parts[-1].append(column)
    return [part for part in parts if any(column.text for column in part)]


def _word(
    part: Sequence[_Column], readings: tuple[RecognizedLine, RecognizedLine], names: tuple[str, str]
) -> VotedWord:
    text = "".join(column.text for column in part)
    rejected = " ".join("".join(column.rejected for column in part).split())
    shown = [column for column in part if column.text]
    left, right = min(c.left for c in shown), max(c.right for c in shown)
    own = [_at(reading, left, right) for reading in readings]
    sources = {column.source for column in part} - {2}
    way = {
        frozenset(): f"{names[0]}+{names[1]}",
        frozenset({0}): f"{names[0]} over {names[1]}",
        frozenset({1}): f"{names[1]} over {names[0]}",
    }.get(frozenset(sources), f"{names[0]} with {names[1]}")
    said = own[1] if sources == {1} else own[0]
    against = own[0] if sources == {1} else own[1]
    others = [(rejected, against.confidence)] if rejected and rejected != text and against else []
    others += [a for a in (said.alternatives if said else ()) if a[0] != text]
    word = RecognizedWord(
        text,
        said.confidence if said else 0.5,
        left,
        right,
        said.least if said else 0.5,
        tuple(dict(reversed(others)).items()),
    )
    certainty = min((c.certainty for c in part if c.source != 2), default=0.0)
    return VotedWord(word, way, against.confidence if against else 0.5, certainty)


def _touched(line: RecognizedLine, start: int, stop: int) -> list[RecognizedWord]:
    """The words that have characters in `start:stop` or beside it."""
    places = spans([w.text for w in line.words])
    return [w for w, (a, b) in zip(line.words, places, strict=True) if a <= stop and b >= start] or list(line.words)


def _at(line: RecognizedLine, left: float, right: float) -> RecognizedWord | None:
    """The word that shares most of a place on the line."""
    best = max(line.words, key=lambda w: min(w.end, right) - max(w.start, left), default=None)
    return best if best is not None and min(best.end, right) > max(best.start, left) else None


def _place(line: RecognizedLine, index: int) -> tuple[float, float]:
    """The extent of a character, which has its part of its word's width."""
    for word, (start, stop) in zip(line.words, spans([w.text for w in line.words]), strict=True):
        if index < stop:
            if index < start:
                return word.start, word.start
            width = (word.end - word.start) / (stop - start)
            return word.start + (index - start) * width, word.start + (index + 1 - start) * width
    return 1.0, 1.0


def _familiar(text: str, known: Counter[str]) -> float:
    keys = [_key(word) for word in text.split()]
    return sum(float(np.log1p(known[key])) for key in keys) / max(1, len(keys))


def _listed(text: str) -> float:
    """The share of the words that a lexicon has."""
    keys = [_key(word) for word in text.split()]
    return sum(is_word(key) for key in keys) / max(1, len(keys))


def _key(word: str) -> str:
    return EDGES.sub("", word).casefold()


def _kind(text: str) -> str:
    bare = text.strip()
    if not bare:
        return "space" if text else "nothing"
    if len(bare) < len(text) or " " in bare:
        return "mixed"
    if bare.isdigit():
        return "digits"
    if bare.isalpha():
        return "capitals" if bare.isupper() else "letters"
    return "mixed" if any(c.isalnum() for c in bare) else "signs"
