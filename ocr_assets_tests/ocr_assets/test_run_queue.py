from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._daemon.controller import create_daemons_from_instance

from ocr_assets.automation.instance import open_instance
from ocr_assets.automation.launcher import LocalRunLauncher
from ocr_assets.automation.owner import PID_TAG, SERVER_TAG, worker_tag
from ocr_assets.automation.run_queue import RunQueue
from ocr_assets_tests.ocr_assets import made_jobs

STARTING, FAILURE = dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.FAILURE
NO_PROCESS = 2**22 + 1  # beyond the largest process id of Linux


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr(LocalRunLauncher, "keep_ready", lambda _self: told.append("keep ready"))
    return told


@pytest.fixture
def history(home: Path) -> Iterator[dg.DagsterInstance]:
    with open_instance() as instance:
        yield instance


def test_the_daemon_is_told_once_and_nobody_else(history: dg.DagsterInstance, told: list[str]) -> None:
    assert isinstance(history.run_coordinator, RunQueue)
    assert history.get_concurrency_config().pool_config.default_pool_limit == 2
    assert told == []
    create_daemons_from_instance(history)
    assert told == ["keep ready"]


def test_runs_that_an_earlier_daemon_left_unbegun_are_ended_when_the_next_begins(
    history: dg.DagsterInstance, told: list[str]
) -> None:
    def starting(**tags: str) -> str:
        return history.create_run_for_job(made_jobs.quick, status=STARTING, tags=tags).run_id

    given_to_nobody = starting()
    of_a_dead_worker = starting(**{PID_TAG: worker_tag(NO_PROCESS)})
    of_another_machine = starting(**{PID_TAG: "elsewhere:1"})
    of_a_code_server = starting(**{SERVER_TAG: "{}"})
    create_daemons_from_instance(history)

    def status(run: str) -> dg.DagsterRunStatus:
        found = history.get_run_by_id(run)
        assert found is not None
        return found.status

    assert {status(given_to_nobody), status(of_a_dead_worker)} == {FAILURE}
    assert {status(of_another_machine), status(of_a_code_server)} == {STARTING}
