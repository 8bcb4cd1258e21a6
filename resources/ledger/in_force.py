"""What is promoted, asked of a ledger that may not be there yet: every loading of the settings asks it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from resources.settings import NOTHING_PROMOTED, LedgerUnreadable, SettingsError

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine
    from sqlalchemy.exc import SQLAlchemyError

CONNECT_SECONDS = 10
BROKEN = ("file is not a database", "disk image is malformed")
"""What SQLite says of a file that is damaged."""


def promoted(url: str) -> str:
    """The overrides in force in the ledger at a SQLAlchemy URL, as JSON: settings by section and name.

    Makes no ledger where there is none. Raises `SettingsError` where the URL is none, `LedgerUnreadable` where the
    ledger cannot be asked.
    """
    from sqlalchemy import inspect, select
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    from resources.ledger.schema import promotions

    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError(f"storage.ledger: {url!r} is no database URL") from error
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        return NOTHING_PROMOTED
    query = select(promotions.c.overrides).order_by(promotions.c.number.desc()).limit(1)
    try:
        with _engine(url).connect() as connection:
            if not inspect(connection).has_table(promotions.name):
                return NOTHING_PROMOTED
            return connection.execute(query).scalar() or NOTHING_PROMOTED
    except NoSuchModuleError as error:
        raise SettingsError(f"storage.ledger: {parsed.render_as_string()}: {error}") from error
    except SQLAlchemyError as error:
        raise unreadable(url, error) from error


def unreadable(url: str, error: SQLAlchemyError) -> LedgerUnreadable:
    """What to say of a ledger at a SQLAlchemy URL that cannot be opened."""
    from sqlalchemy.engine import make_url

    parsed = make_url(url)
    why = str(getattr(error, "orig", error)).strip().split("\n")[0]
    said = f"the ledger {parsed.render_as_string()} cannot be read: {why}"
    if any(broken in why for broken in BROKEN):
        said += (
            f"; move {parsed.database} away (with its -wal and -shm), then `ocr-assets rebuild` makes it from the lake"
        )
    return LedgerUnreadable(said)


@lru_cache(maxsize=4)
def _engine(url: str) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url
    from sqlalchemy.pool import NullPool

    timeout = {"connect_timeout": CONNECT_SECONDS} if make_url(url).get_backend_name() == "postgresql" else {}
    # No connection is kept: this runs in servers that are forked, and a connection must not be shared with a child.
    return create_engine(url, poolclass=NullPool, connect_args=timeout)
