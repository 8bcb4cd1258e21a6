"""An experiment in one picture: what changed against ground truth, and what a page costs."""

from __future__ import annotations

import io

from resources.evaluations.measures import MEASURES, better
from resources.experiments.experiment import Experiment

DPI = 60  # keeps the picture under 30 KB
GOOD, BAD, PLAIN, OTHER = "#4c956c", "#c1443c", "#5b8db8", "#e0a03c"


def plot(experiment: Experiment) -> bytes:
    """A PNG. Left: differences with 95 % intervals, to the right of the line is better; right: seconds a page."""
    # Without pyplot: no backend is chosen, and nothing global is kept by a resident process.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.2), layout="constrained")
    left, right = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    shown = [c for c in experiment.compared if c.by == "all" and (c.stage, c.measure) in MEASURES][::-1]
    for place, one in enumerate(shown):
        sign = 1.0 if better(one.stage, one.measure) == "up" else -1.0
        change = one.paired.difference
        value = sign * change.value
        low, high = sorted((sign * change.low, sign * change.high))
        colour = GOOD if low > 0 else BAD if high < 0 else PLAIN
        left.errorbar([value], [place], xerr=[[max(0.0, value - low)], [max(0.0, high - value)]], fmt="o", color=colour)
    left.axvline(0, color="#999999", linewidth=0.8)
    left.set_yticks(range(len(shown)), [one.measure for one in shown])
    left.set_title("better than the champion by", fontsize=9)
    stages = [cost.stage for cost in experiment.costs]
    for side, (label, colour, shift) in enumerate((("champion", PLAIN, -0.2), (experiment.variant, OTHER, 0.2))):
        heights = [cost.seconds[side] or 0.0 for cost in experiment.costs]
        right.bar([i + shift for i in range(len(stages))], heights, width=0.4, label=label, color=colour)
    right.set_xticks(range(len(stages)), stages, rotation=20)
    right.set_title("seconds a page", fontsize=9)
    right.legend(fontsize=7)
    for axes in (left, right):
        axes.tick_params(labelsize=7)
    sink = io.BytesIO()
    figure.savefig(sink, format="png", dpi=DPI)
    return sink.getvalue()
