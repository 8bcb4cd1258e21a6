"""How well regions were found: counts that can be pooled over pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]
Labelled = tuple[str, Box]
"""A region's kind and its box (x0, y0, x1, y1)."""


@dataclass(frozen=True, slots=True)
class Detection:
    """`matched` of `truth` regions have a partner among the `found` ones."""

    matched: int
    truth: int
    found: int

    @property
    def precision(self) -> float:
        return self.matched / self.found if self.found else float(self.truth == 0)

    @property
    def recall(self) -> float:
        return self.matched / self.truth if self.truth else float(self.found == 0)

    @property
    def f1(self) -> float:
        total = self.truth + self.found
        return 2 * self.matched / total if total else 1.0


def detection(truth: Sequence[Labelled], found: Sequence[Labelled], iou: float, kinds: bool = True) -> Detection:
    """Pair the regions of a page one to one, best overlaps first, down to an intersection over union of `iou`.

    With `kinds` partners must be of one kind; without, only their boxes count.
    """
    pairs = sorted(
        (
            (overlap, t, f)
            for t, (wanted, box) in enumerate(truth)
            for f, (kind, other) in enumerate(found)
            if (not kinds or kind == wanted) and (overlap := intersection_over_union(box, other)) >= iou
        ),
        reverse=True,
    )
    paired_truth: set[int] = set()
    paired_found: set[int] = set()
    for _, t, f in pairs:
        if t not in paired_truth and f not in paired_found:
            paired_truth.add(t)
            paired_found.add(f)
    return Detection(len(paired_truth), len(truth), len(found))


def pool(pages: Iterable[Detection]) -> Detection:
    """One count for many pages: every region weighs the same."""
    pages = list(pages)
    return Detection(sum(p.matched for p in pages), sum(p.truth for p in pages), sum(p.found for p in pages))


def intersection_over_union(a: Box, b: Box) -> float:
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    if across <= 0 or down <= 0:
        return 0.0
    common = across * down
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)
