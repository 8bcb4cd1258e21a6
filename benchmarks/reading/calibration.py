"""Calibrated confidence: how well a line's probability of being right tells what is right, on lines held out.

    python -m benchmarks.reading.calibration fit

fits the packaged weights again on all the pages there are, after the engines or their evidence have changed.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reading.observing import NAMES, Observed, observe
from ocr.evaluation.bootstrap import bootstrap_ratio
from ocr.recognition.calibration import PACKAGED, Calibration, save
from ocr.recognition.fitting import KnownLine, Outcome, alone, fit_calibration, voted

FOLDS = 5
BINS = 15
TARGETS = {"ECE": 0.05, "AUROC": 0.85}
FITTED_ON = (
    "48 SROIE receipts, 16 pages of old books, 6 typewritten, 3 of facing pages, 4 of Tesseract's test pages, "
    "36 generated documents with degradations"
)

Scored = list[tuple[float, bool]]


def folds(pages: Sequence[Observed]) -> list[int]:
    """Which fold each page is held out in; a page is never divided, and each set is spread over all folds."""
    order = np.random.default_rng(0).permutation(len(pages))
    place: dict[str, int] = defaultdict(int)
    held = [0] * len(pages)
    for i in order:
        held[i] = place[pages[i].set] % FOLDS
        place[pages[i].set] += 1
    return held


def lines_of(pages: Sequence[Observed]) -> list[KnownLine]:
    return [line for page in pages for line in page.lines]


def held_out(pages: Sequence[Observed]) -> dict[int, Calibration]:
    """For each fold a calibration that has not seen it."""
    held = folds(pages)
    return {
        fold: fit_calibration(lines_of([p for p, f in zip(pages, held, strict=True) if f != fold]), NAMES, "")
        for fold in range(FOLDS)
    }


def measure() -> dict[str, Any]:
    pages = observe()
    held, fitted = folds(pages), held_out(pages)
    generated = fit_calibration(lines_of([p for p in pages if p.set == "generated"]), NAMES, "")
    real = fit_calibration(lines_of([p for p in pages if p.set != "generated"]), NAMES, "")
    others = {name: fit_calibration(lines_of([p for p in pages if p.set != name]), NAMES, "") for name in _sets(pages)}
    by_page = {page.name: fold for page, fold in zip(pages, held, strict=True)}
    ways: dict[str, Callable[[Observed], Calibration]] = {
        "pages held out": lambda page: fitted[by_page[page.name]],
        "sets held out": lambda page: others[page.set],
        "generated only": lambda page: generated,
        "real only": lambda page: real,
    }
    figures: dict[str, Any] = {"engine's own": _scores(pages, lambda page: None)}
    for way, of in ways.items():
        shown = pages
        if way in ("generated only", "real only"):
            unseen = "real" if way == "generated only" else "generated"
            shown = [p for p in pages if (p.set == "generated") == (unseen == "generated")]
        figures[way] = _scores(shown, of)
    return figures


def _scores(pages: Sequence[Observed], of: Callable[[Observed], Calibration | None]) -> dict[str, Any]:
    """By set and pooled, with one engine and after the vote."""
    found: dict[str, dict[str, list[Scored]]] = defaultdict(lambda: defaultdict(list))
    for page in pages:
        calibration = of(page)
        if calibration is None:
            rows = {"one engine": [(_mean(o), o.right) for o in alone(page.lines, NAMES, NAMES[0])]}
        else:
            rows = {
                "one engine": _judged(list(alone(page.lines, NAMES, NAMES[0])), calibration),
                "voted": _judged(list(voted(page.lines, NAMES, calibration)), calibration),
            }
        for kind, scored in rows.items():
            found[page.set][kind].append(scored)
            found["all"][kind].append(scored)
    return {name: {kind: _figures(rows) for kind, rows in kinds.items()} for name, kinds in found.items()}


def _mean(outcome: Outcome) -> float:
    """What an engine says of a line: the mean over its characters."""
    letters = [len(w.evidence.text) for w in outcome.words]
    return float(np.average([w.evidence.confidence for w in outcome.words], weights=letters))


def _judged(outcomes: Sequence[Outcome], calibration: Calibration) -> Scored:
    return [
        (calibration.of_line([calibration.word(w.way, w.evidence) for w in outcome.words]), outcome.right)
        for outcome in outcomes
    ]


def _figures(pages: Sequence[Scored]) -> dict[str, Any]:
    scored = [row for page in pages for row in page]
    likely, right = np.array([p for p, _ in scored]), np.array([r for _, r in scored], dtype=float)
    share = bootstrap_ratio([sum(r for _, r in page) for page in pages], [len(page) for page in pages])
    return {
        "lines": len(scored),
        "right": [share.value, share.low, share.high],
        "ECE": ece(likely, right),
        "AUROC": auroc(likely, right),
        "curve": curve(likely, right),
    }


def curve(likely: np.ndarray, right: np.ndarray) -> list[list[float]]:
    """Mean probability, share right and count of each of the bins, equal in mass."""
    order = np.argsort(likely, kind="stable")
    bins = [b for b in np.array_split(order, BINS) if len(b)]
    return [[float(likely[b].mean()), float(right[b].mean()), len(b)] for b in bins]


def ece(likely: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error (Naeini et al., 2015)."""
    return sum(abs(p - r) * n for p, r, n in curve(likely, right)) / len(likely)


