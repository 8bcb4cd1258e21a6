from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ocr_assets.automation.inbox import inbox_sensor
from ocr_assets.automation.publish import publish_sensor
from partitions.documents import RANGE_END, RANGE_START, documents
from resources.ledger import Ledger
from resources.settings import load_settings
from resources.stores import LedgerResource


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    (tmp_path / "inbox").mkdir()
    return tmp_path


def drop(home: Path, name: str, content: bytes, age: float = 60) -> None:
    file = home / "inbox" / name
    file.write_bytes(content)
    then = file.stat().st_mtime - age
    os.utime(file, (then, then))


def tick(sensor: dg.SensorDefinition, instance: dg.DagsterInstance) -> dg.SensorResult:
    settings = load_settings()
    context = dg.build_sensor_context(instance=instance, resources={"ledger": LedgerResource(url=settings.ledger_url)})
    result = sensor(context)
    if isinstance(result, dg.SensorResult):
        for request in result.dynamic_partitions_requests or []:
            instance.add_dynamic_partitions(str(documents.name), list(request.partition_keys))
        return result
    runs = [result] if isinstance(result, dg.RunRequest) else []
    return dg.SensorResult(run_requests=runs)


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


def test_a_file_that_may_still_be_written_is_left_for_the_next_tick(home: Path, instance: dg.DagsterInstance) -> None:
    sensor = inbox_sensor(load_settings())
    drop(home, "a.pdf", b"a", age=0)
    assert not tick(sensor, instance).run_requests
    drop(home, "a.pdf", b"all of a", age=60)
    assert len(tick(sensor, instance).run_requests or []) == 1


def test_documents_added_elsewhere_get_their_partitions_but_no_run(home: Path, instance: dg.DagsterInstance) -> None:
    from ocr_assets.intake import register_files

    other = home / "elsewhere.pdf"
    other.write_bytes(b"x")
    register_files([other], Ledger(load_settings().ledger_url))
    result = tick(inbox_sensor(load_settings()), instance)
    assert not result.run_requests
    assert len(instance.get_dynamic_partitions(str(documents.name))) == 1


def test_publishing_is_asked_for_once_per_state_and_not_while_a_run_is_in_flight(
    home: Path, instance: dg.DagsterInstance
) -> None:
    sensor = publish_sensor()
    assert not tick(sensor, instance).run_requests
    drop(home, "a.pdf", b"a")
    tick(inbox_sensor(load_settings()), instance)
    ledger = Ledger(load_settings().ledger_url)
    (request,) = tick(sensor, instance).run_requests or []
    assert request.run_key == ledger.state()
    ledger.publish(ledger.state(), 0)
    assert not tick(sensor, instance).run_requests
