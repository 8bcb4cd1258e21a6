"""The section of the result page about turning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reading import plots
from benchmarks.reading.turned_pages import EXACT
from ocr.evaluation.bootstrap import bootstrap_ratio


def report(figures: dict[str, Any], plots_folder: Path) -> list[str]:
    """Markdown, and a plot of the skew errors in `plots_folder`."""
    return [
        "## Pages upright, square and flat",
        "",
        *_skew_report(figures["skew"], plots_folder),
        "",
        *_orientation_report(figures["orientation"], figures["manifest"]),
        "",
        *_perspective_report(figures["perspective"]),
    ]


def _skew_report(skew: dict[str, Any], plots_folder: Path) -> list[str]:
    lines = [
        "**Skew.** Pages turned by random angles on a white canvas that holds all of them: mean error / mean of the",
        "best 80 % / worst in degrees, and the share within 0.1° with its interval (the measures of the DISEC contest,",
        "not its pages). *Without own skew* counts an answer relative to the same estimator's answer on the page as it",
        "came; *as turned* takes the page as it came for straight, so that the skew of the scan itself counts as an",
        f"error of whoever sees it. {' and '.join(EXACT).capitalize()} are renderings, straight by themselves. Median",
        "milliseconds a page, one thread.",
        "",
        "| set | estimator | turned pages | without own skew | within 0.1° | as turned | within 0.1° | ms |",
        "|" + " --- |" * 8,
    ]
    for name, rows in skew.items():
        for estimator, row in rows.items():
            cells = [_errors(row[kind]) for kind in ("without own skew", "as turned")]
            lines.append(f"| {name} | {estimator} | {row['pages']} | {' | '.join(cells)} | {row['ms']:.0f} |")
    own, peer = (skew["papers"][f"{name} ±15°"]["as turned"] for name in ("ours", "jdeskew"))
    lines += [
        "",
        f"Papers ±15°, as turned: {own['within']:.2f} within 0.1°, mean {own['mean']:.3f}° (at least .98 / .04°,",
        f"reach 1.00 / .02°; jdeskew {peer['within']:.2f} / {peer['mean']:.3f}°). Scans without own skew, as a share",
        "of jdeskew's mean error (at least a half, reach a quarter): " + ", ".join(_shares(skew)) + ".",
        "As turned, scans have a floor for whoever sees their own skew: the lines of these receipts hang by a quarter",
        "of a degree (their detected boxes say so as well). There jdeskew is nearer to the angle of turning since it",
        "also sees the outline of the grey picture on the white canvas, which leans by exactly that angle.",
        "",
        "![Mean error of skew by set](reading/turning.png)",
    ]
    plots.grouped(
        plots_folder / "turning.png",
        list(skew),
        {e: [rows[e]["without own skew"]["mean"] for rows in skew.values()] for e in skew["papers"]},
        "mean error, ° (log scale)",
        log=True,
    )
    return lines


def _errors(score: dict[str, Any]) -> str:
    low, high = score["interval"]
    sizes = f"{score['mean']:.3f} / {score['top80']:.3f} / {score['worst']:.2f}"
    return f"{sizes} | {score['within']:.2f} ({low:.2f}–{high:.2f})"


def _shares(skew: dict[str, Any]) -> list[str]:
    means = {
        name: [rows[f"{estimator} ±15°"]["without own skew"]["mean"] for estimator in ("ours", "jdeskew")]
        for name, rows in skew.items()
        if name not in EXACT
    }
    return [f"{name} {ours / peer:.2f}" for name, (ours, peer) in means.items()]


def _orientation_report(orientation: dict[str, Any], manifest: list[dict[str, Any]]) -> list[str]:
    lines = [
        "**Orientation.** Every page lying all four ways: share that stands upright afterwards, and milliseconds a",
        "page, by the classifier alone and with the probe where it is unsure.",
        "",
        "| set | pages | model | ms | verified | ms |",
        "|" + " --- |" * 6,
    ]
    for name, row in orientation.items():
        cells = [f"{_share(row[label]['right'])} | {row[label]['ms']:.0f}" for label in ("model", "verified")]
        lines.append(f"| {name} | {row['pages']} | {' | '.join(cells)} |")
    every = [
        _share([n for row in orientation.values() for n in row[label]["right"]]) for label in ("model", "verified")
    ]
    wrong = [row["file"] for row in manifest if not row["right"]]
    return [
        *lines,
        f"| all | {sum(row['pages'] for row in orientation.values())} | {every[0]} | | {every[1]} | |",
        "| *at least / reach* | | | | *.990 / .998* | |",
        "",
        f"Files turned by pixels, EXIF and TIFF orientation, `/Rotate` and skew, through the whole `pages` stage: "
        f"{len(manifest) - len(wrong)} of {len(manifest)} right{': wrong ' + ', '.join(wrong) if wrong else ''}.",
    ]


def _share(right: list[int]) -> str:
    found = bootstrap_ratio(right, [4.0] * len(right))
    return f"{found.value:.3f} ({found.low:.3f}–{found.high:.3f})"


def _perspective_report(perspective: dict[str, Any]) -> list[str]:
    lines = [
        "**Perspective.** Papers and facing pages seen from the side on four kinds of table: share whose outline is",
        "found, and the error of its worst corner in % of the photograph's diagonal.",
        "",
        "| table | photographs | found | median | worst |",
        "|" + " --- |" * 5,
    ]
    for kind, errors in perspective["corners"].items():
        known = [error for error in errors if error is not None]
        sizes = f"{np.median(known):.2f} | {max(known):.2f}" if known else "|"
        lines.append(f"| {kind} | {len(errors)} | {len(known) / len(errors):.2f} | {sizes} |")
    false = perspective["false"]
    lines += [
        "",
        f"Outlines found where there is nothing to correct, on the first pages of {perspective['looked']} scans and",
        f"renderings: {len(false)}{' (' + ', '.join(false) + ')' if false else ''}.",
        "",
        "Read end to end, CER / word F1. Equal word F1 with other CER is a line of a footer in another order, and the",
        "shape of quotation marks.",
        "",
        "| set | scanned | photographed | photographed and corrected |",
        "|" + " --- |" * 4,
    ]
    for name, row in perspective["reading"].items():
        cells = [f"{row[k]['CER']:.4f} / {row[k]['word F1']:.3f}" for k in ("scanned", "photographed", "corrected")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines
