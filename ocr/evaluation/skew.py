"""How well skew is told, by the measures of the DISEC contest (ICDAR 2013)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WITHIN = 0.1


@dataclass(frozen=True, slots=True)
class SkewScore:
    """In degrees `mean` error (AED), mean of the best four fifths (TOP80), `worst`; `within`: share up to 0.1° (CE)."""

    mean: float
    top80: float
    within: float
    worst: float


def skew_score(errors: Sequence[float]) -> SkewScore:
    """Score signed errors in degrees, one a page; raises ValueError for none."""
    if not len(errors):
        raise ValueError("no errors to score")
    sizes = np.sort(np.abs(np.asarray(errors, dtype=float)))
    best = sizes[: max(1, int(0.8 * len(sizes)))]
    return SkewScore(float(sizes.mean()), float(best.mean()), float((sizes <= WITHIN).mean()), float(sizes[-1]))
