"""The results page of the drift benchmark."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from textwrap import wrap
from typing import Any

WITHIN, WIDTH = 50, 118


METHOD = """
How soon a change is found, how often one is told that is none, and what it is put down to. `python -m
benchmarks.drift` writes this page. Scans of receipts and forms were generated (100 dpi, English and a fifth German,
skew of half a degree of deviation), read by the real stages with one engine, and their signals drawn with replacement
into streams: 300 documents of reference, then documents like them, then changed ones. 360 unchanged and 30 changed
documents of each kind were read: the table of delays tells of the chance of streams, less of that of documents.
"""
OTHERS = """
Peers watch the same numbers: two-sample Kolmogorov-Smirnov tests of the last 50 documents against the reference every
10 (each at .05 over the number of signals), two-sided Page-Hinkley on standardised values (.25 deviations allowed,
threshold 25), ADWIN's cuts on ranks (δ = .002 over the number of signals). They are small versions of our own with
usual constants, not tuned to these streams.
"""
PROMISE = """
Promised for ours: at most 10 % of streams with an alarm, whatever the signals are like, if documents come in no
particular order. In the table, the streams with an alarm.
"""
RUNS = """
Runs of one type break the promise's condition: within a type order does not matter to ours, but the mix of types
itself comes in runs. `[drift] mix = false` leaves the mix out.
"""
COLUMNS = """
Median (90th percentile) of the streams without a false alarm before the change, and the share found within 50
documents; – is more than 100. *false*: streams, of 20, with an alarm in the 60 documents before the change. *cause*:
what ours puts the change down to at the moment of the alarm, in five streams.
"""
SWAP = """
`pages.deskew = false` on scans of 3° deviation, after 60 documents read with it on.
"""


def page(parts: Mapping[str, Mapping[str, Any]]) -> str:
    """The page from the figures of the parts that were measured."""
    lines = [*_paragraph("# Drift"), *_paragraph(METHOD), *_paragraph(OTHERS)]
    for part, kept in parts.items():
        took = f"<sub>{kept['machine']}, commit {kept['commit']}, {kept['seconds']} s of one core</sub>"
        lines += [*WRITTEN[part](kept["figures"]), took, ""]
    return "\n".join(lines)


def _quiet(figures: Mapping[str, Any]) -> list[str]:
    methods = list(next(iter(figures.values()))["alarmed"])
    head = [f"| streams | {' | '.join(methods)} | alarms of ours a stream |", "|" + " --- |" * (len(methods) + 2)]
    rows = []
    for name, found in figures.items():
        cells = [f"{alarmed} of {of}" for alarmed, of in found["alarmed"].values()]
        rows.append(f"| {name} | {' | '.join(cells)} | {found['alarms']:.3f} |")
    title = _paragraph("## False alarms: 2,000 documents that did not change")
    return [*title, *_paragraph(PROMISE), *head, *rows, "", *_paragraph(RUNS)]


def _delays(figures: Mapping[str, Any]) -> list[str]:
    methods = list(next(iter(figures.values()))["delays"])
    head = [f"| change | {' | '.join(methods)} | cause |", "|" + " --- |" * (len(methods) + 2)]
    rows = []
    for name, found in figures.items():
        cells = [_delay(found["delays"][method], found["false"].get(method, 0)) for method in methods]
        causes = ", ".join(f"{of} {count}" for of, count in found["causes"].items()) or "–"
        rows.append(f"| {name} | {' | '.join(cells)} | {causes} |")
    return [*_paragraph("## Delay: documents until the alarm"), *_paragraph(COLUMNS), *head, *rows, ""]


def _swap(figures: Mapping[str, Any]) -> list[str]:
    title = _paragraph("## A service that harms a later one")
    rows = [
        f"- {name}: alarm after {told['delay']}; **{told['of']}** ({told['sure']}). {told['says']}."
        for name, told in figures.items()
    ]
    return [*title, *_paragraph(SWAP), *rows, ""]


WRITTEN: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {"quiet": _quiet, "delays": _delays, "swap": _swap}


def _delay(delays: Sequence[int | None], false: int) -> str:
    if not delays:
        return f"*false {false}*"
    late = 10**6
    known = sorted(late if delay is None else delay for delay in delays)
    middle, ninth = median(known), known[min(len(known) - 1, int(0.9 * len(known)))]
    within = sum(delay <= WITHIN for delay in known) / len(known)
    shown = [f"{value:.0f}" if value < late else "–" for value in (middle, ninth)]
    return f"{shown[0]} ({shown[1]}), {within:.0%}" + (f", *false {false}*" if false else "")


def _paragraph(text: str) -> list[str]:
    return [*wrap(" ".join(text.split()), WIDTH), ""]
