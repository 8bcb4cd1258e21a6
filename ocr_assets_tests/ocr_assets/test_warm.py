from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import psutil
import pytest

from ocr_assets.automation.instance import open_instance
from ocr_assets.automation.owner import PID_TAG, worker_tag
from ocr_assets.automation.warm import Launch, WarmWorkers
from ocr_assets_tests.ocr_assets import made_jobs

CANCELED, FAILURE, STARTED, SUCCESS = (
    dg.DagsterRunStatus.CANCELED,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.SUCCESS,
)


@pytest.fixture
def history(home: Path) -> Iterator[dg.DagsterInstance]:
    with open_instance() as instance:
        yield instance


@pytest.fixture
def workers() -> Iterator[WarmWorkers]:
    team = WarmWorkers()
    yield team
    team.dismiss()


def launch(team: WarmWorkers, history: dg.DagsterInstance, job: dg.JobDefinition, version: str = "1") -> str:
    origin = dg.reconstructable(job).get_python_origin()
    run = history.create_run_for_job(job, job_code_origin=origin)

    def lost(why: str) -> None:
        left = history.get_run_by_id(run.run_id)
        assert left is not None and not left.is_finished
        history.report_run_failed(left, why)

    team.execute(Launch(run.run_id, lost), version, threads=1)
    return run.run_id


def ended(history: dg.DagsterInstance, run_id: str, *statuses: dg.DagsterRunStatus) -> str:
    """Waits until the run has one of the statuses; the worker that executed it."""
    return wait_for(lambda: run.tags.get(PID_TAG, "-") if (run := of(history, run_id)).status in statuses else "")


def of(history: dg.DagsterInstance, run_id: str) -> dg.DagsterRun:
    run = history.get_run_by_id(run_id)
    assert run is not None
    return run


def wait_for(answer: Callable[[], str], seconds: float = 120) -> str:
    deadline = time.monotonic() + seconds
    while not (found := answer()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return found


def test_runs_are_executed_one_after_another_in_a_worker_that_stays_until_code_or_settings_change(
    history: dg.DagsterInstance, workers: WarmWorkers
) -> None:
    first = ended(history, launch(workers, history, made_jobs.quick), SUCCESS)
    wait_for(lambda: "idle" if workers._idle else "")
    endless = launch(workers, history, made_jobs.endless)
    assert ended(history, endless, STARTED) == first
    history.report_run_canceling(of(history, endless))
    ended(history, endless, CANCELED)
    wait_for(lambda: "idle" if workers._idle else "")
    second = ended(history, launch(workers, history, made_jobs.quick, version="2"), SUCCESS)
    assert second != first
    wait_for(lambda: "idle" if workers._idle else "")
    # A run whose worker is killed fails at once.
    assert ended(history, launch(workers, history, made_jobs.deadly, version="2"), FAILURE) == second


def test_a_worker_is_there_before_the_first_run_and_another_once_code_or_settings_change(
    history: dg.DagsterInstance, workers: WarmWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCR_REGIONS__DIGITAL", "off")
    workers.prepare("1", threads=1)
    workers.prepare("1", threads=1)
    ready = int(wait_for(lambda: " ".join(map(str, workers_of_this_process()))))
    first = ended(history, launch(workers, history, made_jobs.quick), SUCCESS)
    assert first == worker_tag(ready)
    wait_for(lambda: "idle" if workers._idle else "")
    workers.prepare("1", threads=1)
    assert workers_of_this_process() == [ready]
    workers.prepare("2", threads=1)
    second = ended(history, launch(workers, history, made_jobs.quick, version="2"), SUCCESS)
    wait_for(lambda: "one" if len(workers_of_this_process()) == 1 else "")
    assert second == worker_tag(*workers_of_this_process()) != first


def test_what_ends_while_it_gets_ready_is_not_started_again_and_loses_no_run_silently(
    history: dg.DagsterInstance, workers: WarmWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCR_REGIONS__DIGITAL", "no such choice")
    workers.prepare("1", threads=1)
    ended(history, launch(workers, history, made_jobs.quick), FAILURE)
    workers.prepare("1", threads=1)
    assert workers._posts == []


def workers_of_this_process() -> list[int]:
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if "ocr_assets.worker" in child.cmdline():
                found.append(child.pid)
    return found
