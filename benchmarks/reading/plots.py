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
