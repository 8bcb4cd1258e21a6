"""Fits a calibration on lines whose truth is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from ocr.engines import RecognizedLine
from ocr.evaluation.lines import counterpart, words_right
from ocr.evaluation.text import normalise
from ocr.recognition.alignment import align
from ocr.recognition.calibration import Calibration, Evidence, fit, line_features, word_features
from ocr.recognition.panel import evidence_of, page_level
from ocr.recognition.voting import features, question, vocabulary, vote

LEAST = 60
"""Fewest observations, of either outcome together, a model is fitted on: one with fewer would say little."""


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line crop as engines read it, in a document whose text is known.

    `truth`: the line's own, None where the document's text has no counterpart. `height`: of the crop, pixels. `second`:
    the other engine's reading, if there is one. `caseless`: truth does not tell capitals.
    """

    document: str
    first: RecognizedLine
    second: RecognizedLine | None
    truth: str | None
    height: float
    tier: str
    caseless: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """A line as read, word by word, and whether it was right throughout, white space apart."""

    words: list[Judged]
    right: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A word with its evidence, and whether it was right."""

    way: str
    evidence: Evidence
    right: bool


def truth_of(reading: RecognizedLine, page_truth: str, caseless: bool) -> str | None:
    """What the line should have said; `page_truth` is the text of its page."""
    text, truth = normalise(reading.text), normalise(page_truth)
    return counterpart(text.casefold(), truth.casefold()) if caseless else counterpart(text, truth)


def fit_calibration(lines: Sequence[KnownLine], names: Sequence[str], fitted_on: str) -> Calibration:
    """A calibration of one engine, or of two and their vote; `names` are the engines', the first asked first."""
    votes = _fit_votes(lines, names) if len(names) > 1 else {}
    bare = Calibration(fitted_on, {}, [0.0, 1.0, 0.0], votes)
    judged: dict[str, list[Judged]] = defaultdict(list)
    outcomes = [outcome for name in names[:2] for outcome in alone(lines, names, name)]
    outcomes += list(voted(lines, names, bare)) if len(names) > 1 else []
    for outcome in outcomes:
        for word in outcome.words:
            judged[word.way].append(word)
    words = {way: _fit_words(rows) for way, rows in judged.items() if len(rows) >= LEAST}
    calibrated = Calibration(fitted_on, words, bare.line, votes)
    inputs = [line_features([calibrated.word(w.way, w.evidence) for w in outcome.words]) for outcome in outcomes]
    right = np.array([outcome.right for outcome in outcomes], dtype=float)
    return Calibration(fitted_on, words, fit(np.array(inputs), right), votes)


def alone(lines: Sequence[KnownLine], names: Sequence[str], name: str) -> Iterator[Outcome]:
    """Each line whose truth is known, as one engine reads it."""
    levels = _levels(lines)
    for line in lines:
        reading = line.first if name == names[0] else line.second
        if reading is None or not reading.words or line.truth is None:
            continue
        level = levels[line.document]
        evidence = [Evidence(w.text, w.confidence, w.least, line.height, line.tier, level) for w in reading.words]
        yield _outcome([name] * len(evidence), evidence, line)


def voted(lines: Sequence[KnownLine], names: Sequence[str], calibration: Calibration) -> Iterator[Outcome]:
    """The same after the vote of both engines."""
    levels = _levels(lines)
    for line, known in _with_vocabulary(lines):
        if line.second is None or line.truth is None or not line.first.words:
            continue
        level = levels[line.document]
        words = vote(line.first, line.second, (names[0], names[1]), known, calibration)
        yield _outcome([w.way for w in words], [evidence_of(w, line.height, line.tier, level) for w in words], line)


def _outcome(ways: Sequence[str], evidence: Sequence[Evidence], line: KnownLine) -> Outcome:
    texts = [_cased(e.text, line) for e in evidence]
    truth = line.truth or ""
    right = words_right(texts, truth)
    judged = [Judged(way, e, ok) for way, e, ok in zip(ways, evidence, right, strict=True)]
    return Outcome(judged, " ".join(texts) == truth)


def _fit_votes(lines: Sequence[KnownLine], names: Sequence[str]) -> dict[str, list[float]]:
    inputs: dict[str, list[np.ndarray]] = defaultdict(list)
    better: dict[str, list[bool]] = defaultdict(list)
    for line, known in _with_vocabulary(lines):
        if line.second is None or line.truth is None or not line.second.words or not line.first.words:
            continue
        for stretch in align(line.first.text, line.second.text):
            here = line.first.text[stretch.start : stretch.stop]
            there = line.second.text[stretch.other_start : stretch.other_stop]
            model = question((names[0], names[1]), here, there)
            changed = line.first.text[: stretch.start] + there + line.first.text[stretch.stop :]
            gain = _distance(line.first.text, line) - _distance(changed, line)
            if model and gain:
                inputs[model].append(features(stretch, line.first, line.second, known))
                better[model].append(gain > 0)
    return {
        model: fit(np.array(inputs[model]), np.array(better[model], dtype=float))
        for model in inputs
        if len(inputs[model]) >= LEAST
    }


def _fit_words(rows: Sequence[Judged]) -> list[float]:
    return fit(np.array([word_features(r.evidence) for r in rows]), np.array([r.right for r in rows], dtype=float))


def _with_vocabulary(lines: Sequence[KnownLine]) -> Iterator[tuple[KnownLine, Counter[str]]]:
    """Each line with the words both engines read, on some one line of its document."""
    agreed: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        if line.second is not None:
            others = {w.text for w in line.second.words}
            agreed[line.document] += [w.text for w in line.first.words if w.text in others]
    known = {document: vocabulary(words) for document, words in agreed.items()}
    for line in lines:
        yield line, known.get(line.document, Counter())


def _levels(lines: Sequence[KnownLine]) -> dict[str, float]:
    """`page_level` of the first engine, by document."""
    readings: dict[str, list[RecognizedLine]] = defaultdict(list)
    for line in lines:
        readings[line.document].append(line.first)
    return {document: page_level(read) for document, read in readings.items()}


def _distance(text: str, line: KnownLine) -> int:
    return Levenshtein.distance(" ".join(_cased(text, line).split()), line.truth or "")


def _cased(text: str, line: KnownLine) -> str:
    return normalise(text).casefold() if line.caseless else normalise(text)
