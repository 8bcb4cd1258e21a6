"""Tells others which published records wait for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ocr.documents import Record
from resources.events.kinds import LONGEST
from resources.ledger import Document, Ledger, outbox, schema

KIND = "DocumentNeedsReview"
MOST_FIELDS = 50


def record_versions(ledger: Ledger) -> dict[str, str]:
    """The version of every document's current record. To be taken before the records are read: one that changes in
    between is then told of at the next publishing, by its own version."""
    table = schema.outputs
    query = sa.select(table.c.document, table.c.version).where(table.c.current & (table.c.stage == "records"))
    with ledger.engine.connect() as connection:
        return {row.document: row.version for row in connection.execute(query)}


def untold(ledger: Ledger, documents: Sequence[str], versions: Mapping[str, str]) -> list[str]:
    """Of documents whose record needs review, those whose record of this version was not told of."""
    with ledger.engine.connect() as connection:
        told = _told(connection)
    return [key for key in documents if key in versions and f"{key} {versions[key]}" not in told]


def tell(ledger: Ledger, doubtful: Mapping[str, tuple[Document, Record]], versions: Mapping[str, str]) -> int:
    """Write an event for each record that needs review and whose version was not told of; returns how many."""
    with ledger.transaction() as connection:
        told = _told(connection)
        new = {f"{key} {versions[key]}": one for key, one in doubtful.items() if key in versions}
        new = {key: one for key, one in new.items() if key not in told}
        for key, (document, record) in new.items():
            detail = _detail(document, record, versions[document.document])
            outbox.emit(connection, KIND, document.document, detail, environment=document.environment, key=key)
    return len(new)


def _told(connection: Connection) -> set[str]:
    """Keys of what was told, whether its event was pruned since or not."""
    queries = (sa.select(table.c.key).where(table.c.kind == KIND) for table in (schema.told, schema.outbox))
    return {key for query in queries for key in connection.execute(query).scalars()}


def _detail(document: Document, record: Record, version: str) -> dict[str, object]:
    doubts = [field for field in record.fields if field.status == "needs_review"]
    detail: dict[str, object] = {
        name: getattr(document, name) for name in ("document", "name", "uri", "sha256", "collection", "received_at")
    }
    return detail | {
        "type": record.type,
        "record_version": version,
        "fields": [
            {
                "field": field.name,
                "confidence": round(field.confidence, 4),
                "reasons": [reason[:LONGEST] for reason in field.reasons],
            }
            for field in doubts[:MOST_FIELDS]
        ],
        "violations": sorted({broken.rule for broken in record.violations if broken.severity == "error"}),
    }
