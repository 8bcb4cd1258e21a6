"""Bets against "nothing has changed", that no luck turns into more than rare false alarms.

For each signal a few gamblers bet on every p-value by a density of their own on (0, 1): that values have shifted by
one or two deviations, or spread, or drawn together, in a part of the documents or in all. If p-values are uniform and
independent, no gambler's winnings grow in expectation. The Shiryaev-Roberts statistic `S ← (1 + S) · density(p)`, the
sum over all starting points of what was won since, has expectation t after t documents; the mean over gamblers too. By
Doob's inequality it reaches c within t documents with probability at most t / c, and on average not before c documents
(Shiryaev 1963, Roberts 1966; Volkhonskiy et al., "Inductive conformal martingales for change-point detection", 2017;
Shin, Ramdas and Rinaldo, "E-detectors", 2023). Signals depend on each other, so each has the threshold times their
number (Bonferroni): the bounds then hold for all together, at every moment, however often one looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

SHIFTS = (1.0, -1.0, 2.0, -2.0)
SPREADS = (2.0, 0.5)
KEPT_BACK = 0.4  # of a careful gambler's money: what one document in which nothing changed may not take

GAMBLERS = 2 * len(SHIFTS) + len(SPREADS)
_NORMAL = NormalDist()
_EDGE = 1e-9


def densities(p: np.ndarray) -> np.ndarray:
    """Each gambler's density at p-values: `…` → `… × GAMBLERS`, NaN at NaN. Each integrates to 1 over (0, 1)."""
    z = _normal(np.clip(p, _EDGE, 1 - _EDGE))
    bold = [np.exp(shift * z - shift**2 / 2) for shift in SHIFTS]
    careful = [KEPT_BACK + (1 - KEPT_BACK) * one for one in bold]
    spread = [np.exp(z**2 / 2 * (1 - 1 / s**2)) / s for s in SPREADS]
    return np.stack([*bold, *careful, *spread], axis=-1)


def _normal(p: np.ndarray) -> np.ndarray:
    """Quantiles of the standard normal distribution, NaN at NaN."""
    z = np.full(p.shape, np.nan)
    told = ~np.isnan(p)
    z[told] = [_NORMAL.inv_cdf(value) for value in p[told].tolist()]
    return z


@dataclass(slots=True)
class Wealth:
    """What the gamblers of `count` signals have won, and since when their best run lasts."""

    count: int
    winnings: np.ndarray = field(default_factory=lambda: np.zeros(0))
    runs: np.ndarray = field(default_factory=lambda: np.zeros(0))
    begun: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        if not self.winnings.size:
            self.winnings = np.zeros((self.count, GAMBLERS))
            self.runs = np.ones((self.count, GAMBLERS))
            self.begun = np.zeros((self.count, GAMBLERS), dtype=np.int64)

    def bet(self, odds: np.ndarray, at: int) -> None:
        """One document's `densities`, NaN where a signal says nothing; `at` is its place in the stream."""
        told = ~np.isnan(odds)
        fresh = told & (self.runs <= 1)
        self.begun[fresh] = at
        self.winnings = np.where(told, (1 + self.winnings) * odds, self.winnings)
        self.runs = np.where(told, np.maximum(self.runs, 1) * odds, self.runs)

    @property
    def evidence(self) -> np.ndarray:
        """The Shiryaev-Roberts statistic of each signal."""
        return self.winnings.mean(axis=1)

    def since(self, signal: int) -> int:
        """Where the run of the signal's luckiest gambler began: the likeliest place of a change (CUSUM)."""
        return int(self.begun[signal, int(np.argmax(self.winnings[signal]))])
