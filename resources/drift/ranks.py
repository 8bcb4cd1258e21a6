"""Where a document stands among those before it: online conformal p-values, uniform if nothing has changed.

Under exchangeability the rank of each new value among all so far, itself included, ties broken at random, gives numbers
that are independent and uniform on (0, 1) exactly, whatever the values' distribution, discrete or heavy-tailed (Vovk,
Nouretdinov and Gammerman, "Testing exchangeability on-line", ICML 2003, theorem 1). Ranks against a reference that is
held fixed are not: they share its chance, and false alarms grow with the stream. So what was judged joins the bag.
Ranks within a stratum (Mondrian: Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005, 4.5) need
exchangeability within strata only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ranks:
    """The bag of one numeric signal, by stratum."""

    bags: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def rank(self, value: float, stratum: str, tie: float) -> float:
        """The share of the bag below `value`, which then joins it; `tie` (uniform on 0 to 1) settles equal ones."""
        bag = self.bags[stratum]
        below, upto = bisect_left(bag, value), bisect_right(bag, value)
        p = (below + tie * (upto - below + 1)) / (len(bag) + 1)
        bag.insert(upto, value)
        return p

    def fill(self, values: Iterable[float], strata: Iterable[str]) -> None:
        """Put many values into the bag without ranking them."""
        for value, stratum in zip(values, strata, strict=True):
            self.bags[stratum].append(value)
        for bag in self.bags.values():
            bag.sort()


@dataclass(slots=True)
class LabelRanks:
    """The bag of a signal of labels: the rarer a label is in the bag, the lower it ranks."""

    counts: Counter[str] = field(default_factory=Counter)

    def rank(self, value: str, tie: float) -> float:
        """As `Ranks.rank`."""
        self.counts[value] += 1
        own = self.counts[value]
        rarer = sum(count for count in self.counts.values() if count < own)
        as_rare = sum(count for count in self.counts.values() if count == own)
        return (rarer + tie * as_rare) / self.counts.total()