def auroc(likely: np.ndarray, right: np.ndarray) -> float | None:
    """How often a right line has the higher probability of a right and a wrong one; None where all are alike."""
    good, bad = likely[right == 1], likely[right == 0]
    if not len(good) or not len(bad):
        return None
    bad = np.sort(bad)
    below, not_above = np.searchsorted(bad, good, "left"), np.searchsorted(bad, good, "right")
    return float((below + not_above).mean() / 2 / len(bad))


def _sets(pages: Sequence[Observed]) -> list[str]:
    return list(dict.fromkeys(page.set for page in pages))


def report(figures: dict[str, Any], plots: Path) -> list[str]:
    _plot(figures["pages held out"], plots / "calibration.png")
    lines = [
        "## Calibration",
        "",
        "The probability that a line is right throughout: ECE (15 bins of equal mass; at most "
        f"{TARGETS['ECE']}) / AUROC (at least {TARGETS['AUROC']}). Five folds of pages, no page divided. With a whole "
        "set held out, its kind of document was never seen. Receipts' truth spaces colons and brackets now one way, "
        "now another: what no reader can foresee, no probability can tell.",
        "",
        "| set | lines | right | engine's own | one engine | voted | same, set held out | same, fitted on generated |",
        "|" + " --- |" * 8,
    ]
    for name, row in figures["pages held out"].items():
        share, low, high = row["voted"]["right"]
        cells = [
            _cell(figures["engine's own"][name]["one engine"]),
            _cell(row["one engine"]),
            _cell(row["voted"]),
            _cell(figures["sets held out"][name]["voted"]),
            _cell(figures["generated only"].get(name, {}).get("voted")),
        ]
        lines.append(f"| {name} | {row['voted']['lines']} | {share:.3f} ({low:.3f}–{high:.3f}) | {' | '.join(cells)} |")
    return [*lines, "", "![Reliability](reading/calibration.png)"]


def _cell(found: dict[str, Any] | None) -> str:
    if found is None:
        return ""
    return f"{found['ECE']:.3f} / {found['AUROC']:.3f}" if found["AUROC"] is not None else f"{found['ECE']:.3f} / –"


def _plot(found: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(4.6, 4.4), layout="constrained")
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    for name, row in found.items():
        points = np.array(row["voted"]["curve"])
        axes.plot(
            points[:, 0], points[:, 1], marker="o", markersize=3, linewidth=2 if name == "all" else 0.8, label=name
        )
    axes.set_xlabel("probability told")
    axes.set_ylabel("share right")
    axes.legend(fontsize=7)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    pyplot.close(figure)


if __name__ == "__main__":
    if sys.argv[1:] != ["fit"]:
        raise SystemExit("python -m benchmarks.reading.calibration fit")
    save(fit_calibration(lines_of(observe()), NAMES, FITTED_ON), PACKAGED)
