"""Executes, in this process, a run that Dagster has made and queued."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager

import dagster as dg

# Not exported by Dagster: what its own run processes do.
from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._core.origin import JobPythonOrigin
from dagster._grpc.impl import core_execute_run
from dagster._utils.interrupts import capture_interrupts

from ocr.extraction.entities.budget import RUN_VARIABLE
from ocr_assets.automation.owner import PID_TAG, worker_tag

log = logging.getLogger(__name__)

CANCELLED = {dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.FAILURE}
LOOK_SECONDS = 1.0


def execute(instance: dg.DagsterInstance, run_id: str) -> None:
    """Execute the run to its end, whatever that is: failures are in its log, where Dagster writes them."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished or run.job_code_origin is None:
        return
    instance.add_run_tags(run_id, {PID_TAG: worker_tag(os.getpid())})
    os.environ[RUN_VARIABLE] = run_id
    # Each run has an interrupt of its own: one that came too late must not end the next.
    with capture_interrupts():
        try:
            with _interrupted_when_cancelled(instance, run_id):
                for _ in core_execute_run(_job(run.job_code_origin), run, instance, inject_env_vars=True):
                    pass
        except (KeyboardInterrupt, DagsterExecutionInterruptedError):
            log.info("run %s was cancelled", run_id)
        except Exception:
            # Dagster has written it into the run's log and ended the run.
            log.exception("run %s", run_id)


def _job(origin: JobPythonOrigin) -> ReconstructableJob:
    repository = origin.repository_origin
    made = ReconstructableRepository(
        repository.code_pointer,
        repository.container_image,
        repository.executable_path,
        repository.entry_point,
        repository.container_context,
    )
    return made.get_reconstructable_job(origin.job_name)


@contextmanager
def _interrupted_when_cancelled(instance: dg.DagsterInstance, run_id: str) -> Generator[None]:
    """Within it the process gets an interrupt once the run is to be cancelled, whoever on whatever machine asks."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(LOOK_SECONDS):
            run = instance.get_run_by_id(run_id)
            if run is None or run.status in CANCELLED:
                if not done.is_set():
                    os.kill(os.getpid(), signal.SIGINT)
                return

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()
