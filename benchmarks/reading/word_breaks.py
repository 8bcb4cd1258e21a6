"""Fits what `ocr.recognition.spaces` goes by: `python -m benchmarks.reading.word_breaks` prints its weights.

The characters of each page are laid over its known text without white space; wherever two neighbours of a line are
neighbours there too, the truth tells whether white space stands between them.
"""

from __future__ import annotations

from unittest import mock

import numpy as np
from rapidfuzz.distance import Levenshtein

from benchmarks import evaluation_data
from benchmarks.reading.crops import CutPage, cut_pages
from ocr.evaluation.text import normalise
from ocr.recognition import ctc, ppocr, spaces
from ocr.settings import EngineSettings

FOLDS = 5
RIDGE = 1.0
"""Weight of the squared weights, in places: enough that a sign seen twice says little."""


def main() -> None:
    evaluation_data.require()
    pages = [places(page) for page in cut_pages()]
    wrong = {"": 0, "cross-validated ": 0}
    weights = fit(pages)
    wrong[""] = sum(errors(weights, page) for page in pages)
    for fold in range(FOLDS):
        learnt = fit([page for k, page in enumerate(pages) if k % FOLDS != fold])
        wrong["cross-validated "] += sum(errors(learnt, page) for page in pages[fold::FOLDS])
    total = sum(len(labels) for _, labels in pages)
    print(np.round(weights, 2).tolist())
    print(", ".join(f"{name}errors {count}" for name, count in wrong.items()), f"of {total} places")


def places(page: CutPage) -> tuple[np.ndarray, np.ndarray]:
    """Features of each place whose truth is known, and whether a word begins there."""
    read = [spelled for spelled in _spelled(page) if spelled[0]]
    text = [c[0].casefold() for characters, _ in read for c in characters]
    truth = normalise(page.truth).casefold()
    solid = "".join(truth.split())
    begins = np.cumsum([len(word) for word in truth.split()])
    place = np.full(len(text), -2)
    for stretch in Levenshtein.opcodes("".join(text), solid):
        if stretch.tag == "equal":
            place[stretch.src_start : stretch.src_end] = np.arange(stretch.dest_start, stretch.dest_end)
    rows, labels, at = [], [], 0
    for characters, measured in read:
        here = place[at : at + len(characters)]
        at += len(characters)
        known = (here[:-1] >= 0) & (np.diff(here) == 1)
        rows.append(measured[known])
        labels.append(np.isin(here[1:][known], begins))
    return np.concatenate(rows), np.concatenate(labels)


def _spelled(page: CutPage) -> list[tuple[list[str], np.ndarray]]:
    """The visible characters of each line, and the features of the places between them."""
    seen: list[tuple[list[str], np.ndarray]] = []

    def watch(steps, characters, line, step):
        spelling = ctc.spell(steps, characters)
        if len(spelling.characters) > 1:
            gaps, middles = ctc.white(spelling, line, step)
            rows = spaces.features(spelling.characters, spelling.spaces, gaps[1:-1], middles)
            seen.append((spelling.characters, rows))
        else:
            seen.append((spelling.characters, np.zeros((0, len(spaces.WEIGHTS)))))
        return ctc.NOTHING

    recognizer = ppocr.PPOCRRecognizer(EngineSettings(), ["en", "de"])
    with mock.patch.object(ppocr, "decode", watch):
        for crop in page.crops:
            recognizer.recognize([crop])
    return seen


def fit(pages: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Logistic regression by Newton's method."""
    rows = np.concatenate([page[0] for page in pages])
    labels = np.concatenate([page[1] for page in pages]).astype(float)
    weights = np.zeros(rows.shape[1])
    for _ in range(30):
        probable = 1 / (1 + np.exp(-rows @ weights))
        curvature = (rows * (probable * (1 - probable))[:, np.newaxis]).T @ rows + RIDGE * np.eye(rows.shape[1])
        weights += np.linalg.solve(curvature, rows.T @ (labels - probable) - RIDGE * weights)
    return weights


def errors(weights: np.ndarray, page: tuple[np.ndarray, np.ndarray]) -> int:
    rows, labels = page
    return int(((rows @ weights > 0) != labels).sum())


if __name__ == "__main__":
    main()
