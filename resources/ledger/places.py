"""What lies where now: a place is a URI without the version of an object, and holds one document at a time."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from ocr.errors import SourceChanged
from resources.ledger import schema
from resources.sources import place_of

CHUNK = 500


def take_over(connection: Connection, uri: str, document: str, environment: str) -> bool:
    """A document's bytes lie at `uri` now: what lay there before is superseded, unless it lies elsewhere too.

    True where a document became superseded by that, or is not any more.
    """
    documents, sources = schema.documents, schema.sources
    place = place_of(uri)
    mine = documents.c.document == document
    changed = connection.execute(sa.select(documents.c.superseded_by).where(mine)).scalar() is not None
    before = connection.execute(
        sa.select(documents.c.document, documents.c.uri)
        .join(sources, sources.c.document == documents.c.document)
        .where((sources.c.uri == place) & (documents.c.document != document) & (documents.c.environment == environment))
    ).all()
    for older in before:
        connection.execute(sources.delete().where((sources.c.uri == place) & (sources.c.document == older.document)))
        if place_of(older.uri) != place:
            continue
        elsewhere = connection.execute(
            sa.select(sources.c.uri).where(sources.c.document == older.document).order_by(sources.c.seen_at.desc())
        ).scalar()
        moved = {"superseded_by": document} if elsewhere is None else {"uri": elsewhere}
        connection.execute(documents.update().where(documents.c.document == older.document).values(moved))
        changed = changed or elsewhere is None
    connection.execute(documents.update().where(mine).values(superseded_by=None, uri=uri))
    return changed


def known_objects(engine: Engine, places: Sequence[str], environment: str = "live") -> dict[str, tuple[str, int]]:
    """Of the given places those that hold an object that was read: its ETag and size.

    One that was gone when its document was to be read is unknown again: it may be back.
    """
    documents, sources, outputs = schema.documents, schema.sources, schema.outputs
    lost = sa.exists().where(
        (outputs.c.document == documents.c.document) & outputs.c.current & (outputs.c.code == SourceChanged.code)
    )
    query = (
        sa.select(sources.c.uri, sources.c.etag, sources.c.size)
        .join(documents, documents.c.document == sources.c.document)
        .where(sources.c.etag.is_not(None) & (documents.c.environment == environment) & ~lost)
    )
    known: dict[str, tuple[str, int]] = {}
    with engine.connect() as connection:
        for start in range(0, len(places), CHUNK):
            for row in connection.execute(query.where(sources.c.uri.in_(places[start : start + CHUNK]))):
                known[row.uri] = (row.etag, row.size)
    return known


def document_of(engine: Engine, sha256: str, environment: str) -> str:
    """The key of the registered document with this content. Raises `NoResultFound` where there is none."""
    table = schema.documents
    query = sa.select(table.c.document).where((table.c.sha256 == sha256) & (table.c.environment == environment))
    with engine.connect() as connection:
        return connection.execute(query).scalar_one()
