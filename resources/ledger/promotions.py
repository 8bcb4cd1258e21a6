"""Promotions: which settings came into force over others, what was current before, and the way back.

A promotion writes down what is current of every document that has come to an end. Rolling back makes all of that
current again in one transaction; the events that tell of it follow, some documents at a time, and where that is broken
off it goes on when it is asked for again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from ocr.assembly import STAGES
from ocr.errors import OcrError
from resources.ledger import chains
from resources.ledger.changes import touch
from resources.ledger.ledger import Ledger
from resources.ledger.outcomes import tell
from resources.ledger.schema import kept_outputs, outputs, promotions
from resources.ledger.statements import now

DOCUMENTS_AT_ONCE = 200  # told of in a transaction, so that others can write between

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
    only_one(connection)
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


def take_back(connection: Connection, reason: str) -> tuple[Promotion, int]:
    """Put into force what was before the last standing promotion, and make current what was current then; within the
    caller's transaction. Returns it and how many documents this changed, of which `tell_restored` tells.

    A document of which an output was pruned meanwhile is left as it is: it is stale, and read again. Raises
    `NothingToRollBack`.
    """
    only_one(connection)
    there = standing(connection)
    if not there:
        raise NothingToRollBack("no promotion is in force")
    last = there[-1]
    made = _enter(connection, last.number, last.variant, last.before, last.overrides, last.experiment, reason)
    documents = _restore(connection, last.number)
    touch(connection)
    return made, documents


def tell_restored(ledger: Ledger) -> int:
    """Write the events of documents that a rollback changed; returns how many there were."""
    told = 0
    undone = sa.select(promotions.c.undoes).where(promotions.c.undoes.is_not(None))
    waiting = kept_outputs.c.promotion.in_(undone)
    some = sa.select(kept_outputs.c.document).where(waiting).distinct().limit(DOCUMENTS_AT_ONCE)
    while True:
        with ledger.transaction() as connection:
            keys = list(connection.execute(some).scalars())
            if not keys:
                return told
            tell(connection, keys)
            connection.execute(kept_outputs.delete().where(waiting & kept_outputs.c.document.in_(keys)))
        told += len(keys)


def needed_to_roll_back(connection: Connection) -> set[tuple[str, str, str]]:
    """Outputs (document, stage, version) that rolling back the last promotion would make current."""
    there = standing(connection)
    if not there:
        return set()
    table = kept_outputs
    query = sa.select(table.c.document, table.c.stage, table.c.version).where(table.c.promotion == there[-1].number)
    return {(row.document, row.stage, row.version) for row in connection.execute(query)}


def forget_kept(connection: Connection, before: str, *, dry_run: bool = False) -> int:
    """Forget what was current before promotions made before a time (ISO, UTC), but for the last that stands; returns of
    how many promotions. Rolling back one of those leaves its documents stale: outputs are kept for the last one alone.
    """
    only_one(connection)
    old = [one.number for one in standing(connection)[:-1] if one.made_at < before]
    of = kept_outputs.c.promotion.in_(old)
    there = set(connection.execute(sa.select(kept_outputs.c.promotion).where(of).distinct()).scalars())
    if there and not dry_run:
        connection.execute(kept_outputs.delete().where(of))
    return len(there)


def _restore(connection: Connection, number: int) -> int:
    """Make current what is kept of a promotion. What remains kept is what this changed."""
    kept, table = kept_outputs, outputs
    mine = kept.c.promotion == number
    same = (kept.c.document == table.c.document) & (kept.c.stage == table.c.stage) & (kept.c.version == table.c.version)
    is_kept = sa.exists().where(mine & same)
    whole = (
        sa.select(kept.c.document)
        .outerjoin(table, same)
        .where(mine)
        .group_by(kept.c.document)
        .having(sa.func.count() == sa.func.count(table.c.document))
    )
    differs = (table.c.current & ~is_kept) | (~table.c.current & is_kept)
    changed = sa.select(table.c.document).where(table.c.document.in_(whole) & differs)
    connection.execute(kept.delete().where(mine & kept.c.document.not_in(changed)))
    # First of all: it holds the documents, as whoever records an outcome does.
    chains.forget(connection, sa.select(kept.c.document).where(mine))
    of = table.c.document.in_(sa.select(kept.c.document).where(mine))
    out_of_force = table.update().where(of & table.c.current & ~is_kept)
    connection.execute(out_of_force.values(current=False, retired_at=now()))
    connection.execute(table.update().where(of & ~table.c.current & is_kept).values(current=True, retired_at=None))
    count = sa.select(sa.func.count(sa.distinct(kept.c.document))).where(mine)
    return connection.execute(count).scalar_one()


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
        "made_at": now(),
    }
    statement = promotions.insert().values(values).returning(*promotions.c)
    return _promotion(connection.execute(statement).mappings().one())


def only_one(connection: Connection) -> None:
    """Promotions come one after another, also from several machines: to be called before looking at what stands. SQLite
    has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE promotions IN EXCLUSIVE MODE")


def _promotion(row: RowMapping) -> Promotion:
    return Promotion(**{**row, "overrides": json.loads(row["overrides"]), "before": json.loads(row["before"])})
