"""Promotions: which settings came into force over others, what was current before, and the way back.

A promotion writes down what is current of every document that has come to an end. Rolling back makes that current
again, some documents at a time; one that was broken off goes on when it is asked for again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from ocr.assembly import STAGES
from ocr.errors import OcrError
from resources.ledger.ledger import Ledger
from resources.ledger.outcomes import tell
from resources.ledger.schema import kept_outputs, outputs, promotions

DOCUMENTS_AT_ONCE = 200  # of a transaction, so that others can write between

Overrides = Mapping[str, Mapping[str, Any]]
"""Settings by section and name."""


class NothingToRollBack(OcrError):
    """No promotion is in force."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """What came into force, and when. `undoes` is the number of the promotion that is taken back by it."""

    number: int
    undoes: int | None
    variant: str
    overrides: dict[str, dict[str, Any]]
    before: dict[str, dict[str, Any]]
    experiment: str
    reason: str
    made_at: str


def history(connection: Connection) -> list[Promotion]:
    """All promotions and rollbacks, oldest first."""
    rows = connection.execute(sa.select(promotions).order_by(promotions.c.number)).mappings()
    return [_promotion(row) for row in rows]


def in_force(connection: Connection) -> dict[str, dict[str, Any]]:
    """Everything that is promoted now, by section and setting."""
    query = sa.select(promotions.c.overrides).order_by(promotions.c.number.desc()).limit(1)
    return json.loads(connection.execute(query).scalar() or "{}")


def standing(connection: Connection) -> list[Promotion]:
    """Promotions that were not taken back, oldest first."""
    every = history(connection)
    undone = {one.undoes for one in every}
    return [one for one in every if one.undoes is None and one.number not in undone]


def promote(connection: Connection, variant: str, overrides: Overrides, experiment: str, reason: str) -> Promotion:
    """Put overrides into force over those that are, and keep what is current; within the caller's transaction."""
    _only_one(connection)
    before = in_force(connection)
    after = {name: {**before.get(name, {}), **overrides.get(name, {})} for name in (*before, *overrides)}
    made = _enter(connection, None, variant, after, before, experiment, reason)
    ended = sa.select(outputs.c.document).where(
        outputs.c.current & ((outputs.c.stage == STAGES[-1]) | (outputs.c.status == "rejected"))
    )
    chosen = [sa.literal(made.number, sa.BigInteger), outputs.c.document, outputs.c.stage, outputs.c.version]
    current = sa.select(*chosen).where(outputs.c.current & outputs.c.document.in_(ended))
    connection.execute(kept_outputs.insert().from_select(list(kept_outputs.c), current))
    return made


def take_back(connection: Connection, reason: str) -> Promotion:
    """Put into force what was before the last standing promotion, within the caller's transaction.

    Outputs follow by `restore`. Raises `NothingToRollBack`.
    """
    _only_one(connection)
    there = standing(connection)
    if not there:
        raise NothingToRollBack("no promotion is in force")
    last = there[-1]
    return _enter(connection, last.number, last.variant, last.before, last.overrides, last.experiment, reason)


def restore(ledger: Ledger) -> int:
    """Make current what was before promotions that were taken back; returns how many documents this changed.

    A document of which an output was pruned meanwhile is left as it is: it is stale, and read again.
    """
    changed = 0
    while True:
        with ledger.transaction() as connection:
            number = _unrestored(connection)
            if number is None:
                return changed
            changed += _restore_some(connection, number)


def needed_to_roll_back(connection: Connection) -> set[tuple[str, str, str]]:
    """Outputs (document, stage, version) that rolling back the last promotion would make current."""
    there = standing(connection)
    if not there:
        return set()
    table = kept_outputs
    query = sa.select(table.c.document, table.c.stage, table.c.version).where(table.c.promotion == there[-1].number)
    return {(row.document, row.stage, row.version) for row in connection.execute(query)}


def _unrestored(connection: Connection) -> int | None:
    """The latest promotion that was taken back and of which something is kept still."""
    kept = sa.select(kept_outputs.c.promotion)
    query = sa.select(sa.func.max(promotions.c.undoes)).where(promotions.c.undoes.in_(kept))
    return connection.execute(query).scalar()


def _restore_some(connection: Connection, number: int) -> int:
    kept = kept_outputs
    mine = kept.c.promotion == number
    some = sa.select(kept.c.document).where(mine).distinct().order_by(kept.c.document).limit(DOCUMENTS_AT_ONCE)
    keys = list(connection.execute(some).scalars())
    before: dict[str, set[tuple[str, str]]] = {}
    for row in connection.execute(sa.select(kept).where(mine & kept.c.document.in_(keys))):
        before.setdefault(row.document, set()).add((row.stage, row.version))
    there: dict[str, set[tuple[str, str]]] = {}
    current: dict[str, set[tuple[str, str]]] = {}
    for row in connection.execute(sa.select(outputs).where(outputs.c.document.in_(keys))):
        there.setdefault(row.document, set()).add((row.stage, row.version))
        if row.current:
            current.setdefault(row.document, set()).add((row.stage, row.version))
    wanted = [k for k in keys if before[k] <= there.get(k, set()) and before[k] != current.get(k, set())]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    table = outputs
    is_kept = sa.exists().where(
        mine
        & (kept.c.document == table.c.document)
        & (kept.c.stage == table.c.stage)
        & (kept.c.version == table.c.version)
    )
    of = table.c.document.in_(wanted)
    connection.execute(table.update().where(of & table.c.current & ~is_kept).values(current=False, retired_at=now))
    connection.execute(table.update().where(of & is_kept).values(current=True, retired_at=None))
    connection.execute(kept.delete().where(mine & kept.c.document.in_(keys)))
    for key in wanted:
        tell(connection, key)
    return len(wanted)


def _enter(
    connection: Connection,
    undoes: int | None,
    variant: str,
    overrides: Overrides,
    before: Overrides,
    experiment: str,
    reason: str,
) -> Promotion:
    values = {
        "undoes": undoes,
        "variant": variant,
        "overrides": json.dumps(overrides, sort_keys=True),
        "before": json.dumps(before, sort_keys=True),
        "experiment": experiment,
        "reason": reason,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    statement = promotions.insert().values(values).returning(*promotions.c)
    return _promotion(connection.execute(statement).mappings().one())


def _only_one(connection: Connection) -> None:
    """Promotions come one after another, also from several machines; SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE promotions IN EXCLUSIVE MODE")


def _promotion(row: RowMapping) -> Promotion:
    return Promotion(**{**row, "overrides": json.loads(row["overrides"]), "before": json.loads(row["before"])})
