"""Plots of drift for Dagster's pages: small, since metadata stays in the event log for ever."""

from __future__ import annotations

import base64
import io

import dagster as dg
import numpy as np

from ocr.assembly import STAGES
from resources.drift.reports import Report
from resources.drift.signals import SIGNALS, WATCHED

DPI, COLOURS = 60, 24  # keep a plot under 20 KB
MOST_POINTS = 200
LEAST = 1e-6  # of the threshold: what lies below is noise


def overview(report: Report) -> dg.MarkdownMetadataValue:
    """Evidence of change by stage since the reference, and the readings of the signal that changed most."""
    # Without pyplot: no backend is chosen, and nothing global is kept by a resident code location.
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(figsize=(8, 2.8), layout="constrained")
    _evidence(figure.add_subplot(1, 2, 1), report)
    _signal(figure.add_subplot(1, 2, 2), report)
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI)
    Image.open(drawn).convert("RGB").quantize(COLOURS).save(small, "PNG", optimize=True)
    encoded = base64.b64encode(small.getvalue()).decode()
    return dg.MetadataValue.md(f"![drift](data:image/png;base64,{encoded})")


def _evidence(axes, report: Report) -> None:
    watched = report.watched
    assert watched is not None
    # An alarm is one point of thousands: it is not to be thinned out.
    alarms = {told.alarm.at for told in report.alarms}
    step = max(1, len(watched.trace) // MOST_POINTS)
    trace = [one for number, one in enumerate(watched.trace) if number % step == 0 or one[0] in alarms]
    for stage in STAGES:
        axes.plot([at for at, _ in trace], [max(LEAST, by[stage]) for _, by in trace], label=stage, linewidth=1)
    axes.axhline(1.0, color="black", linestyle="--", linewidth=0.8)
    for at in alarms:
        axes.axvline(at, color="#c0392b", linewidth=0.8)
    axes.set_yscale("log")
    axes.set_title("evidence by the threshold", fontsize=9)
    axes.legend(fontsize=6, loc="upper left")
    axes.tick_params(labelsize=8)


def _signal(axes, report: Report) -> None:
    name = _shown(report)
    values = report.series.numbers[name]
    told = np.flatnonzero(~np.isnan(values))
    told = told[:: max(1, len(told) // MOST_POINTS)]
    axes.plot(told, values[told], ".", markersize=2, color="#5b8db8")
    for one in report.alarms:
        axes.axvline(one.alarm.since, color="#e67e22", linewidth=0.8)
        axes.axvline(one.alarm.at, color="#c0392b", linewidth=0.8)
    axes.set_title(f"{SIGNALS[name].stage}: {name}", fontsize=9)
    axes.tick_params(labelsize=8)


def _shown(report: Report) -> str:
    """The stored number that moved most surely, else the one there is most evidence of."""
    numbers = report.series.numbers
    moved = [shift.signal for told in reversed(report.alarms) for shift in told.cause.moved if shift.signal in numbers]
    if moved:
        return moved[0]
    now = report.watched.now if report.watched is not None else None
    if now is None:
        return "word_confidence"
    ordered = (WATCHED[int(number)].name for number in np.argsort(-now.evidence))
    return next(name for name in ordered if name in numbers)
