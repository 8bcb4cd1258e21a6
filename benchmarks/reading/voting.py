"""Two engines and their vote: word errors against each alone, the headroom there was, and what it cost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from benchmarks.reading import plots as drawing
from benchmarks.reading.calibration import folds, held_out
from benchmarks.reading.observing import NAMES, Observed, observe
from ocr.assembly import Engines
from ocr.engines import LINE, Hint, Image, RecognizedLine, TextRecognizer
from ocr.evaluation.bootstrap import bootstrap_ratio
from ocr.evaluation.text import compare
from ocr.recognition.alignment import align
from ocr.recognition.calibration import Calibration
from ocr.recognition.fitting import KnownLine
from ocr.recognition.panel import Panel, read_lines
from ocr.settings import ReadingSettings, TextSettings

READERS = (*NAMES, "vote", "oracle")


class _Remembered:
    """An engine's readings of one page, as they were observed; counts how many it is asked for."""

    def __init__(self, name: str, crops: Sequence[Image], lines: Sequence[RecognizedLine]) -> None:
        self.name = self.fingerprint = name
        self._read = {id(crop): line for crop, line in zip(crops, lines, strict=True)}
        self.asked: list[Image] = []

    def recognize(self, crops: Sequence[Image], hint: Hint = LINE) -> list[RecognizedLine]:
        self.asked = list(crops)
        return [self._read[id(crop)] for crop in crops]


def measure() -> dict[str, Any]:
    pages = observe()
    held, fitted = folds(pages), held_out(pages)
    engines = Engines(ReadingSettings())
    second = engines.second
    assert second is not None
    rows: dict[str, list[dict[str, Any]]] = {}
    for page, fold in zip(pages, held, strict=True):
        rows.setdefault(page.set, []).append(_page(page, fitted[fold], engines.settings.text, second))
    return {name: _figures(found) for name, found in rows.items()}


def _page(page: Observed, calibration: Calibration, rules: TextSettings, second: TextRecognizer) -> dict[str, Any]:
    first_said = _Remembered(NAMES[0], page.crops, [line.first for line in page.lines])
    second_said = _Remembered(NAMES[1], page.crops, [line.second or line.first for line in page.lines])
    panel = Panel(first_said, second_said, calibration, rules.second_below, rules.second_share, rules.second_lines)
    started = time.perf_counter()
    (read,) = read_lines([page.crops], [page.page.tier], panel)
    voting = time.perf_counter() - started
    started = time.perf_counter()
    second.recognize(second_said.asked)
    asking = time.perf_counter() - started
    texts = {
        NAMES[0]: [line.first.text for line in page.lines],
        NAMES[1]: [line.second.text if line.second else "" for line in page.lines],
        "vote": [" ".join(w.word.text for w in line.words) for line in read],
        "oracle": [_best(line) for line in page.lines],
    }
    alone = page.seconds["detector"] + page.seconds[NAMES[0]]
    return {
        "texts": {name: _bag(page, lines) for name, lines in texts.items()},
        "share": len(second_said.asked) / max(1, len(page.crops)),
        "alone": alone,
        "both": alone + asking + voting,
    }


def _bag(page: Observed, lines: Sequence[str]) -> dict[str, int]:
    """Words of truth and reading that have no partner, free of order, and all words; edits of the words in order."""
    cased = str.casefold if page.caseless else str
    score = compare(cased(page.truth), cased("\n".join(lines)))
    total = score.bag.truth + score.bag.read
    return {
        "wrong": total - 2 * score.bag.matched,
        "total": total,
        "edits": score.words.edits,
        "words": score.bag.truth,
    }


def _best(line: KnownLine) -> str:
    """The line with each difference decided as its truth would have it."""
    if line.second is None or line.truth is None:
        return line.first.text
    text, shift = line.first.text, 0
    for stretch in align(line.first.text, line.second.text):
        if stretch.agreed:
            continue
        there = line.second.text[stretch.other_start : stretch.other_stop]
        changed = text[: stretch.start + shift] + there + text[stretch.stop + shift :]
        if _edits(changed, line) < _edits(text, line):
            text, shift = changed, shift + len(there) - (stretch.stop - stretch.start)
    return text


def _edits(text: str, line: KnownLine) -> int:
    return Levenshtein.distance(text.casefold() if line.caseless else text, line.truth or "")


def _figures(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {"pages": len(rows), "share": sum(r["share"] for r in rows) / len(rows)}
    for name in READERS:
        bags = [r["texts"][name] for r in rows]
        interval = bootstrap_ratio([b["wrong"] for b in bags], [b["total"] for b in bags])
        found[name] = [interval.value, interval.low, interval.high]
        found[f"{name} WER"] = sum(b["edits"] for b in bags) / sum(b["words"] for b in bags)
    best = min(NAMES, key=lambda name: found[name][0])
    ratio = bootstrap_ratio([r["texts"]["vote"]["wrong"] for r in rows], [r["texts"][best]["wrong"] for r in rows])
    found["against"] = best
    found["change"] = [ratio.value - 1, ratio.low - 1, ratio.high - 1]
    found["time"] = sum(r["both"] for r in rows) / sum(r["alone"] for r in rows)
    return found


def report(figures: dict[str, Any], plots: Path) -> list[str]:
    lines = [
        "## Voting",
        "",
        "Words without a partner, free of order (1 − F1), on the same line crops; weights fitted on other pages (five "
        "folds). The oracle decides each difference as the truth would: no vote of these two can do better. Asked: the "
        "share of lines the second engine read. Time: detector, first engine, second engine on those lines and the "
        "vote, against detector and first engine. To reach: −15 % at 1.6 × the time on typewritten pages and receipts.",
        "",
        "| set | PP-OCR | Tesseract | vote | oracle | change against the best | asked | time |",
        "|" + " --- |" * 8,
    ]
    for name, row in figures.items():
        cells = [f"{row[r][0]:.4f} ({row[r][1]:.3f}–{row[r][2]:.3f})" for r in READERS]
        change = "{:+.1%} ({:+.0%} to {:+.0%})".format(*row["change"])
        lines.append(f"| {name} | {' | '.join(cells)} | {change} | {row['share']:.0%} | {row['time']:.2f} × |")
    lines += [
        "",
        "On receipts the two hardly complement each other: most of what the second, which errs far more often, "
        "has better are spaces around colons and brackets, which the truth sets now one way, now another.",
    ]
    drawing.grouped(
        plots / "voting.png",
        list(figures),
        {name: [row[name][0] for row in figures.values()] for name in READERS},
        "words wrong (1 − F1)",
    )
    return [*lines, "", "![Words wrong by set](reading/voting.png)"]
