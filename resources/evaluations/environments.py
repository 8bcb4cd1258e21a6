"""Live and test documents are judged apart: each against its own past, shown by the day documents were received."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from resources.evaluations.comparison import Compared, Worse, compare, losses, unread, worse_documents
from resources.evaluations.measures import MEASURES, Row

ENVIRONMENTS = ("live", "test")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Two evaluations of one environment: every measure in both, the significant losses, the documents behind them."""

    compared: list[Compared]
    lost: list[Compared]
    worse: list[Worse]


@dataclass(frozen=True, slots=True)
class Daily:
    """One measure pooled over the documents of an environment that were received on one day (ISO date, UTC)."""

    environment: str
    day: str
    stage: str
    measure: str
    documents: int
    value: float


def of_environment(rows: Iterable[Row], environment: str) -> list[Row]:
    return [row for row in rows if row.environment == environment]


def judge(
    before: Sequence[Row],
    after: Sequence[Row],
    rejected: Set[str],
    level: float,
    least: float,
    *,
    slices: bool = False,
) -> Verdict:
    """What was lost between two evaluations of one environment, as the gate counts it (`losses`).

    Documents judged before that are `rejected` now have lost everything. With `slices`, sets, types and quality tiers
    are compared each by itself as well; what is lost is told of all together.
    """
    now = [*after, *unread(before, rejected)]
    compared = compare(before, now, slices=slices)
    lost = losses(compared, level, least)
    return Verdict(compared, lost, worse_documents(before, now, [(one.stage, one.measure) for one in lost]))


def by_day(rows: Iterable[Row]) -> list[Daily]:
    """Every gated measure by environment and day, in that order."""
    sums: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        known = MEASURES.get((row.stage, row.measure))
        if known is not None and known.gated and row.day:
            sums[row.environment, row.day, row.stage, row.measure].append(row)
    return [
        Daily(*key, len(some), sum(row.numerator for row in some) / sum(row.denominator for row in some))
        for key, some in sorted(sums.items())
    ]
