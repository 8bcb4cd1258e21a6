"""Two machines at one ledger at the same moment: one of them waits, and both find what the other did."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ocr_assets_tests.resources.test_ledger import arrival, manifest, read
from resources.experiments.promoting import NotPromoted
from resources.experiments.promoting import promote as put_into_force
from resources.lake import Lake
from resources.ledger import Ledger, input_hash, leases, promotions, schema
from resources.ledger.leases import lease
from resources.settings import Settings
from resources.variants.variant import define

SECONDS = 0.3  # that the first one takes, and the second has to wait


def at_once(ledger: Ledger, first: Callable[[Connection], Any], second: Callable[[], Any]) -> Any:
    """What the second comes to, which is begun before the first has ended."""
    with ThreadPoolExecutor(1) as pool:
        with ledger.transaction() as connection:
            first(connection)
            waiting = pool.submit(second)
            time.sleep(SECONDS)
        return waiting.result(timeout=30)


def test_of_two_outcomes_of_one_stage_one_is_in_force(ledger: Ledger) -> None:
    (key,) = ledger.register([arrival("a", "one")])
    read(ledger, key)
    (document,) = ledger.documents()
    given = input_hash("raw_document", document.sha256, {})
    one, other = (manifest(key, "raw_document", given, f, f"by {f}") for f in ("f2", "f3"))
    at_once(ledger, lambda connection: ledger._enter(connection, one), lambda: ledger.record(other))
    table = schema.outputs
    mine = (table.c.stage == "raw_document") & table.c.current
    with ledger.engine.connect() as connection:
        assert list(connection.execute(sa.select(table.c.version).where(mine)).scalars()) == [other.version]


def test_the_same_bytes_that_arrive_twice_are_one_document(ledger: Ledger) -> None:
    same = hashlib.sha256(b"one").hexdigest()
    values = {"document": "b-key", "sha256": same, "name": "b", "uri": "file:///b", "size": 1, "collection": "default"}
    values |= {"environment": "live", "received_at": "2026"}
    new = arrival("a", "one")
    assert new.sha256 == same

    def enter(connection: Connection) -> None:
        connection.execute(schema.documents.insert().values(values))

    assert at_once(ledger, enter, lambda: ledger.register([new])) == []
    assert [document.document for document in ledger.documents()] == ["b-key"]


def test_a_variant_that_two_promote_is_promoted_once(ledger: Ledger, tmp_path: Path) -> None:
    overrides = {"text": {"second_engine": "off"}}
    define(ledger, "other", overrides)
    lake = Lake(str(tmp_path))

    def promote() -> None:
        put_into_force("other", Settings(), lake, ledger, reason="better", accept_loss="none")

    with pytest.raises(NotPromoted, match="promoted already"):
        at_once(ledger, lambda connection: promotions.promote(connection, "other", overrides, "", "better"), promote)


def test_a_machine_whose_clock_is_ahead_takes_no_lease_away(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    if ledger.engine.dialect.name == "sqlite":
        pytest.skip("all who open a SQLite ledger have one clock")
    with lease(ledger, "events", 60) as mine:
        monkeypatch.setattr(leases.time, "time", lambda: 2e10)
        with lease(ledger, "events", 60) as other:
            assert (mine, other) == (True, False)
