"""What is different after a change from before it: signal by signal, on all readings, and on the same documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ocr.assembly import STAGES
from ocr.evaluation.paired import compare_pairs
from resources.drift.detecting import anchors_of, distances_from
from resources.drift.series import Series
from resources.drift.signals import SIGNALS, STORED, Signal

LEVEL = 0.01  # how often, at most, anything is called moved where nothing has
LEAST_EFFECT = 0.2
FEWEST_PAIRS = 6


@dataclass(frozen=True, slots=True)
class Shift:
    """One signal before and after: medians (of a label the most frequent one, `nothing` where no reading told of it),
    and `effect`, from -1 (all after are below all before) over 0 to 1 (Cliff's delta, within strata). Of labels it is
    negative where rarer ones have come.
    """

    signal: str
    stage: str
    before: float | str
    after: float | str
    effect: float
    p_value: float
    readings: int

    @property
    def worse(self) -> bool:
        direction = SIGNALS[self.signal].worse
        return (direction == "up" and self.effect > 0) or (direction == "down" and self.effect < 0)


@dataclass(frozen=True, slots=True)
class PairedShift:
    """One signal on the same documents under two fingerprints: means, and the two-sided p-value of their exchange."""

    signal: str
    stage: str
    before: float
    after: float
    p_value: float
    documents: int
    changed: int

    @property
    def worse(self) -> bool:
        direction = SIGNALS[self.signal].worse
        return (direction == "up" and self.after > self.before) or (direction == "down" and self.after < self.before)


def shifts(series: Series, before: Sequence[int], after: Sequence[int]) -> list[Shift]:
    """Every signal that can be compared, those that moved most surely first (van Elteren's rank test)."""
    numbers = series.numbers | distances_from(series, anchors_of(before))
    anchors = set(anchors_of(before))
    found: list[Shift] = []
    for signal in SIGNALS.values():
        values = _frequencies(series, signal, before) if signal.label else numbers[signal.name]
        olds = before if signal in STORED else [place for place in before if place not in anchors]
        old = [place for place in olds if not np.isnan(values[place])]
        new = [place for place in after if not np.isnan(values[place])]
        strata = series.strata if signal.alike else [""] * len(series)
        effect, p_value = _van_elteren(values, strata, old, new)
        if new:
            levels = (_level(series, signal, values, old), _level(series, signal, values, new))
            found.append(Shift(signal.name, signal.stage, *levels, effect, p_value, len(new)))
    return sorted(found, key=lambda shift: (shift.p_value, -abs(shift.effect)))


def moved(found: Sequence[Shift], alarmed: Sequence[str] = ()) -> list[Shift]:
    """The shifts that are sure (Holm) and not small, and those of the signals that raised the alarm; without times."""
    sure: list[Shift] = []
    told = [shift for shift in found if SIGNALS[shift.signal].watched]
    holds = True
    for rank, shift in enumerate(told):
        holds = holds and shift.p_value <= LEVEL / (len(told) - rank)
        if shift.signal in alarmed or (holds and abs(shift.effect) >= LEAST_EFFECT):
            sure.append(shift)
    return sure


def paired_shifts(series: Series, stage: str, old: str, new: str) -> list[PairedShift]:
    """Signals of a stage and those after it on the documents read with both fingerprints, surest first.

    What a reading did not make anew is as the document's reading before left it.
    """
    pairs = _pairs(series, stage, old, new)
    found: list[PairedShift] = []
    for signal in STORED:
        if signal.label or not signal.watched or STAGES.index(signal.stage) < STAGES.index(stage):
            continue
        values = series.numbers[signal.name]
        both = [(_told(values, a), _told(values, b)) for a, b in pairs]
        known = [(a, b) for a, b in both if a is not None and b is not None]
        if len(known) < FEWEST_PAIRS:
            continue
        before, after = np.array(known).T
        p_value = _exchanged(before, after) if (before != after).any() else 1.0
        levels = float(before.mean()), float(after.mean())
        changed = int((before != after).sum())
        found.append(PairedShift(signal.name, signal.stage, *levels, p_value, len(known), changed))
    return sorted(found, key=lambda shift: shift.p_value)


def pairs_moved(found: Sequence[PairedShift]) -> list[PairedShift]:
    """Those that are sure (Holm)."""
    sure: list[PairedShift] = []
    for rank, shift in enumerate(found):
        if shift.p_value > LEVEL / (len(found) - rank):
            break
        sure.append(shift)
    return sure


def _exchanged(before: np.ndarray, after: np.ndarray) -> float:
    """The two-sided p-value of exchanging before and after, document by document, at random."""
    ones = np.ones(len(before))
    old, new = np.stack([before, ones], axis=1), np.stack([after, ones], axis=1)
    return min(1.0, 2 * min(compare_pairs(old, new, rise=rise).p_value for rise in (True, False)))


def _pairs(series: Series, stage: str, old: str, new: str) -> list[tuple[list[int], list[int]]]:
    """Of each document read with both: its places up to the last with the old and up to the first with the new, newest
    first."""
    places: dict[str, list[int]] = {}
    for place, (document, _) in enumerate(series.keys):
        places.setdefault(document, []).append(place)
    found: list[tuple[list[int], list[int]]] = []
    for mine in places.values():
        made = [series.fingerprints[stage][place] for place in mine]
        if old in made and new in made[made.index(old) :]:
            switch = made.index(new, made.index(old))
            found.append((mine[:switch][::-1], mine[: switch + 1][::-1]))
    return found


def _told(values: np.ndarray, places: Sequence[int]) -> float | None:
    return next((float(values[place]) for place in places if not np.isnan(values[place])), None)


def _frequencies(series: Series, signal: Signal, before: Sequence[int]) -> np.ndarray:
    """How frequent each reading's label was before the change."""
    labels = series.labels[signal.name]
    counts = Counter(labels[place] for place in before)
    return np.array([counts[label] if label else np.nan for label in labels], dtype=np.float64)


def _level(series: Series, signal: Signal, values: np.ndarray, places: Sequence[int]) -> float | str:
    if not places:
        return "nothing"
    if signal.label:
        return Counter(series.labels[signal.name][place] for place in places).most_common(1)[0][0]
    return float(np.median(values[places]))


def _van_elteren(
    values: np.ndarray, strata: Sequence[str], old: Sequence[int], new: Sequence[int]
) -> tuple[float, float]:
    """Cliff's delta and the two-sided p-value of the rank sum test, over strata, ties counted half."""
    wins = expected = variance = total = 0.0
    for stratum in {strata[place] for place in new}:
        x = np.array([values[place] for place in old if strata[place] == stratum])
        y = np.array([values[place] for place in new if strata[place] == stratum])
        if not len(x) or not len(y):
            continue
        size = len(x) + len(y)
        _, ties = np.unique(np.concatenate([x, y]), return_counts=True)
        below, upto = np.searchsorted(np.sort(x), y, "left"), np.searchsorted(np.sort(x), y, "right")
        wins += float(((below + upto) / 2).sum())
        expected += len(x) * len(y) / 2
        total += len(x) * len(y)
        spread = float((ties**3 - ties).sum()) / (size * (size - 1)) if size > 1 else 0.0
        variance += len(x) * len(y) / 12 * (size + 1 - spread)
    if not total or variance <= 0:
        return 0.0, 1.0
    z = abs(wins - expected) / variance**0.5
    return 2 * wins / total - 1, 2 * NormalDist().cdf(-z)
