"""One look after another: the readings after a reference against it, until there is an alarm."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from resources.drift.betting import Wealth, densities
from resources.drift.kept import Key
from resources.drift.ranks import LabelRanks, Ranks
from resources.drift.series import Series
from resources.drift.signals import DISTANCES, WATCHED, Signal

FEWEST_ANCHORS = 10


AHEAD = 256  # readings whose bets are prepared together

Ranker = Callable[[int, float], float]
"""Place and tie → the p-value of the reading there, NaN where it says nothing."""


@dataclass(slots=True)
class Detector:
    """Watches all signals from a reference on; without those of the mix where `mix` is false.

    `judged` are readings after the reference that were judged before, and `wealth` what was won on them. `evidence`:
    the statistic of each of `WATCHED` by the threshold; at 1 there is an alarm.
    """

    series: Series
    reference: Sequence[int]
    threshold: float
    mix: bool = True
    judged: Sequence[int] = ()
    wealth: Wealth = field(default_factory=lambda: Wealth(len(WATCHED)))
    evidence: np.ndarray = field(init=False)
    _rankers: list[Ranker] = field(default_factory=list)
    _ahead: dict[int, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.evidence = self.wealth.evidence / (self.threshold * len(WATCHED))

    def look(self, place: int) -> bool:
        """Judge one reading, each in its turn; whether there is an alarm."""
        if place not in self._ahead:
            self._rankers = self._rankers or self._prepared()
            places = range(place, min(place + AHEAD, len(self.series)))
            self._ahead = dict(zip(places, densities(self._ranked(places)), strict=True))
        self.wealth.bet(self._ahead.pop(place), place)
        self.evidence = self.wealth.evidence / (self.threshold * len(WATCHED))
        return bool((self.evidence >= 1).any())

    def _prepared(self) -> list[Ranker]:
        """A ranker for each of `WATCHED`; reference and what was judged before are in their bags."""
        anchors = anchors_of(self.reference)
        distances = distances_from(self.series, anchors)
        for values in distances.values():
            values[anchors] = np.nan
        numbers, unstratified = self.series.numbers | distances, [""] * len(self.series)
        known = [*self.reference, *self.judged]

        def ranker(signal: Signal) -> Ranker:
            if signal.mix and not self.mix:
                return _silent
            if signal.label:
                return _of_labels(self.series.labels[signal.name], known)
            strata = self.series.strata if signal.alike else unstratified
            return _of_numbers(numbers[signal.name].tolist(), strata, known)

        return [ranker(signal) for signal in WATCHED]

    def _ranked(self, places: Sequence[int]) -> np.ndarray:
        """The p-values of some readings, a row each; what was ranked is in the bag from then on."""
        ties = _ties([self.series.keys[place] for place in places])
        return np.array(
            [
                [rank(place, tie) for place, tie in zip(places, column, strict=True)]
                for rank, column in zip(self._rankers, ties.T.tolist(), strict=True)
            ]
        ).T


def anchors_of(reference: Sequence[int]) -> list[int]:
    """Every second reading of a reference: those that distances are measured from.

    The other half is what new distances are ranked among. Distances of the anchors from themselves would be smaller
    than those of new documents, and every new document would seem far away.
    """
    return list(reference[::2])


def distances_from(series: Series, anchors: Sequence[int]) -> dict[str, np.ndarray]:
    """Cosine distances of every reading from the anchors: from their centroid, and from the nearest."""
    found = {name: np.full(len(series), np.nan) for name in DISTANCES}
    directions = [vector for place in anchors if (vector := series.vectors[place]) is not None]
    size = max((len(vector) for vector in directions), default=0)
    near = np.array([vector for vector in directions if len(vector) == size])
    if len(near) < FEWEST_ANCHORS:
        return found
    centroid = near.mean(axis=0)
    centroid /= np.linalg.norm(centroid) or 1.0
    # Another embedding model may have another dimension: then there is no distance.
    told = [place for place, v in enumerate(series.vectors) if v is not None and len(v) == size]
    if told:
        directions_told = np.array([series.vectors[place] for place in told])
        found["centroid_distance"][told] = 1 - directions_told @ centroid
        found["neighbour_distance"][told] = 1 - (directions_told @ near.T).max(axis=1)
    return found


def _silent(_place: int, _tie: float) -> float:
    return math.nan


def _of_numbers(values: Sequence[float], strata: Sequence[str], known: Sequence[int]) -> Ranker:
    ranks, told = Ranks(), [place for place in known if not math.isnan(values[place])]
    ranks.fill((values[place] for place in told), (strata[place] for place in told))

    def rank(place: int, tie: float) -> float:
        value = values[place]
        return math.nan if math.isnan(value) else ranks.rank(value, strata[place], tie)

    return rank


def _of_labels(values: Sequence[str], known: Sequence[int]) -> Ranker:
    ranks = LabelRanks(Counter(values[place] for place in known if values[place]))

    def rank(place: int, tie: float) -> float:
        return ranks.rank(values[place], tie) if values[place] else math.nan

    return rank


def _ties(keys: Sequence[Key]) -> np.ndarray:
    """Uniform numbers, a row for each reading and a column for each signal: drawn by the reading, so that looking again
    gives the same (SplitMix64)."""
    hashed = b"".join(hashlib.blake2b("\n".join(key).encode(), digest_size=8).digest() for key in keys)
    steps = np.arange(1, len(WATCHED) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = np.frombuffer(hashed, np.uint64)[:, None] + steps
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)) / np.float64(2**53)
