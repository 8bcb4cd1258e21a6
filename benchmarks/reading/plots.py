"""Plots of the result page; small files, one look."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def grouped(path: Path, groups: list[str], series: dict[str, list[float]], label: str, log: bool = False) -> None:
    """Bars side by side: a group for each of `groups`, a bar in it for each series."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 3.6), layout="constrained")
    width = 0.8 / len(series)
    for number, (name, values) in enumerate(series.items()):
        axes.bar(np.arange(len(groups)) + (number - (len(series) - 1) / 2) * width, values, width, label=name)
    axes.set_xticks(range(len(groups)), groups)
    axes.set_ylabel(label)
    if log:
        axes.set_yscale("log")
    axes.legend(fontsize=8)
    axes.grid(axis="y", alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    pyplot.close(figure)


def curves(path: Path, series: dict[str, tuple[list[float], list[float]]], across: str, up: str) -> None:
    """A line for each series of (x, y), from zero up."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 3.6), layout="constrained")
    for name, (x, y) in series.items():
        axes.plot(x, y, marker=".", label=name)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    pyplot.close(figure)
