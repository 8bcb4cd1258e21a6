"""Batches that have a run, until each of their documents has an outcome.

A run can end and leave documents without one, where the machine failed it. They are asked for again after a while that
doubles, each with how often that was; after `MOST_TRIES` times they are given up, until a person has looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from resources.ledger import schema
from resources.ledger.statements import upsert

State = Literal["begun", "failed", "given_up"]

FIRST_DELAY = 60.0
"""Seconds until a batch is asked for again; doubled each time."""

MOST_TRIES = 8
"""Times documents are asked for again: for some four hours."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Documents that are not asked for any more: those of a batch that are without an outcome, in order of arrival.

    `run` is the last run of it, `why` what became of that.
    """

    batch: str
    sensor: str
    run: str
    why: str
    documents: tuple[str, ...]


def follow(connection: Connection, batch: str, sensor: str) -> None:
    """The batch has a run, at which somebody is to look."""
    row = {"sensor": sensor, "state": "begun", "look_at": 0.0, "run": "", "why": ""}
    upsert(connection, schema.batches, {"batch": batch}, row)


def due(engine: Engine, sensor: str, now: float, most: int) -> list[tuple[str, State]]:
    """Batches to look at, those that waited longest first."""
    table = schema.batches
    mine = (table.c.sensor == sensor) & (table.c.look_at <= now)
    query = sa.select(table.c.batch, table.c.state).where(mine).order_by(table.c.look_at, table.c.batch).limit(most)
    with engine.connect() as connection:
        return [(row.batch, row.state) for row in connection.execute(query)]


def put_off(connection: Connection, batch: str, until: float) -> None:
    """There is nothing to do for the batch before `until` (seconds since 1970)."""
    table = schema.batches
    connection.execute(table.update().where(table.c.batch == batch).values(look_at=until))


def ended(connection: Connection, batch: str, run: str, why: str, now: float, *, for_good: bool) -> State | None:
    """The batch's run ended. Documents without an outcome are to be asked for again, `for_good`: are given up; where
    there are none the batch is done with (None)."""
    table, of = schema.batches, schema.documents
    tries = connection.execute(sa.select(sa.func.max(of.c.tries)).where(_unread(batch))).scalar()
    mine = table.c.batch == batch
    if tries is None:
        connection.execute(table.delete().where(mine))
        return None
    state: State = "given_up" if for_good or tries >= MOST_TRIES else "failed"
    delay = FIRST_DELAY * 2 ** (tries if state == "failed" else MOST_TRIES)
    values = {"state": state, "look_at": now + delay, "run": run, "why": why}
    connection.execute(table.update().where(mine).values(**values))
    return state


def ask_again(connection: Connection, batch: str, sensor: str) -> None:
    """Want runs for what the batch left without an outcome; the batch itself is done with."""
    of = schema.documents
    wanted = {"asked_by": sensor, "batch": None, "tries": of.c.tries + 1}
    connection.execute(of.update().where(_unread(batch)).values(**wanted))
    connection.execute(schema.batches.delete().where(schema.batches.c.batch == batch))


def given_up(engine: Engine, sensor: str | None = None) -> list[GivenUp]:
    """Batches that are given up and still have documents without an outcome; of one sensor, or of all."""
    table, of = schema.batches, schema.documents
    mine = (table.c.state == "given_up") & of.c.chain.is_(None)
    query = sa.select(table, of.c.document).join(of, of.c.batch == table.c.batch).where(mine)
    if sensor is not None:
        query = query.where(table.c.sensor == sensor)
    found: dict[str, GivenUp] = {}
    with engine.connect() as connection:
        for row in connection.execute(query.order_by(of.c.position)):
            before = found[row.batch].documents if row.batch in found else ()
            found[row.batch] = GivenUp(row.batch, row.sensor, row.run, row.why, (*before, row.document))
    return list(found.values())


def _unread(batch: str) -> sa.ColumnElement[bool]:
    of = schema.documents
    return (of.c.batch == batch) & of.c.chain.is_(None)
