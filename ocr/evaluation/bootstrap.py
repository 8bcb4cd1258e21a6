"""How sure a corpus-level figure is: percentile bootstrap over documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_DRAWS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A pooled ratio with the bounds its bootstrap replicates fall between."""

    value: float
    low: float
    high: float


def bootstrap_ratio(
    numerators: Sequence[float] | np.ndarray,
    denominators: Sequence[float] | np.ndarray,
    *,
    replicates: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Interval of `sum(numerators) / sum(denominators)`, one entry a document (edits and length; right and judged).

    Documents are resampled with replacement, since errors within a document go together (Efron's percentile method).
    The same seed gives the same interval. Raises ValueError for no documents, unequal lengths or nothing to divide by.
    """
    top, bottom = np.asarray(numerators, dtype=float), np.asarray(denominators, dtype=float)
    if top.ndim != 1 or top.shape != bottom.shape or top.size == 0:
        raise ValueError(f"one numerator and one denominator a document, got {top.shape} and {bottom.shape}")
    if (bottom < 0).any() or bottom.sum() == 0:
        raise ValueError("denominators must not be negative, and not all zero")
    generator = np.random.default_rng(seed)
    ratios: list[np.ndarray] = []
    drawn, step = 0, max(1, _DRAWS_AT_ONCE // top.size)
    while drawn < replicates:
        rows = min(step, replicates - drawn)
        picks = generator.integers(top.size, size=(rows, top.size))
        sums, totals = top[picks].sum(axis=1), bottom[picks].sum(axis=1)
        # A replicate of documents with nothing to divide by says nothing of the ratio.
        ratios.append(sums[totals > 0] / totals[totals > 0])
        drawn += rows
    low, high = np.quantile(np.concatenate(ratios), [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(top.sum() / bottom.sum()), float(low), float(high))
