"""What one tick of the schedule may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from resources.staleness import Stale
from resources.staleness.cost import cost_of

Rates = Mapping[str, float]
"""Worker-seconds a page, by stage."""


def within_budget(stale: Iterable[Stale], rates: Rates, documents: int, seconds: float) -> list[Stale]:
    """The first stale documents that together stay within the budget, and never none, so that every tick gets on.

    `seconds` are of workers, at most. Documents that are only to be made complete come last: what they lack (a budget,
    a server) may be lacking still, and they would be in the way of all others.
    """
    chosen: list[Stale] = []
    spent = 0.0
    for one in sorted(stale, key=lambda one: one.incomplete):
        spent += cost_of(one, rates).at_most
        if chosen and (len(chosen) == documents or spent > seconds):
            break
        chosen.append(one)
    return chosen


def by_stages(chosen: Iterable[Stale]) -> dict[tuple[str, ...], list[str]]:
    """Keys by the stages that would or may run: documents that need the same ones can share a run."""
    found: dict[tuple[str, ...], list[str]] = {}
    for one in chosen:
        found.setdefault(tuple(one.needs), []).append(one.document.document)
    return found
