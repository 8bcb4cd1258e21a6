"""Which documents an experiment reads: all with ground truth, and a random sample of live ones without."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from ocr.assembly import STAGES
from resources.ledger import Ledger
from resources.ledger.schema import documents, outputs


@dataclass(frozen=True, slots=True)
class Chosen:
    """Keys, each in order of arrival."""

    golden: list[str]
    sample: list[str]

    @property
    def keys(self) -> list[str]:
        return [*self.golden, *self.sample]


def choose(ledger: Ledger, folders: Sequence[Path], sample: int, seed: int) -> Chosen:
    """The golden documents, live and test, and `sample` live ones that were read or rejected before.

    The same seed chooses the same ones as long as no document arrives. Of the same bytes live and test, the live one.
    """
    known = {path.stem for folder in folders for path in folder.glob("*.json")}
    there = [d for d in ledger.documents() if d.superseded_by is None]
    live = {d.sha256 for d in there if d.environment == "live"}
    golden = [d for d in there if d.sha256 in known and (d.environment == "live" or d.sha256 not in live)]
    ended = _ended(ledger)
    others = [d.document for d in there if d.sha256 not in known and d.document in ended]
    drawn = set(random.Random(seed).sample(sorted(others), min(sample, len(others))))
    return Chosen([d.document for d in golden], [key for key in others if key in drawn])


def _ended(ledger: Ledger) -> set[str]:
    """Live documents that were read to the end, or rejected."""
    end = (outputs.c.stage == STAGES[-1]) | (outputs.c.status == "rejected")
    query = (
        sa.select(outputs.c.document)
        .join(documents, documents.c.document == outputs.c.document)
        .where(outputs.c.current & end & (documents.c.environment == "live"))
    )
    with ledger.engine.connect() as connection:
        return set(connection.execute(query).scalars())
