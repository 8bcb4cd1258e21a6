"""What a stage costs, from what the ledger and the lake know of the documents that went through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from resources.lake import Lake
from resources.ledger import Ledger, schema
from resources.staleness.needs import Stale

FEWEST = 20  # outputs of the fingerprint in force below which older ones tell more
SAMPLE = 50  # manifests that are opened for the tokens a document takes


@dataclass(frozen=True, slots=True)
class Cost:
    """Worker-seconds of what runs for sure, and of what runs at most."""

    seconds: float
    at_most: float


def seconds_per_page(ledger: Ledger, fingerprints: Mapping[str, str]) -> dict[str, float]:
    """Worker-seconds a page, by stage: of the models in force where they have read enough, else of all outputs."""
    table = schema.outputs
    pages = sa.func.sum(sa.case((table.c.pages > 0, table.c.pages), else_=1))
    query = (
        sa.select(table.c.stage, table.c.fingerprint, sa.func.count(), sa.func.sum(table.c.seconds), pages)
        .where(table.c.status == "read")
        .group_by(table.c.stage, table.c.fingerprint)
    )
    found: dict[str, list[tuple[str, int, float, int]]] = {}
    with ledger.engine.connect() as connection:
        for stage, fingerprint, count, seconds, read in connection.execute(query):
            found.setdefault(stage, []).append((fingerprint, count, float(seconds), int(read)))
    rates = {}
    for stage, groups in found.items():
        own = [group for group in groups if group[0] == fingerprints[stage] and group[1] >= FEWEST]
        chosen = own or groups
        rates[stage] = sum(group[2] for group in chosen) / sum(group[3] for group in chosen)
    return rates


def cost_of(stale: Stale, rates: Mapping[str, float]) -> Cost:
    """Outputs that are there from before cost nothing."""
    new = {stage: need for stage, need in stale.needs.items() if not need.kept}
    sure = sum(rates.get(stage, 0.0) for stage, need in new.items() if need.certain) * stale.pages
    return Cost(sure, sum(rates.get(stage, 0.0) for stage in new) * stale.pages)


def tokens_per_document(ledger: Ledger, lake: Lake) -> float:
    """Mean tokens (sent and answered) a language model took for a document's records, over the newest of them."""
    table = schema.outputs
    query = (
        sa.select(table.c.document, table.c.version)
        .where((table.c.stage == "records") & table.c.current & (table.c.status == "read"))
        .order_by(table.c.made_at.desc())
        .limit(SAMPLE)
    )
    with ledger.engine.connect() as connection:
        newest = list(connection.execute(query))
    found = [lake.manifest("records", document, version) for document, version in newest]
    taken = [m.usage.get("tokens_in", 0) + m.usage.get("tokens_out", 0) for m in found if m is not None]
    return sum(taken) / len(taken) if taken else 0.0
