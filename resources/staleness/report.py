"""All that is stale, by stage: how many documents, why, and what reading them again would cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ocr.assembly import STAGES, Engines
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.fingerprints import noted
from resources.staleness.cost import seconds_per_page, tokens_per_document
from resources.staleness.needs import Stale
from resources.staleness.reasons import reason


@dataclass(slots=True)
class StageReport:
    """One stage: `documents` run for sure, `at_most` more may, `kept` only go back to an output that is there.

    `seconds` are of workers, `seconds_at_most` with those that may run; `reasons` count documents by cause.
    """

    stage: str
    documents: int = 0
    at_most: int = 0
    kept: int = 0
    seconds: float = 0.0
    seconds_at_most: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Staleness:
    """`documents` were read (or rejected) and are stale; `waiting` were never read to the end, and are not in `stages`.

    `tokens` is what a language model would take, at most.
    """

    documents: int
    waiting: int
    stages: list[StageReport]
    tokens: int

    @property
    def seconds(self) -> float:
        return sum(stage.seconds for stage in self.stages)

    @property
    def seconds_at_most(self) -> float:
        return sum(stage.seconds_at_most for stage in self.stages)


def report(stale: Sequence[Stale], engines: Engines, ledger: Ledger, lake: Lake) -> Staleness:
    """Figures over what `find_stale` found with these engines."""
    fingerprints = {stage: engines.fingerprint(stage) for stage in STAGES}
    in_force = {fingerprints[stage]: engines.answering_settings(stage) for stage in STAGES}
    known, rates = noted(ledger) | in_force, seconds_per_page(ledger, fingerprints)
    settled = [one for one in stale if one.settled]
    stages = {stage: StageReport(stage) for stage in STAGES}
    for one in settled:
        for stage, need in one.needs.items():
            found = stages[stage]
            seconds = rates.get(stage, 0.0) * one.pages
            found.reasons[reason(stage, need, one.expected[stage], known)] += 1
            if need.kept:
                found.kept += 1
            elif need.certain:
                found.documents += 1
                found.seconds += seconds
                found.seconds_at_most += seconds
            else:
                found.at_most += 1
                found.seconds_at_most += seconds
    records = stages["records"]
    asked = records.documents + records.at_most if engines.settings.entities.base_url else 0
    tokens = round(asked * tokens_per_document(ledger, lake)) if asked else 0
    concerned = [found for found in stages.values() if found.reasons]
    return Staleness(len(settled), len(stale) - len(settled), concerned, tokens)
