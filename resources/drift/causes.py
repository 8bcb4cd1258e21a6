"""What a change comes from: the documents themselves, or a service that was changed.

Stages are ordered, so a change is sought at the first stage that shows it and in what lies before that. If a stage's
fingerprint changed about when the signals did, the same documents read with both versions decide, where there are some:
what moves on the same documents is the service's doing, and what does not is the documents'. Where there are none,
the coincidence in time is the evidence, and it is said how often chance alone would bring it about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ocr.assembly import STAGES
from resources.drift.series import Series
from resources.drift.shifts import PairedShift, Shift, moved, paired_shifts, pairs_moved, shifts
from resources.drift.watching import Alarm
from resources.evaluations.comparison import Compared, compare, losses
from resources.evaluations.kept import kept, rows_of
from resources.lake import Lake

NEAR = 15  # readings between a change and what may have caused it: a change's place is known as closely
ENOUGH_PAIRS = 20  # same documents on which a service may be cleared
HARM_LEVEL, LEAST_HARM = 0.05, 0.002
OF_THE_INPUT = ("raw_document", "pages")

Surety = Literal["shown on the same documents", "likely", "possible"]


@dataclass(frozen=True, slots=True)
class Switch:
    """A stage's fingerprint changed: `at` is the place of the first reading with the new one."""

    stage: str
    old: str
    new: str
    at: int


@dataclass(frozen=True, slots=True)
class Cause:
    """`of` is a stage, or `input`; `sure` how well that is known and `chance` how often a coincidence would say so.

    `moved` are the signals that are different, `pairs` what differs on the same documents, `harm` what ground truth
    says became worse. `says` and `advice` put it in words.
    """

    of: str
    sure: Surety
    says: str
    advice: str
    first_stage: str
    chance: float | None = None
    switch: Switch | None = None
    moved: list[Shift] = field(default_factory=list)
    pairs: list[PairedShift] = field(default_factory=list)
    harm: list[Compared] = field(default_factory=list)


def cause_of(series: Series, alarm: Alarm, end: int, lake: Lake) -> Cause:
    """Why there was an alarm; `end` is the place after the last reading that belongs to what came with it."""
    after = list(range(alarm.since, end))
    found = moved(shifts(series, alarm.before, after), list(alarm.signals))
    stages = {shift.stage for shift in found}
    first = next(stage for stage in STAGES if stage in stages)
    switches = _switches(series, alarm, after)
    before = [s for s in switches if STAGES.index(s.stage) <= STAGES.index(first)]
    cleared: list[Switch] = []
    for switch in before:
        pairs = paired_shifts(series, switch.stage, switch.old, switch.new)
        sure = pairs_moved(pairs)
        if sure:
            return _shown(switch, first, found, sure, harm(series, switch, lake))
        if max((pair.documents for pair in pairs), default=0) >= ENOUGH_PAIRS:
            cleared.append(switch)
    timed = [switch for switch in before if switch not in cleared]
    if timed:
        chance = min(1.0, len(timed) * (2 * NEAR + 1) / max(1, alarm.at - alarm.before[0]))
        return _timed(timed[0], first, found, chance, harm(series, timed[0], lake))
    return _without_switch(first, found, cleared)


def harm(series: Series, switch: Switch, lake: Lake) -> list[Compared]:
    """What ground truth says became worse with a new fingerprint: the evaluation before against the newest one."""
    when = series.keys[switch.at][1]
    evaluations = [evaluation for evaluation in kept(lake) if not evaluation.variant]
    old = [evaluation for evaluation in evaluations if evaluation.made_at < when]
    new = [evaluation for evaluation in evaluations if evaluation.made_at >= when]
    if not old or not new:
        return []
    return losses(compare(rows_of(lake, old[-1]), rows_of(lake, new[-1]), slices=False), HARM_LEVEL, LEAST_HARM)


def _switches(series: Series, alarm: Alarm, after: Sequence[int]) -> list[Switch]:
    """Stages made by another fingerprint after the change than before it, if that began near the change."""
    old, new = series.fingerprints_of(alarm.before), series.fingerprints_of(after)
    found: list[Switch] = []
    for stage in STAGES:
        if old[stage] and new[stage] and old[stage] != new[stage]:
            at = series.fingerprints[stage].index(new[stage], alarm.before[0])
            if abs(at - alarm.since) <= NEAR:
                found.append(Switch(stage, old[stage], new[stage], at))
    return found


def _shown(switch: Switch, first: str, found: list[Shift], pairs: list[PairedShift], harmed: list[Compared]) -> Cause:
    named = ", ".join(f"{p.signal} {p.before:.3g} → {p.after:.3g}" for p in pairs[:3])
    count = max(pair.documents for pair in pairs)
    says = f"{switch.stage} was changed, and {count} documents read with both versions differ: {named}{_harmed(harmed)}"
    return Cause(
        switch.stage,
        "shown on the same documents",
        says,
        _advice(switch, pairs),
        first,
        None,
        switch,
        found,
        pairs,
        harmed,
    )


def _timed(switch: Switch, first: str, found: list[Shift], chance: float, harmed: list[Compared]) -> Cause:
    says = (
        f"{switch.stage} was changed when {found[0].signal} did; no documents read with both versions say more, and "
        f"chance alone would bring the two together in {chance:.0%} of cases{_harmed(harmed)}"
    )
    sure: Surety = "likely" if chance <= 0.1 else "possible"
    return Cause(switch.stage, sure, says, _advice(switch, found), first, chance, switch, found, [], harmed)


def _without_switch(first: str, found: list[Shift], cleared: Sequence[Switch]) -> Cause:
    but = f"; {cleared[0].stage} was changed too, but reads the same documents as before" if cleared else ""
    if first in OF_THE_INPUT or cleared:
        return Cause(
            of="input",
            sure="likely",
            says=f"the documents that come in are different: {_named(found)}{but}",
            advice="look at what delivers them (scanner, its settings, a new sender); if that is how they will be from "
            "now on, `ocr-assets drift reference --last N` makes them the reference",
            first_stage=first,
            moved=found,
        )
    return Cause(
        of=first,
        sure="possible",
        says=f"{first} is different while all before it is as it was, and no version was changed: {_named(found)}",
        advice="the documents say other things (language, kind, layout) though they look the same, or a server that "
        f"{first} asks was changed behind its name: compare some of the newest documents with `ocr-assets show`",
        first_stage=first,
        moved=found,
    )


def _advice(switch: Switch, found: Sequence[Shift] | Sequence[PairedShift]) -> str:
    if any(shift.worse for shift in found):
        return (
            f"go back to the earlier {switch.stage}: its outputs are still there and nothing is read again; or compare "
            "both on ground truth with `ocr-assets eval --compare`"
        )
    return "nothing became worse that has a direction: if it was meant, `ocr-assets drift reference --last N`"


def _named(found: Sequence[Shift]) -> str:
    return ", ".join(f"{s.signal} {_level(s.before)} → {_level(s.after)}" for s in found[:3])


def _level(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"


def _harmed(harmed: Sequence[Compared]) -> str:
    if not harmed:
        return ""
    named = ", ".join(f"{h.stage} {h.measure} {h.paired.before:.4f} → {h.paired.after:.4f}" for h in harmed)
    return f"; by ground truth worse: {named}"
