"""The results page of the benchmark of scale."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

PAGE = Path(__file__).parents[1] / "docs" / "results" / "scale.md"
PLOT = PAGE.parent / "scale" / "scale.png"

INTRODUCTION = """# Scale

`python -m benchmarks.scale` writes this page. One home grows from size to size; 40 of its documents are small pictures
that the platform really reads, the others have made outputs (one page, 120 words, three fields, two passages with
vectors of 384 numbers), written by the platform's own functions, which everything behind them takes for real ones.
SQLite for ledger and Dagster, everything on a local disk, one process. Ticks are those of the sensors, looking once.
"""


def write(found: Mapping[int, Mapping[str, float]], bytes_: Mapping[str, float], where: str, seconds: float) -> None:
    """`found`: seconds by size and name; those named `…, a document` are of one document, others of the whole."""
    sizes = list(found)
    names = list(found[sizes[0]])
    each = [name for name in names if name.endswith("a document")]
    whole = [name for name in names if name not in each]
    lines = [INTRODUCTION, "## A document", "", "Milliseconds for each document, by how many there are.", ""]
    lines += _table(found, each, sizes)
    lines += ["", "## The whole", "", "Milliseconds, by how many documents there are.", ""]
    lines += _table(found, whole, sizes)
    taken = ", ".join(f"{name} {size / 1000:.1f} kB" for name, size in bytes_.items())
    lines += ["", f"On disk, a document: {taken}.", "", "![costs by size](scale/scale.png)", ""]
    lines += [f"<sub>{where}, {seconds:.0f} s in all</sub>", ""]
    PLOT.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    _plot(found, each, whole)


def _table(found: Mapping[int, Mapping[str, float]], names: list[str], sizes: list[int]) -> list[str]:
    head = ["| | " + " | ".join(f"{size:,}" for size in sizes) + " |", "|" + " --- |" * (len(sizes) + 1)]
    rows = [[_milliseconds(found[size].get(name)) for size in sizes] for name in names]
    shown = [name.removesuffix(", a document") for name in names]
    return head + [f"| {name} | " + " | ".join(cells) + " |" for name, cells in zip(shown, rows, strict=True)]


def _milliseconds(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    value = 1000 * seconds
    return f"{value:.3f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _plot(found: Mapping[int, Mapping[str, float]], each: list[str], whole: list[str]) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(12, 4.6))
    for axis, names, title in zip(axes, (each, whole), ("a document", "the whole"), strict=True):
        for place, name in enumerate(names):
            sizes = [size for size in found if name in found[size]]
            values = [1000 * found[size][name] for size in sizes]
            axis.plot(sizes, values, marker="osv^Dx*"[place % 7], label=name.removesuffix(", a document"))
        axis.set(xscale="log", yscale="log", xlabel="documents", ylabel="ms", title=title)
        axis.legend(fontsize=6, loc="upper left")
        axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(PLOT, dpi=110)
    plt.close(figure)
