"""What others would watch the same signals with: Kolmogorov-Smirnov tests on sliding windows, Page-Hinkley, ADWIN.

Each takes a reference and a stream, columns of numbers with NaN where a document tells nothing, and answers the place
of its first alarm in the stream, or None.
"""

from __future__ import annotations

import math

import numpy as np

WINDOW, EVERY, LEVEL = 50, 10, 0.05


def kolmogorov_smirnov(reference: np.ndarray, stream: np.ndarray) -> int | None:
    """The last 50 documents against the reference, every 10 documents, each signal at .05 over their number
    (Bonferroni): the usual recipe of monitoring tools, which accounts for the signals and not for the looks."""
    signals = reference.shape[1]
    sorted_reference = [np.sort(column[~np.isnan(column)]) for column in reference.T]
    for end in range(WINDOW, len(stream) + 1, EVERY):
        for number, known in enumerate(sorted_reference):
            window = stream[end - WINDOW : end, number]
            window = np.sort(window[~np.isnan(window)])
            if len(window) >= 5 and len(known) >= 5 and _ks_p(known, window) < LEVEL / signals:
                return end - 1
    return None


def page_hinkley(
    reference: np.ndarray, stream: np.ndarray, allowed: float = 0.25, threshold: float = 25.0
) -> int | None:
    """Two-sided Page-Hinkley on values standardised by the reference, `allowed` deviations of drift left unpunished."""
    centre = np.nanmean(reference, axis=0)
    spread = np.nanstd(reference, axis=0)
    usable = spread > 0
    scaled = np.nan_to_num((stream[:, usable] - centre[usable]) / spread[usable])
    up, down = np.zeros(usable.sum()), np.zeros(usable.sum())
    for place, row in enumerate(scaled):
        up, down = np.maximum(0, up + row - allowed), np.maximum(0, down - row - allowed)
        if max(up.max(), down.max()) > threshold:
            return place
    return None


def adwin(reference: np.ndarray, stream: np.ndarray) -> int | None:
    """ADWIN's test (Bifet and Gavaldà 2007) on ranks within the reference, at cuts of doubling size, δ = .002 over the
    signals: a window that begins with the reference is cut where the means of its parts differ too much."""
    delta = 0.002 / reference.shape[1]
    columns = [np.sort(column[~np.isnan(column)]) for column in reference.T]
    ranks = [_ranks(columns[n], reference[:, n]) for n in range(reference.shape[1])]
    streams = [_ranks(columns[n], stream[:, n]) for n in range(reference.shape[1])]
    first: int | None = None
    for before, after in zip(ranks, streams, strict=True):
        values = np.concatenate([before, after])
        start = len(before)
        told = ~np.isnan(values)
        filled, count = np.cumsum(np.where(told, values, 0.0)), np.cumsum(told)
        squares = np.cumsum(np.where(told, values**2, 0.0))
        for place in range(start + EVERY - 1, len(values) if first is None else start + first, EVERY):
            if _cut(filled, squares, count, place, delta):
                first = place - start
                break
    return first


def _cut(sums: np.ndarray, squares: np.ndarray, count: np.ndarray, place: int, delta: float) -> bool:
    total = count[place]
    if total < 20:
        return False
    mean = sums[place] / total
    variance = max(0.0, squares[place] / total - mean**2)
    size = 8
    while size < place:
        n1 = count[place] - count[place - size]
        n0 = total - n1
        if n0 >= 5 and n1 >= 5:
            late = (sums[place] - sums[place - size]) / n1
            early = sums[place - size] / n0
            harmonic = 1 / (1 / n0 + 1 / n1)
            log = math.log(2 * math.log(total) / delta)
            if abs(late - early) > math.sqrt(2 / harmonic * variance * log) + 2 / (3 * harmonic) * log:
                return True
        size *= 2
    return False


def _ranks(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    if not len(known):
        return np.full(len(values), np.nan)
    middle = (np.searchsorted(known, values, "left") + np.searchsorted(known, values, "right")) / 2 / len(known)
    return np.where(np.isnan(values), np.nan, middle)


def _ks_p(first: np.ndarray, second: np.ndarray) -> float:
    """Asymptotic p-value of the two-sample test; conservative where there are ties."""
    both = np.concatenate([first, second])
    gap = np.abs(
        np.searchsorted(first, both, "right") / len(first) - np.searchsorted(second, both, "right") / len(second)
    ).max()
    root = math.sqrt(len(first) * len(second) / (len(first) + len(second)))
    scaled = (root + 0.12 + 0.11 / root) * gap
    if scaled < 0.2:
        return 1.0
    return min(1.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 50)))
