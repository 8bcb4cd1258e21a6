"""Dagster's history in SQLite, on connections that are kept.

Dagster opens an engine, a connection and a transaction for every statement, and SQLAlchemy compiles each anew: most of
what an event costs, and a document has dozens.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

# Not exported by Dagster: the storage that `storage: sqlite:` in dagster.yaml stands for, and its three parts.
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import event
from sqlalchemy.engine import Connection

KEPT = 16
"""Databases kept open; every run has one of its own."""

BUSY_SECONDS = 30
"""How long a writer waits for another one."""

DATABASES = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
MADE = "made"
"""File that says that all of them were made to the end."""


class _Engines:
    """One engine a database and process: a connection does not survive a fork."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, str], sa.Engine] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, url: str) -> sa.Engine:
        key = (os.getpid(), url)
        with self._lock:
            engine = self._kept.get(key)
            if engine is None:
                engine = self._kept[key] = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS})
                event.listen(engine, "connect", _tune)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                (pid, _), oldest = self._kept.popitem(last=False)
                # Another process's connections are not ours to close.
                oldest.dispose(close=pid == os.getpid())
            return engine


_engines = _Engines()


def _tune(connection: Any, _record: object) -> None:
    # With a write-ahead log nothing is broken by a power cut; the last events may be gone, and the ledger has them.
    connection.execute("PRAGMA synchronous=NORMAL")


@contextmanager
def _connected(url: str) -> Generator[Connection]:
    with _engines.of(url).connect() as connection, connection.begin():
        yield connection


@contextmanager
def _locked(base: Path) -> Generator[None]:
    """One process at a time makes the databases, or sees that they were not made to the end."""
    base.mkdir(parents=True, exist_ok=True)
    with (base / f"{MADE}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remove_half_made(base: Path) -> None:
    """Remove databases whose making was broken off: Dagster would take them for ready, and there is nothing in them."""
    for name in DATABASES:
        file = base / name
        if file.exists() and not _has_version(file):
            for left in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
                left.unlink(missing_ok=True)


def _has_version(file: Path) -> bool:
    """Whether the last thing was done that makes a database."""
    with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as connection:
        try:
            return connection.execute("SELECT 1 FROM alembic_version").fetchone() is not None
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return False
            raise


class _EventLog(SqliteEventLogStorage):
    def __init__(self, base_dir: str) -> None:
        self._tables: set[str] = set()
        super().__init__(base_dir)

    def has_table(self, table_name: str) -> bool:
        """Asked for every event; a table that is there stays."""
        if table_name not in self._tables:
            # Also asked by those who hold the lock on the databases.
            with _connected(self.conn_string_for_shard(INDEX_SHARD_NAME)) as connection:
                self._tables.update(sa.inspect(connection).get_table_names())
        return table_name in self._tables

    @contextmanager
    def _connect(self, shard: str) -> Generator[Connection]:
        url = self.conn_string_for_shard(shard)
        # Dagster's own storage lets no two threads at a database either.
        with self._db_lock:
            if shard not in self._initialized_dbs:
                self._initdb(_engines.of(url))
                self._initialized_dbs.add(shard)
            with _connected(url) as connection:
                yield connection


class _Runs(SqliteRunStorage):
    @contextmanager
    def connect(self) -> Generator[Connection]:
        with _connected(self._conn_string) as connection:
            yield connection


class _Schedules(SqliteScheduleStorage):
    @contextmanager
    def connect(self) -> Generator[Connection]:
        with _connected(self._conn_string) as connection:
            yield connection


class SqliteStorage(DagsterSqliteStorage):
    """The same files as `storage: sqlite:` has, and the same answers."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self.base_dir = base_dir
        base = Path(base_dir)
        with _locked(base):
            made = (base / MADE).exists()
            if not made:
                _remove_half_made(base)
            self._run_storage = _Runs.from_local(f"{base / 'history'}/")
            self._event_log_storage = _EventLog(f"{base / 'history' / 'runs'}/")
            self._schedule_storage = _Schedules.from_local(str(base / "schedules"))
            if not made:
                self._finish()
                (base / MADE).touch()
        self._inst_data = inst_data
        DagsterStorage.__init__(self)

    def _finish(self) -> None:
        """What Dagster does after it has made a database, and passes by where that was broken off."""
        for part in (self._run_storage, self._schedule_storage):
            part.migrate()
            part.optimize()
        self._event_log_storage.reindex_events()
        self._event_log_storage.reindex_assets()

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> Self:
        return cls.from_local(inst_data=inst_data, **config_value)
