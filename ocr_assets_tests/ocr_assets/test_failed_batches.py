"""Batches whose run failed: their documents are asked for again, in smaller batches, and at last given up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ocr_assets.automation.arrivals import given_up, run_requests
from ocr_assets.intake import register_files
from ocr_assets_tests.ocr_assets.daemon import keys_of, some_job
from ocr_assets_tests.resources import made_stages
from resources.lake import Lake
from resources.ledger import Ledger, batches
from resources.settings import load_settings

FAILURE, SUCCESS, CANCELED = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.CANCELED


class Sensor:
    """Ticks of the inbox's sensor, and the runs that are made of what it asks for."""

    def __init__(self, ledger: Ledger, instance: dg.DagsterInstance) -> None:
        self.ledger, self.instance = ledger, instance

    def tick(self) -> list[dg.RunRequest]:
        """The runs to be made: as the daemon does, those whose key has none yet."""
        return [one for one in run_requests(self.instance, self.ledger, "inbox") if not self._has_run(one)]

    def run(self, request: dg.RunRequest, status: dg.DagsterRunStatus, **tags: str) -> None:
        tags = {**self._tags(request), **{f"dagster/{name}": value for name, value in tags.items()}}
        self.instance.create_run_for_job(some_job, tags={**request.tags, **tags}, status=status)

    def fail(self) -> list[dg.RunRequest]:
        """Ticks until something is asked for; its runs fail."""
        requests = self.tick() or self.tick() or self.tick()
        for request in requests:
            self.run(request, FAILURE)
        return requests

    def _has_run(self, request: dg.RunRequest) -> bool:
        return bool(self.instance.get_runs_count(dg.RunsFilter(tags=self._tags(request))))

    def _tags(self, request: dg.RunRequest) -> dict[str, str]:
        return {"dagster/run_key": request.run_key or "", "dagster/sensor_name": "inbox"}


@pytest.fixture
def ledger(home: Path) -> Iterator[Ledger]:
    ledger = Ledger(load_settings().ledger_url)
    yield ledger
    ledger.engine.dispose()


@pytest.fixture
def sensor(ledger: Ledger, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Sensor:
    """A sensor for which no time passes between two tries."""
    monkeypatch.setattr(batches, "FIRST_DELAY", 0.0)
    monkeypatch.setattr("ocr_assets.automation.arrivals.LOOK_SECONDS", 0.0)
    return Sensor(ledger, instance)


def drop(home: Path, ledger: Ledger, count: int) -> list[str]:
    files = [home / f"{number:03}.txt" for number in range(count)]
    for file in files:
        file.write_text(made_stages.receipt(int(file.stem)))
    return register_files(files, ledger, asked_by="inbox").new


def test_what_a_failed_run_left_is_asked_for_again_under_a_key_of_its_own(
    home: Path, ledger: Ledger, sensor: Sensor
) -> None:
    keys = drop(home, ledger, 3)
    (first,) = sensor.fail()
    again = sensor.tick() or sensor.tick()
    assert [keys_of(sensor.instance, one) for one in again] == [keys]
    assert again[0].run_key != first.run_key
    # A tick of which nothing came is repeated by the next.
    assert [one.run_key for one in sensor.tick()] == [again[0].run_key]


def test_what_has_an_outcome_is_not_asked_for_again(
    home: Path, ledger: Ledger, sensor: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = drop(home, ledger, 3)
    (first,) = sensor.tick()
    made_stages.use(monkeypatch)
    made_stages.read_all(keys[:1], Lake(str(home / "lake")), ledger)
    sensor.run(first, FAILURE)
    sensor.tick()
    (again,) = sensor.tick()
    assert keys_of(sensor.instance, again) == keys[1:]
    made_stages.read_all(keys[1:], Lake(str(home / "lake")), ledger)
    sensor.run(again, SUCCESS)
    assert [sensor.tick() for _ in range(3)] == [[], [], []]
    assert batches.due(ledger.engine, "inbox", 1e12, 10) == []


def test_a_run_that_goes_on_or_is_begun_again_by_dagster_is_waited_for(
    home: Path, ledger: Ledger, sensor: Sensor
) -> None:
    drop(home, ledger, 3)
    (request,) = sensor.tick()
    sensor.run(request, FAILURE, will_retry="true")
    assert [sensor.tick() for _ in range(3)] == [[], [], []]
    sensor.run(request, dg.DagsterRunStatus.STARTED)
    assert [sensor.tick() for _ in range(3)] == [[], [], []]
    sensor.run(request, FAILURE, will_retry="false")
    assert sensor.tick() or sensor.tick()


def test_a_document_that_fails_its_batch_ends_up_alone_and_is_given_up(
    home: Path, ledger: Ledger, sensor: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_assets.automation.arrivals.LARGEST_BATCH", 8)
    keys = drop(home, ledger, 8)
    made_stages.use(monkeypatch)
    asked = 0
    while requests := sensor.tick() or sensor.tick():
        for request in requests:
            members = keys_of(sensor.instance, request)
            harmed = keys[5] in members
            if not harmed:
                made_stages.read_all(members, Lake(str(home / "lake")), ledger)
            sensor.run(request, FAILURE if harmed else SUCCESS)
            asked += harmed
    assert asked == batches.MOST_TRIES + 1
    (left,) = batches.given_up(ledger.engine)
    assert left.documents == (keys[5],)
    assert given_up(ledger, "inbox").startswith("given up: 1 documents") and left.run in left.why
    made_stages.read_all([keys[5]], Lake(str(home / "lake")), ledger)
    assert given_up(ledger, "inbox") == ""


def test_a_run_that_a_person_cancelled_is_not_asked_for_again(home: Path, ledger: Ledger, sensor: Sensor) -> None:
    drop(home, ledger, 2)
    (request,) = sensor.tick()
    sensor.run(request, CANCELED)
    assert [sensor.tick() for _ in range(3)] == [[], [], []]
    assert "was cancelled" in given_up(ledger, "inbox")


def test_documents_asked_for_again_do_not_wait_for_company_while_runs_wait(
    home: Path, ledger: Ledger, sensor: Sensor
) -> None:
    drop(home, ledger, 2)
    (request,) = sensor.fail()
    sensor.instance.create_run_for_job(some_job, status=dg.DagsterRunStatus.NOT_STARTED)
    assert [keys_of(sensor.instance, one) for one in sensor.tick() or sensor.tick()] == [
        keys_of(sensor.instance, request)
    ]
