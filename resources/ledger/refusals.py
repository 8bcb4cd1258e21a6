"""Objects that could not become documents: too large, gone before they were read, not to be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from resources.ledger import schema
from resources.ledger.outbox import emit
from resources.ledger.statements import insert

CHUNK = 500
STAGE = "arrival"
"""Where refused objects and requests are rejected: before the first stage."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the object at `uri` with this `etag` (empty where it is not known) is no document."""

    uri: str
    etag: str
    name: str
    code: str
    message: str
    advice: str
    collection: str = "default"
    environment: str = "live"


def refuse(connection: Connection, refusal: Refusal) -> None:
    """Record a refusal and the event that tells of it, once for each content of an object."""
    table, now = schema.refusals, datetime.now(UTC).isoformat(timespec="milliseconds")
    row = {name: value for name, value in asdict(refusal).items() if name != "name"}
    statement = insert(connection, table).values(**row, refused_at=now)
    if connection.execute(statement.on_conflict_do_nothing(index_elements=["uri", "etag"])).rowcount:
        key = f"refusal {refusal.uri} {refusal.etag}"
        environment = refusal.environment
        emit(connection, "DocumentRejected", refusal.uri, told(refusal, now), environment=environment, key=key)


def told(refusal: Refusal, now: str) -> dict[str, object]:
    """A refusal as the detail of its event."""
    detail: dict[str, object] = {name: getattr(refusal, name) for name in ("uri", "name", "collection", "code")}
    detail |= {"message": refusal.message[:2000], "advice": refusal.advice, "stage": STAGE}
    return detail | {"received_at": now, "recorded_at": now}


def known_refusals(engine: Engine, uris: Sequence[str]) -> set[tuple[str, str]]:
    """Of the given URIs those refused before, each with the ETag it was refused with."""
    table = schema.refusals
    known: set[tuple[str, str]] = set()
    with engine.connect() as connection:
        for start in range(0, len(uris), CHUNK):
            mine = table.c.uri.in_(uris[start : start + CHUNK])
            known |= {
                (row.uri, row.etag) for row in connection.execute(sa.select(table.c.uri, table.c.etag).where(mine))
            }
    return known


def refused(engine: Engine) -> list[dict[str, str]]:
    """All refusals, the newest first."""
    table = schema.refusals
    with engine.connect() as connection:
        return [
            dict(row) for row in connection.execute(sa.select(table).order_by(table.c.refused_at.desc())).mappings()
        ]
