from __future__ import annotations

import os
from pathlib import Path

import dagster as dg

from ocr_assets.automation.arrivals import add_arrived
from ocr_assets.automation.inbox import inbox_sensor
from ocr_assets.automation.publish import publish_sensor
from ocr_assets.intake import register_files
from ocr_assets_tests.ocr_assets.daemon import evaluate, keys_of, some_job, tick
from partitions.documents import RANGE_END, RANGE_START, documents
from resources.ledger import Ledger, changes
from resources.settings import load_settings


def drop(home: Path, name: str, content: bytes, age: float = 60) -> None:
    file = home / "inbox" / name
    file.write_bytes(content)
    then = file.stat().st_mtime - age
    os.utime(file, (then, then))


def test_dropped_files_become_partitions_and_one_contiguous_batch_run(home: Path, instance: dg.DagsterInstance) -> None:
    sensor = inbox_sensor(load_settings())
    for name in ("b.pdf", "a.pdf", "c.pdf"):
        drop(home, name, name.encode())
    result = tick(sensor, instance)
    keys = list(instance.get_dynamic_partitions(str(documents.name)))
    assert [key[:5] for key in keys] == ["a-pdf", "b-pdf", "c-pdf"]
    (request,) = result.run_requests or []
    assert (request.tags[RANGE_START], request.tags[RANGE_END]) == (keys[0], keys[-1])


def test_a_second_tick_asks_for_nothing(home: Path, instance: dg.DagsterInstance) -> None:
    sensor = inbox_sensor(load_settings())
    drop(home, "a.pdf", b"a")
    tick(sensor, instance)
    assert not tick(sensor, instance).run_requests


def test_a_tick_that_died_before_its_runs_were_made_is_made_good_by_the_next(
    home: Path, instance: dg.DagsterInstance
) -> None:
    sensor = inbox_sensor(load_settings())
    drop(home, "a.pdf", b"a")
    (lost,) = evaluate(sensor, instance).run_requests or []
    drop(home, "b.pdf", b"b")
    first, second = tick(sensor, instance).run_requests or []
    assert first.run_key == lost.run_key
    assert second.tags[RANGE_START].startswith("b-pdf")


def test_while_runs_wait_for_their_turn_small_batches_grow(home: Path, instance: dg.DagsterInstance) -> None:
    sensor = inbox_sensor(load_settings())
    waiting = instance.create_run_for_job(some_job, status=dg.DagsterRunStatus.NOT_STARTED)
    drop(home, "a.pdf", b"a")
    assert not tick(sensor, instance).run_requests
    drop(home, "b.pdf", b"b")
    instance.delete_run(waiting.run_id)
    (request,) = tick(sensor, instance).run_requests or []
    assert [key[:5] for key in keys_of(instance, request)] == ["a-pdf", "b-pdf"]


def test_a_file_that_may_still_be_written_is_left_for_the_next_tick(home: Path, instance: dg.DagsterInstance) -> None:
    sensor = inbox_sensor(load_settings())
    drop(home, "a.pdf", b"a", age=0)
    assert not tick(sensor, instance).run_requests
    drop(home, "a.pdf", b"all of a", age=60)
    assert len(tick(sensor, instance).run_requests or []) == 1


def test_documents_added_elsewhere_get_their_partitions_but_no_run(home: Path, instance: dg.DagsterInstance) -> None:
    other = home / "elsewhere.pdf"
    other.write_bytes(b"x")
    register_files([other], Ledger(load_settings().ledger_url))
    result = tick(inbox_sensor(load_settings()), instance)
    assert not result.run_requests
    assert len(instance.get_dynamic_partitions(str(documents.name))) == 1


def test_a_cursor_of_another_ledger_is_begun_anew(home: Path, instance: dg.DagsterInstance) -> None:
    ledger = Ledger(load_settings().ledger_url)
    for name in ("a", "b"):
        (home / name).write_text(name)
    a, b = register_files([home / "a", home / "b"], ledger).new
    cursor = add_arrived(instance, ledger, None)
    assert cursor == f"2 {b}" and add_arrived(instance, ledger, cursor) == cursor
    other = Ledger(f"sqlite:///{home / 'other.db'}")
    (home / "c").write_text("c")
    c, *_ = register_files([home / "c", home / "a", home / "b"], other).new
    assert add_arrived(instance, other, f"500 {b}") == f"3 {b}"
    assert instance.get_dynamic_partitions(str(documents.name)) == [a, b, c]


def test_publishing_is_asked_for_once_per_state_and_not_while_a_run_is_in_flight(
    home: Path, instance: dg.DagsterInstance
) -> None:
    sensor = publish_sensor()
    assert not tick(sensor, instance).run_requests
    drop(home, "a.pdf", b"a")
    tick(inbox_sensor(load_settings()), instance)
    # A document that is registered and not read is nothing to publish, and its run is not to wait for that.
    assert not tick(sensor, instance).run_requests
    ledger = Ledger(load_settings().ledger_url)
    with ledger.transaction() as connection:
        changes.touch(connection)
    (request,) = tick(sensor, instance).run_requests or []
    assert request.run_key == ledger.state()
    ledger.publish(ledger.state(), 0)
    assert not tick(sensor, instance).run_requests
