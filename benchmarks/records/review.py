"""Fields accepted without review: how many, and how many of them wrong, with thresholds drawn on other documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.records import known
from benchmarks.records.known import Known
from ocr.evaluation.acceptance import Guarantee, Judged, judged_fields, risk_coverage
from ocr.evaluation.bootstrap import bootstrap_ratio
from ocr.settings import RecordsSettings
from resources.review.thresholds import draw

TARGET_ERROR = 0.01
FOLDS, REPEATS = 5, 10
WANTED = (0.50, 0.75)
GUARANTEES: tuple[Guarantee, ...] = ("estimate", "mean", "certain")
FIELDS = ("company", "date", "address", "total")


def measure() -> dict[str, Any]:
    sets = {"receipts": known.receipts, "invoices": known.invoices}
    return {name: of_set([known.read(path, truth) for path, truth in source()]) for name, source in sets.items()}


def of_set(documents: Sequence[Known]) -> dict[str, Any]:
    judged = [judged_fields(one.record, one.fields) for one in documents if one.fields]
    asked = [sum(bool(o.truth) for o in one.fields.outcomes) for one in documents if one.fields]
    every = [field for some in judged for field in some]
    return {
        "documents": len(judged),
        "asked": sum(asked),
        "doubted": sum(field.doubted for field in every),
        "curve": risk_coverage(every, sum(asked)),
        "by field": {
            name: risk_coverage([f for f in every if f.name == name], len(judged))
            for name in dict.fromkeys(field.name for field in every)
        },
        "best": _best(every, sum(asked)),
        "default": _default(judged, asked),
        "drawn": {guarantee: validated(judged, asked, guarantee) for guarantee in GUARANTEES},
    }


def validated(judged: Sequence[list[Judged]], asked: Sequence[int], guarantee: Guarantee) -> dict[str, Any]:
    """Accepted and wrong shares with thresholds drawn on the other folds of documents; several divisions into folds."""
    accepted, wrong = np.zeros(len(judged)), np.zeros(len(judged))
    default = RecordsSettings().review_below
    for repeat in range(REPEATS):
        folds = np.random.default_rng(repeat).permutation(len(judged)) % FOLDS
        for fold in range(FOLDS):
            train = [field for i in np.flatnonzero(folds != fold) for field in judged[i]]
            thresholds = draw(train, len(judged), TARGET_ERROR, guarantee, default)
            for i in np.flatnonzero(folds == fold):
                taken = [field for field in judged[i] if thresholds.accept(field)]
                accepted[i] += len(taken) / REPEATS
                wrong[i] += sum(not field.right for field in taken) / REPEATS
    return _shares(accepted, wrong, asked)


def _default(judged: Sequence[list[Judged]], asked: Sequence[int]) -> dict[str, Any]:
    """The line as it is before any thresholds are drawn."""
    least = RecordsSettings().review_below
    taken = [[field for field in some if not field.doubted and field.confidence >= least] for some in judged]
    wrong = [sum(not field.right for field in some) for some in taken]
    return _shares(np.array([len(some) for some in taken]), np.array(wrong), asked)


def _best(judged: Sequence[Judged], asked: int) -> float:
    """The most that one threshold, chosen with the truth in sight, accepts at the target error."""
    curve = risk_coverage(judged, asked)
    return max((coverage for _, coverage, risk in curve if risk <= TARGET_ERROR), default=0.0)


def _shares(accepted: np.ndarray, wrong: np.ndarray, asked: Sequence[int]) -> dict[str, Any]:
    coverage = bootstrap_ratio(accepted, np.array(asked))
    shares: dict[str, Any] = {"accepted": [coverage.value, coverage.low, coverage.high], "wrong": [0.0, 0.0, 0.0]}
    if accepted.sum():
        risk = bootstrap_ratio(wrong, accepted)
        shares["wrong"] = [risk.value, risk.low, risk.high]
    return shares


def report(figures: dict[str, Any], plots: Path) -> list[str]:
    lines = [
        "## Review",
        "",
        "Share of the fields asked for that are accepted without review, and of wrong ones among them; the target is",
        f"{TARGET_ERROR:.0%}. Thresholds are drawn on four fifths of the documents and judged on the rest, {REPEATS}",
        "times. Default: the line before any are drawn, which also stands where truth is too little to draw one.",
        "",
        "| set | thresholds | accepted | wrong among them |",
        "| --- | --- | --- | --- |",
    ]
    for name, found in figures.items():
        for label, shares in {"default": found["default"], **found["drawn"]}.items():
            lines.append(
                f"| {name} ({found['documents']}) | {label} | {_cell(shares['accepted'])} | {_cell(shares['wrong'])} |"
            )
        lines.append(f"| {name} | best possible, truth in sight | {found['best']:.1%} | ≤ {TARGET_ERROR:.0%} |")
    lines += [
        f"| *receipts, at least (reach for)* | | *{WANTED[0]:.0%} ({WANTED[1]:.0%})* | *{TARGET_ERROR:.0%}* |",
        "",
        "`estimate` goes by the confidences, put right by the mistakes counted; `mean` by counted mistakes alone,",
        "which takes 99 fields without one; `certain` keeps the target with 90 % probability and takes 230. With as",
        "few fields as here one mistake more or less is about a percentage point.",
        "",
        "![Risk and coverage](records/review.png)",
    ]
    _plot(figures, plots / "review.png")
    return lines


def _cell(shares: Sequence[float]) -> str:
    value, low, high = shares
    return f"{value:.1%} ({low:.1%}–{high:.1%})"


def _plot(figures: dict[str, Any], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.2), layout="constrained")
    for place, (name, found) in enumerate(figures.items()):
        axes = figure.add_subplot(1, len(figures), place + 1)
        curves = {"all": found["curve"]} | {f: found["by field"][f] for f in FIELDS if f in found["by field"]}
        for label, curve in curves.items():
            axes.step([c for _, c, _ in curve], [r for _, _, r in curve], where="post", label=label)
        axes.axhline(TARGET_ERROR, color="grey", linestyle=":")
        axes.set(title=name, xlabel="accepted", ylabel="wrong among them", xlim=(0, 1), ylim=(0, 0.3))
        axes.legend(fontsize=7)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=80)
