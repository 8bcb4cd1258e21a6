"""Chains: what a document's current outputs were made by, up to the last stage or a rejection, each of those before it.

Documents of one chain are stale for one reason or not at all, so what is pending is asked once a chain. A document
without one (an output is missing, or its input changed, or nobody looked yet) is looked at by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from ocr.flow import READS, STAGES
from resources.ledger import schema
from resources.ledger.rows import Document, Output, Pending, left_out
from resources.ledger.statements import chunks

if TYPE_CHECKING:
    from resources.ledger.ledger import Ledger

Fingerprints = Mapping[str, str]

MOST_CHAINS = 500
"""Stale chains that are named in a query; where there are more, all documents are read."""


def input_hash(stage: str, sha256: str, output_hashes: Mapping[str, str]) -> str:
    """What a stage's output depends on besides its fingerprint: the outputs it reads, or the bytes themselves."""
    parts = [output_hashes[upstream] for upstream in READS[stage]] or [sha256]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def chains_of(connection: Connection, documents: Mapping[str, str]) -> dict[str, list[RowMapping] | None]:
    """By document, the current outputs up to the last stage or a rejection, each made of those before it; None where
    some lack. `documents` has the SHA-256 of each."""
    table = schema.outputs
    query = sa.select(table).where(table.c.document.in_(list(documents)) & table.c.current)
    current: dict[str, dict[str, RowMapping]] = {}
    for row in connection.execute(query).mappings():
        current.setdefault(row["document"], {})[row["stage"]] = row
    return {document: _chain(sha256, current.get(document, {})) for document, sha256 in documents.items()}


def _chain(sha256: str, current: Mapping[str, RowMapping]) -> list[RowMapping] | None:
    found: list[RowMapping] = []
    hashes: dict[str, str] = {}
    for stage in STAGES:
        output = current.get(stage)
        if output is None or output["input_hash"] != input_hash(stage, sha256, hashes):
            return None
        found.append(output)
        if output["status"] == "rejected":
            break
        hashes[stage] = output["output_hash"]
    return found


def note(connection: Connection, chains: Mapping[str, Sequence[RowMapping] | None]) -> None:
    """Keep what `chains_of` said of documents, in the transaction that holds them."""
    table = schema.documents
    rows = [{"of": document, "is": None if one is None else _digest(one)} for document, one in chains.items()]
    update = table.update().where(table.c.document == sa.bindparam("of")).values(chain=sa.bindparam("is"))
    if rows:
        connection.execute(update, rows)


def forget(connection: Connection, documents: sa.Select[str]) -> None:
    """The outputs of these documents were changed: each is looked at by itself until its chain is noted again."""
    table = schema.documents
    connection.execute(table.update().where(table.c.document.in_(documents)).values(chain=None))


def pending(ledger: Ledger, fingerprints: Fingerprints, by_variant: Mapping[str, Fingerprints]) -> list[Pending]:
    """Documents with a missing or stale stage, in order of arrival; superseded ones are left as they are."""
    stale = _stale_chains(ledger, fingerprints, by_variant)
    table = schema.documents
    query = sa.select(table.c.document, table.c.chain, table.c.variant).where(table.c.superseded_by.is_(None))
    if len(stale) <= MOST_CHAINS:
        query = query.where(table.c.chain.is_(None) | table.c.chain.in_({chain for chain, _ in stale}))
    with ledger.engine.connect() as connection:
        rows = connection.execute(query.order_by(table.c.position)).all()
    apart = _looked_at(ledger, [row.document for row in rows if row.chain is None], fingerprints, by_variant)
    found: list[Pending] = []
    for document, chain, variant in rows:
        if chain is None:
            found += [apart[document]] if document in apart else []
        elif (chain, variant) in stale:
            like = stale[chain, variant]
            found.append(Pending(document, like.stage, like.why, like.incomplete, settled=True))
    return found


def _stale_chains(
    ledger: Ledger, fingerprints: Fingerprints, by_variant: Mapping[str, Fingerprints]
) -> dict[tuple[str, str], Pending]:
    """What is pending in the documents of each chain and variant, told from one of them."""
    table = schema.documents
    there = table.c.superseded_by.is_(None) & table.c.chain.is_not(None)
    groups = sa.select(table.c.chain, table.c.variant).where(there).distinct()
    stale: dict[tuple[str, str], Pending] = {}
    with ledger.engine.connect() as connection:
        for chain, variant in connection.execute(groups).all():
            mine = there & (table.c.chain == chain) & (table.c.variant == variant)
            row = connection.execute(sa.select(table.c.document, table.c.sha256).where(mine).limit(1)).first()
            outputs = chains_of(connection, dict([row._tuple()]))[row.document] if row is not None else None
            if row is None or outputs is None:
                continue  # it was changed just now, and is looked at the next time
            by_stage = {output["stage"]: _output(output) for output in outputs}
            expected = by_variant.get(variant, fingerprints)
            item = first_stale(row.document, row.sha256, by_stage, expected)
            if item is not None:
                stale[chain, variant] = item
    return stale


def _looked_at(
    ledger: Ledger, keys: Sequence[str], fingerprints: Fingerprints, by_variant: Mapping[str, Fingerprints]
) -> dict[str, Pending]:
    """What is pending of documents that have no chain; of those that could have one it is noted."""
    found: dict[str, Pending] = {}
    for some in chunks(keys):
        outputs = ledger.outputs(some)
        whole: list[Document] = []
        for document in ledger.documents(some):
            mine = outputs.get(document.document, {})
            expected = by_variant.get(document.variant, fingerprints)
            item = first_stale(document.document, document.sha256, mine, expected)
            if item is not None:
                found[document.document] = item
            if item is None or item.settled:
                whole.append(document)
        if whole:
            note_all(ledger, whole)
    return found


def note_all(ledger: Ledger, documents: Iterable[Document]) -> None:
    """Note the chains of documents, held meanwhile so that nobody records another outcome of them."""
    table, hashes = schema.documents, {document.document: document.sha256 for document in documents}
    held = sa.select(table.c.document).where(table.c.document.in_(list(hashes))).order_by(table.c.position)
    with ledger.transaction() as connection:
        connection.execute(held.with_for_update())
        note(connection, chains_of(connection, hashes))


def first_stale(key: str, sha256: str, outputs: Mapping[str, Output], fingerprints: Fingerprints) -> Pending | None:
    """The first stage of a document that is missing or stale, and why; None where there is none."""
    settled = STAGES[-1] in outputs or any(output.status == "rejected" for output in outputs.values())
    hashes: dict[str, str] = {}
    for stage in STAGES:
        output = outputs.get(stage)
        if output is None:
            why = "not read yet" if stage == STAGES[0] else "interrupted"
            return Pending(key, stage, why, settled=settled)
        why = left_out(output.fingerprint, fingerprints[stage])
        if why:
            return Pending(key, stage, f"left incomplete: {why}", incomplete=True, settled=settled)
        if output.fingerprint != fingerprints[stage]:
            return Pending(key, stage, "made by another model or setting", settled=settled)
        if output.input_hash != input_hash(stage, sha256, hashes):
            return Pending(key, stage, "its input changed", settled=settled)
        if output.status == "rejected":
            return None
        hashes[stage] = output.output_hash
    return None


def _output(row: RowMapping) -> Output:
    return Output(**{name: row[name] for name in Output.__dataclass_fields__})


def _digest(chain: Sequence[RowMapping]) -> str:
    links = "\n".join(f"{output['stage']} {output['status']} {output['fingerprint']}" for output in chain)
    return hashlib.sha256(links.encode()).hexdigest()[:16]
