"""What a series has gone through since its reference: alarms, and a new beginning after each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ocr.assembly import STAGES
from resources.drift.betting import Wealth
from resources.drift.detecting import Detector
from resources.drift.judged import Judged
from resources.drift.kept import Key, Reference
from resources.drift.series import Series
from resources.drift.signals import WATCHED
from resources.settings import DriftSettings


@dataclass(frozen=True, slots=True)
class Alarm:
    """`at`: place of the reading that raised it; `since`: where the change most likely began; `before`: the places of
    what had been alike until then, the reference first. `signals`: those that raised it, the surest first, and how many
    times the threshold their evidence was.
    """

    at: int
    since: int
    before: list[int]
    signals: dict[str, float]
    key: Key


@dataclass(slots=True)
class Watched:
    """`alarms` in order, `now` the detector at the end (None while readings for a new reference are gathered), `still`
    how many of those are missing. `trace`: after each reading since the mark, its place and the evidence of each stage
    by the threshold.
    """

    alarms: list[Alarm] = field(default_factory=list)
    now: Detector | None = None
    still: int = 0
    looks: int = 0
    trace: list[tuple[int, dict[str, float]]] = field(default_factory=list)


def watch(series: Series, reference: Reference, settings: DriftSettings, known: Judged | None = None) -> Watched:
    """Judge every reading after the reference's mark; `known` says how far that was done before.

    After an alarm the next `settings.fewest` readings are the reference of a new beginning: a change is told once, and
    the next one too, though it be back to what was.
    """
    marks = series.places([reference.mark])
    of, first = series.places(reference.of), (marks[0] + 1 if marks else len(series))
    watched = Watched()
    if known is not None:
        watched.trace, watched.looks = list(known.trace), len(known.trace)
        for at, since, signals in known.alarms:
            watched.alarms.append(Alarm(at, since, [*of, *range(first, since)], signals, series.keys[at]))
            of, first = _anew(at, settings)
    while first <= len(series):
        detector = Detector(series, of, settings.documents_per_false_alarm, settings.mix)
        if known is not None and known.place > first and len(watched.alarms) == len(known.alarms):
            wealth = Wealth(len(WATCHED), known.winnings.copy(), known.runs.copy(), known.begun.copy())
            detector = replace(detector, judged=range(first, known.place), wealth=wealth)
        alarm = _until_alarm(series, detector, of, first, watched)
        if alarm is None:
            watched.now = detector
            return watched
        watched.alarms.append(alarm)
        of, first = _anew(alarm.at, settings)
    watched.still = first - len(series)
    return watched


def judged_by(watched: Watched, series: Series) -> Judged:
    """How far a series was judged, to go on from there."""
    wealth = watched.now.wealth if watched.now is not None else Wealth(len(WATCHED))
    alarms = [(alarm.at, alarm.since, alarm.signals) for alarm in watched.alarms]
    return Judged(len(series), alarms, wealth.winnings, wealth.runs, wealth.begun, watched.trace)


def _anew(at: int, settings: DriftSettings) -> tuple[range, int]:
    """The readings that are the reference after an alarm, and the first that is judged by it."""
    first = at + 1 + settings.fewest
    return range(at + 1, first), first


def _until_alarm(series: Series, detector: Detector, of: Sequence[int], first: int, watched: Watched) -> Alarm | None:
    for place in range(first + len(detector.judged), len(series)):
        alarmed = detector.look(place)
        watched.looks += 1
        watched.trace.append((place, _by_stage(detector)))
        if alarmed:
            raised = sorted(
                ((e, number) for number, e in enumerate(detector.evidence.tolist()) if e >= 1), reverse=True
            )
            since = max(first, detector.wealth.since(raised[0][1]))
            before = [*of, *range(first, since)]
            signals = {WATCHED[number].name: e for e, number in raised}
            return Alarm(place, since, before, signals, series.keys[place])
    return None


def _by_stage(detector: Detector) -> dict[str, float]:
    found = dict.fromkeys(STAGES, 0.0)
    for signal, evidence in zip(WATCHED, detector.evidence.tolist(), strict=True):
        found[signal.stage] = max(found[signal.stage], evidence)
    return found
