"""Which documents a run is still to be asked for, and by which sensor.

A sensor's tick can end anywhere: after documents were registered, after batches were cut of them, after runs were
requested. So each step is kept, and the next tick goes on from it: a document is wanted, then part of a batch, and done
with here when the batch has a run. What becomes of that is followed in `batches`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from resources.ledger import batches, schema

CHUNK = 500

Cut = Callable[[list[str], int], Iterable[Sequence[str]]]
"""Of wanted documents that were tried as often, in order of arrival, the members of each batch to be asked for now."""


def ask(connection: Connection, document: str, sensor: str, *, again: bool) -> None:
    """Want a run for a document that has no outcome, unless one was asked for (`again`: even then) and not given up."""
    documents, outputs, followed = schema.documents, schema.outputs, schema.batches
    unread = ~sa.exists().where((outputs.c.document == document) & outputs.c.current)
    if not again:
        ended = sa.select(followed.c.batch).where(followed.c.state == "given_up")
        given_up = documents.c.batch.in_(ended) & documents.c.chain.is_(None)
        unread = documents.c.asked_by.is_(None) & (documents.c.batch.is_(None) & unread | given_up)
    mine = (documents.c.document == document) & unread
    connection.execute(documents.update().where(mine).values(asked_by=sensor, batch=None, tries=0))


def wanted(engine: Engine, sensor: str) -> list[str]:
    """Documents that are in no batch yet, in order of arrival."""
    with engine.connect() as connection:
        return list(connection.execute(_wanted(sensor)).scalars())


def arrived(engine: Engine, since: int) -> list[tuple[int, str]]:
    """Documents with a position above `since`, in order of arrival, whoever registered them."""
    table = schema.documents
    query = sa.select(table.c.position, table.c.document).where(table.c.position > since).order_by(table.c.position)
    with engine.connect() as connection:
        return [(position, document) for position, document in connection.execute(query)]


def cut_batches(connection: Connection, sensor: str, cut: Cut) -> None:
    """Put wanted documents into batches; what `cut` leaves out waits for the next time."""
    table = schema.documents
    by_tries: dict[int, list[str]] = {}
    for row in connection.execute(_wanted(sensor).with_for_update()):
        by_tries.setdefault(row.tries, []).append(row.document)
    for members in (members for tries, keys in by_tries.items() for members in cut(keys, tries)):
        # The time makes the name of a batch its own: a document can be asked for again.
        batch = f"{members[0]}..{members[-1]}@{datetime.now(UTC).isoformat(timespec='microseconds')}"
        for start in range(0, len(members), CHUNK):
            mine = table.c.document.in_(members[start : start + CHUNK])
            connection.execute(table.update().where(mine).values(batch=batch))


def outstanding(engine: Engine, sensor: str) -> list[str]:
    """Batches that are not known to have a run, oldest first."""
    table = schema.documents
    mine = (table.c.asked_by == sensor) & table.c.batch.is_not(None)
    query = sa.select(table.c.batch).where(mine).group_by(table.c.batch).order_by(sa.func.min(table.c.position))
    with engine.connect() as connection:
        return list(connection.execute(query).scalars())


def settle(connection: Connection, batch: str, sensor: str) -> None:
    """A batch has its run, which is followed from here on."""
    table = schema.documents
    connection.execute(table.update().where(table.c.batch == batch).values(asked_by=None))
    batches.follow(connection, batch, sensor)


def ends_of(batch: str) -> tuple[str, str]:
    """First and last document of a batch, by its name."""
    first, _, last = batch.partition("@")[0].partition("..")
    return first, last


def _wanted(sensor: str) -> sa.Select[str, int]:
    table = schema.documents
    mine = (table.c.asked_by == sensor) & table.c.batch.is_(None)
    return sa.select(table.c.document, table.c.tries).where(mine).order_by(table.c.position)
