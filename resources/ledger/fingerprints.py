"""The settings behind fingerprints, noted when they are first used: a fingerprint holds but a digest of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from resources.ledger import schema
from resources.ledger.ledger import Ledger
from resources.ledger.statements import now, upsert


def note(ledger: Ledger, fingerprint: str, stage: str, settings: Mapping[str, Any]) -> None:
    """Remember what settings a fingerprint stands for. Idempotent."""
    table = schema.fingerprints
    known = sa.select(table.c.fingerprint).where(table.c.fingerprint == fingerprint)
    with ledger.engine.connect() as connection:
        if connection.execute(known).first() is not None:
            return
    values = {"stage": stage, "settings": json.dumps(settings, sort_keys=True), "seen_at": now()}
    with ledger.transaction() as connection:
        upsert(connection, table, {"fingerprint": fingerprint}, values)


def noted(ledger: Ledger) -> dict[str, dict[str, Any]]:
    """The settings of every fingerprint they were noted for."""
    table = schema.fingerprints
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(table.c.fingerprint, table.c.settings))
        return {row.fingerprint: json.loads(row.settings) for row in rows}
