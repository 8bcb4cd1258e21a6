"""Whether one reading of a collection is better than another: both judged on the same documents.

A measure of a document is a numerator and a denominator (edits and length; right fields and fields); of a collection it
is the sum of the one over the sum of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ocr.evaluation.bootstrap import Interval

EXACT = 12  # changed documents up to which all exchanges are counted, 2^12 of them
DRAWS = 10_000
REPLICATES = 2000


@dataclass(frozen=True, slots=True)
class Paired:
    """One measure before and after. `difference` is after less before, with its bootstrap interval.

    `p_value`: how likely a difference at least this large would be in the direction asked for, were the two equally
    good; `least_p` the smallest this could have come out at all with the number of documents that `changed`.
    """

    before: float
    after: float
    difference: Interval
    p_value: float
    least_p: float
    documents: int
    changed: int


def compare_pairs(
    before: Sequence[tuple[float, float]] | np.ndarray,
    after: Sequence[tuple[float, float]] | np.ndarray,
    *,
    rise: bool,
    seed: int = 0,
) -> Paired:
    """Compare two readings of the same documents, `(numerator, denominator)` each, in the same order.

    `rise` asks for a rise (of errors), otherwise for a fall (of right ones). The test exchanges before and after,
    document by document, at random: of two equally good readings either could have been either (Fisher's permutation
    test for pairs; all exchanges where few documents changed). The interval is a paired percentile bootstrap over
    documents. Raises ValueError for no documents, unequal lengths or nothing to divide by.
    """
    old, new = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if old.ndim != 2 or old.shape != new.shape or old.shape[1] != 2 or not len(old):
        raise ValueError(f"two columns and one row a document on both sides, got {old.shape} and {new.shape}")
    if old[:, 1].sum() <= 0 or new[:, 1].sum() <= 0:
        raise ValueError("denominators must not all be zero")
    generator = np.random.default_rng(seed)
    changed = (old != new).any(axis=1)
    p_value, least = _exchange(old, new, changed, rise, generator)
    low, high = np.quantile(_resample(old, new, generator), [0.025, 0.975])
    before_rate, after_rate = float(_ratio(old.sum(axis=0))), float(_ratio(new.sum(axis=0)))
    return Paired(
        before=before_rate,
        after=after_rate,
        difference=Interval(after_rate - before_rate, float(low), float(high)),
        p_value=p_value,
        least_p=least,
        documents=len(old),
        changed=int(changed.sum()),
    )


def significant(p_values: Sequence[float], least: Sequence[float], level: float) -> list[bool]:
    """Which of several tests are significant so that all together err with probability at most `level`.

    Holm's procedure (1979) over the tests that could have come out significant at all (Tarone, 1990): a measure in
    which hardly a document changed costs the others nothing. `least`: the smallest p-value each could have.
    """
    able = 1
    while sum(p <= level / able for p in least) > able:
        able += 1
    tested = sorted((p, i) for i, p in enumerate(p_values) if least[i] <= level / able)
    answers = [False] * len(p_values)
    for rank, (p, i) in enumerate(tested):
        if p > level / (len(tested) - rank):
            break
        answers[i] = True
    return answers


def _exchange(
    old: np.ndarray, new: np.ndarray, changed: np.ndarray, rise: bool, generator: np.random.Generator
) -> tuple[float, float]:
    count = int(changed.sum())
    if not count:
        return 1.0, 1.0
    if count <= EXACT:
        kept = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    else:
        kept = generator.integers(2, size=(DRAWS, count))
        kept[0] = 1  # what was observed is one of the exchanges
    first, second = old[changed], new[changed]
    same = old[~changed].sum(axis=0)
    afters = same + kept @ second + (1 - kept) @ first
    befores = same + kept @ first + (1 - kept) @ second
    drawn = _ratio(afters) - _ratio(befores)
    observed = _ratio(new.sum(axis=0)) - _ratio(old.sum(axis=0))
    sign = 1.0 if rise else -1.0
    reached = sign * drawn >= sign * observed - 1e-12
    return float(reached.mean()), max(2.0**-count, 1 / len(drawn))


def _resample(old: np.ndarray, new: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Differences of resampled collections."""
    weights = generator.multinomial(len(old), np.full(len(old), 1 / len(old)), size=REPLICATES)
    befores, afters = weights @ old, weights @ new
    sound = (befores[:, 1] > 0) & (afters[:, 1] > 0)
    return _ratio(afters[sound]) - _ratio(befores[sound])


def _ratio(sums: np.ndarray) -> np.ndarray:
    """Of rows of sums; 0 where there is nothing to divide by."""
    return np.divide(sums[..., 0], sums[..., 1], out=np.zeros(sums.shape[:-1]), where=sums[..., 1] > 0)
