"""Which outputs nobody needs any more, and removing them from the ledger and the lake.

Kept is what is current; what the corpus published last was built of; what going back needs: the outputs that rolling
back the last promotion makes current, and those that the settings in force, or others that are named, lead to from the
document's bytes; and what is younger than a person asked for. Outputs read aside (canaries, experiments) are in the
lake alone, and are found there. Documents the ledger does not know are left alone: it may be another lake's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ocr.assembly import STAGES
from ocr.stages import READS
from resources.lake import Lake
from resources.lake.store import version_of
from resources.ledger import Document, Ledger, input_hash, outbox, schema
from resources.ledger.promotions import needed_to_roll_back
from resources.ledger.retired import Retired, drop, retired

Fingerprints = Mapping[str, str]

EVENTS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Prunable:
    """One output that nobody needs. `known`: the ledger has it, retired; else it is in the lake alone."""

    document: str
    stage: str
    version: str
    bytes: int
    known: Retired | None


def prunable(ledger: Ledger, lake: Lake, kept_for: Sequence[Fingerprints], before: str) -> Iterator[Prunable]:
    """Outputs that were retired (or, read aside, made) before a time (ISO, UTC) and that nobody needs.

    `kept_for`: fingerprints, by stage, of settings whose outputs are kept.
    """
    current, old, aside = ledger.outputs(), retired(ledger), _aside(lake, ledger)
    published = _published_at(ledger)
    back: dict[str, set[tuple[str, str]]] = {}
    with ledger.engine.connect() as connection:
        for of, stage, version in needed_to_roll_back(connection):
            back.setdefault(of, set()).add((stage, version))
    for document in ledger.documents():
        key = document.document
        known: dict[tuple[str, str], Made] = {}
        for output in current.get(key, {}).values():
            known[output.stage, output.version] = Made(output.output_hash, output.status == "rejected")
        for place, one in old.get(key, {}).items():
            known[place] = Made(one.output_hash, one.status == "rejected")
        for place, (made, _) in aside.get(key, {}).items():
            known[place] = made
        needed = {place for of in kept_for for place in reached(document, of, known)}
        needed |= back.get(key, set())
        for (stage, version), one in old.get(key, {}).items():
            since = one.retired_at or one.made_at
            shown = published is not None and (not one.retired_at or one.retired_at >= published)
            if since < before and not shown and (stage, version) not in needed:
                yield Prunable(key, stage, version, lake.size(stage, key, version), one)
        for (stage, version), (_, made_at) in aside.get(key, {}).items():
            if made_at < before and (stage, version) not in needed:
                yield Prunable(key, stage, version, lake.size(stage, key, version), None)


def prune(ledger: Ledger, lake: Lake, item: Prunable) -> bool:
    """Remove one output; false where it came into force again meanwhile. Broken off, it leaves files without a
    manifest, which are no output."""
    if item.known is not None and not drop(ledger, item.known):
        return False
    lake.remove(item.stage, item.document, item.version)
    return True


def prune_events(ledger: Ledger, before: str) -> int:
    """Remove events that were sent before a time (ISO, UTC), some a transaction; returns how many."""
    removed = 0
    while True:
        with ledger.transaction() as connection:
            some = outbox.prune(connection, before, EVENTS_AT_ONCE)
        removed += some
        if not some:
            return removed


@dataclass(frozen=True, slots=True)
class Made:
    """What is known of an output: the hash of its content, and whether it is a rejection."""

    output_hash: str
    rejected: bool


def reached(
    document: Document, fingerprints: Fingerprints, known: Mapping[tuple[str, str], Made]
) -> Iterator[tuple[str, str]]:
    """The outputs (stage, version) that these fingerprints lead to from the document's bytes, as far as they are there.

    One of the right fingerprint that was made of an input these settings do not give is none of them.
    """
    hashes: dict[str, str] = {}
    for stage in STAGES:
        if not all(upstream in hashes for upstream in READS[stage]):
            continue
        version = version_of(stage, input_hash(stage, document.sha256, hashes), fingerprints[stage])
        made = known.get((stage, version))
        if made is None:
            continue
        yield stage, version
        if made.rejected:
            return
        hashes[stage] = made.output_hash


def _aside(lake: Lake, ledger: Ledger) -> dict[str, dict[tuple[str, str], tuple[Made, str]]]:
    """Outputs in the lake that the ledger does not know, with when they were made."""
    table = schema.outputs
    with ledger.engine.connect() as connection:
        recorded = {
            tuple(row) for row in connection.execute(sa.select(table.c.document, table.c.stage, table.c.version))
        }
    found: dict[str, dict[tuple[str, str], tuple[Made, str]]] = {}
    for stage, document, version in lake.complete():
        if stage in STAGES and (document, stage, version) not in recorded:
            manifest = lake.manifest(stage, document, version)
            if manifest is not None:
                made = Made(manifest.output_hash, manifest.rejection is not None)
                found.setdefault(document, {})[stage, version] = made, manifest.made_at
    return found


def _published_at(ledger: Ledger) -> str | None:
    """When the corpus was published last (ISO, UTC); None where it needs nothing but what is current."""
    if ledger.published_state() in (None, ledger.state()):
        return None
    table = schema.publications
    with ledger.engine.connect() as connection:
        return connection.execute(sa.select(sa.func.max(table.c.made_at))).scalar()
