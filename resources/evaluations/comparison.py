"""Two evaluations of the same documents side by side: what became better or worse, where, and how surely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace

from ocr.evaluation.bootstrap import Interval, bootstrap_ratio
from ocr.evaluation.paired import Paired, compare_pairs, significant
from resources.evaluations.measures import MEASURES, Row, better

Slice = Callable[[Row], str]
SLICES: dict[str, Slice] = {
    "set": lambda row: row.set,
    "type": lambda row: row.type,
    "tier": lambda row: row.tier,
}


@dataclass(frozen=True, slots=True)
class Pooled:
    """One measure over the documents of a slice (`by` is `all`, `set`, `type` or `tier`, `of` its name)."""

    stage: str
    measure: str
    by: str
    of: str
    documents: int
    value: Interval


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure before and after over the documents of a slice that both evaluations judged by the same truth."""

    stage: str
    measure: str
    by: str
    of: str
    paired: Paired

    @property
    def loss(self) -> float:
        """By how much it became worse; negative where it became better."""
        difference = self.paired.difference.value
        return difference if better(self.stage, self.measure) == "down" else -difference


@dataclass(frozen=True, slots=True)
class Worse:
    """A document that became worse in one measure, by `loss` in its own rate."""

    document: str
    name: str
    set: str
    stage: str
    measure: str
    before: float
    after: float
    loss: float


def pooled(rows: Sequence[Row], *, slices: bool = True) -> list[Pooled]:
    """Every measure over all documents and, with `slices`, over each set, type and quality tier."""
    found = []
    for (stage, measure, by, of), some in _sliced(rows, slices).items():
        tops, bottoms = [row.numerator for row in some], [row.denominator for row in some]
        found.append(Pooled(stage, measure, by, of, len(some), bootstrap_ratio(tops, bottoms)))
    return found


def compare(before: Iterable[Row], after: Iterable[Row], *, slices: bool = True) -> list[Compared]:
    """Every measure of both, over all documents and by slice. Documents whose truth changed between are left out."""
    old = {_key(row): row for row in before}
    both = [(old[_key(row)], row) for row in after if _key(row) in old]
    first = {_key(new): was for was, new in both}
    found = []
    for (stage, measure, by, of), some in _sliced([new for _, new in both], slices).items():
        paired = compare_pairs(
            [(first[_key(row)].numerator, first[_key(row)].denominator) for row in some],
            [(row.numerator, row.denominator) for row in some],
            rise=better(stage, measure) == "down",
        )
        found.append(Compared(stage, measure, by, of, paired))
    return found


def unread(before: Iterable[Row], rejected: Set[str]) -> list[Row]:
    """What the gated measures of documents are that were judged before and are rejected now: nothing is right."""
    return [
        replace(row, numerator=row.denominator if better(row.stage, row.measure) == "down" else 0.0)
        for row in before
        if row.document in rejected and _gated(row.stage, row.measure)
    ]


def losses(compared: Sequence[Compared], level: float, least: float) -> list[Compared]:
    """Significant losses over all documents in the gated measures: together they are false with probability `level`.

    A loss smaller than `least` is none, however sure.
    """
    gated = [c for c in compared if c.by == "all" and _gated(c.stage, c.measure)]
    answers = significant([c.paired.p_value for c in gated], [c.paired.least_p for c in gated], level)
    return [c for c, sure in zip(gated, answers, strict=True) if sure and c.loss >= least]


def worse_documents(before: Iterable[Row], after: Iterable[Row], measures: Iterable[tuple[str, str]]) -> list[Worse]:
    """The documents that became worse in these measures, the heaviest losses (in what is counted) first."""
    wanted = set(measures)
    old = {_key(row): row for row in before}
    found: list[tuple[float, Worse]] = []
    for row in after:
        was = old.get(_key(row))
        if was is None or (row.stage, row.measure) not in wanted:
            continue
        first, second = was.numerator / was.denominator, row.numerator / row.denominator
        loss = second - first if better(row.stage, row.measure) == "down" else first - second
        if loss > 0:
            worse = Worse(row.document, row.name, row.set, row.stage, row.measure, first, second, loss)
            found.append((loss * row.denominator, worse))
    return [worse for _, worse in sorted(found, key=lambda pair: -pair[0])]


def _gated(stage: str, measure: str) -> bool:
    known = MEASURES.get((stage, measure))
    return known is not None and known.gated


def _key(row: Row) -> tuple[str, str, str, str]:
    return row.document, row.stage, row.measure, row.truth


def _sliced(rows: Iterable[Row], slices: bool = True) -> dict[tuple[str, str, str, str], list[Row]]:
    found: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[row.stage, row.measure, "all", ""].append(row)
        for by, slice_of in SLICES.items() if slices else ():
            found[row.stage, row.measure, by, slice_of(row)].append(row)
    return found
