"""Plots of an evaluation for Dagster's pages: small, since metadata stays in the event log for ever."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from resources.evaluations.comparison import Pooled
from resources.evaluations.environments import ENVIRONMENTS, Daily

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOTTED = (("text", "character_errors", "CER"), ("records", "field_f1", "field F1"))
MOST_SLICES = 12
MOST_DAYS = 60
DPI = 60  # keeps a plot under 20 KB


def slices(measured: Sequence[Pooled]) -> dg.MarkdownMetadataValue:
    """Bars with their 95 % intervals, of each set and quality tier."""
    figure = _figure()
    for place, (stage, name, label) in enumerate(PLOTTED):
        axes = figure.add_subplot(1, len(PLOTTED), place + 1)
        chosen = [m for m in measured if (m.stage, m.measure) == (stage, name) and m.by in ("set", "tier")]
        chosen = chosen[:MOST_SLICES]
        values = [m.value.value for m in chosen]
        spread = [[m.value.value - m.value.low for m in chosen], [m.value.high - m.value.value for m in chosen]]
        axes.barh([f"{m.of or '–'} ({m.documents})" for m in chosen], values, xerr=spread, color="#5b8db8")
        axes.set_title(label, fontsize=9)
        axes.tick_params(labelsize=8)
    return _picture(figure, "by set and quality")


def history(past: Sequence[tuple[str, Sequence[Pooled]]]) -> dg.MarkdownMetadataValue:
    """The pooled rates of evaluations over time (ISO), oldest first, with their 95 % intervals."""
    figure = _figure()
    for place, (stage, name, label) in enumerate(PLOTTED):
        axes = figure.add_subplot(1, len(PLOTTED), place + 1)
        points = [
            (made_at[5:16].replace("T", " "), m.value)
            for made_at, measured in past
            for m in measured
            if (m.stage, m.measure, m.by) == (stage, name, "all")
        ]
        values = [value.value for _, value in points]
        spread = [[v.value - v.low for _, v in points], [v.high - v.value for _, v in points]]
        axes.errorbar(range(len(points)), values, yerr=spread, marker="o", capsize=3, color="#5b8db8")
        step = max(1, len(points) // 5)
        axes.set_xticks(range(0, len(points), step), [when for when, _ in points[::step]], rotation=30)
        axes.set_title(label, fontsize=9)
        axes.tick_params(labelsize=8)
    return _picture(figure, "over time")


def days(daily: Sequence[Daily]) -> dg.MarkdownMetadataValue:
    """The pooled rates of live and of test documents by the day they were received."""
    figure = _figure()
    shown = sorted({one.day for one in daily})[-MOST_DAYS:]
    for place, (stage, name, label) in enumerate(PLOTTED):
        axes = figure.add_subplot(1, len(PLOTTED), place + 1)
        for environment in ENVIRONMENTS:
            points = {
                one.day: one.value
                for one in daily
                if (one.environment, one.stage, one.measure) == (environment, stage, name) and one.day in shown
            }
            axes.plot([shown.index(day) for day in points], list(points.values()), marker="o", label=environment)
        step = max(1, len(shown) // 5)
        axes.set_xticks(range(0, len(shown), step), [day[5:] for day in shown[::step]], rotation=30)
        axes.set_title(label, fontsize=9)
        axes.tick_params(labelsize=8)
        axes.legend(fontsize=7)
    return _picture(figure, "by day received")


def _figure() -> Figure:
    # Without pyplot: no backend is chosen, and nothing global is kept by a resident code location.
    from matplotlib.figure import Figure

    return Figure(figsize=(8, 2.6), layout="constrained")


def _picture(figure: Figure, name: str) -> dg.MarkdownMetadataValue:
    sink = io.BytesIO()
    figure.savefig(sink, format="png", dpi=DPI)
    encoded = base64.b64encode(sink.getvalue()).decode()
    return dg.MetadataValue.md(f"![{name}](data:image/png;base64,{encoded})")
