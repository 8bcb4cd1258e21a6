"""The outbox: events written with the outcomes they tell of, in one transaction, and sent afterwards.

An event is a row from the moment its outcome is committed, and never before: what was recorded is sent, and nothing
else, whatever ends in between.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from resources.ledger import schema

NAMESPACE = UUID("6f1d7c4e-0f0b-5a5e-9a55-5d8f3f6f2b11")


def emit(
    connection: Connection,
    kind: str,
    subject: str,
    detail: Mapping[str, Any],
    *,
    environment: str = "live",
    key: str,
    held_back: bool = False,
) -> str:
    """Write one event into the outbox, within the caller's transaction; returns its id.

    `subject` is what it tells of (a document's key, a model's stage): events of one subject are sent in the order of
    their writing. The id is made of kind and `key`, so the same outcome told twice is one event. One that is
    `held_back` is not sent before somebody releases it.
    """
    id_ = str(uuid5(NAMESPACE, f"{kind}\n{key}"))
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(schema.outbox).values(
        id=id_,
        kind=kind,
        key=key,
        subject=subject,
        environment=environment,
        detail=json.dumps(detail, ensure_ascii=False, sort_keys=True),
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        state="held_back" if held_back else "waiting",
        attempts=0,
        error="",
    )
    connection.execute(statement.on_conflict_do_nothing(index_elements=["id"]))
    return id_
