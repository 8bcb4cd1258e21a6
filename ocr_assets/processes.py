"""Worker processes (`ocr_assets.worker`), from the side of those who start and ask them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ocr.extraction.entities.budget import RUN_VARIABLE
from ocr_assets.automation.executor import WARM_VARIABLE
from resources.settings import home

Worker = subprocess.Popen[str]
LEAVE_SECONDS = 30.0
LOG_BYTES = 4 * 2**20
"""A log that has grown beyond it is put aside, in place of the one before, when the next worker starts."""


class WorkerError(Exception):
    """A worker could not be started or a run failed through no document's fault; names the log."""


def begin(log: str, threads: int, run: str = "") -> Worker:
    """Start a worker that says what it has to say in the home's log of that name; `answer` tells when it is ready.

    `run` names what all its work is done for, where it is all one.
    """
    path = log_of(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    _put_aside(path)
    with path.open("a") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "ocr_assets.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
            # Ctrl-C reaches who started it, who ends its workers; they must not unwind on their own.
            start_new_session=True,
            env={
                **os.environ,
                "OMP_NUM_THREADS": str(threads),
                "OCR_HOME": str(home()),
                RUN_VARIABLE: run,
                WARM_VARIABLE: "1",
            },
        )


def ask(worker: Worker, request: dict[str, Any]) -> dict[str, Any] | None:
    """The worker's answer, or None where it has died."""
    assert worker.stdin is not None
    try:
        worker.stdin.write(json.dumps(request) + "\n")
        worker.stdin.flush()
    except BrokenPipeError:
        return None
    return answer(worker)


def answer(worker: Worker) -> dict[str, Any] | None:
    """The worker's next answer, or None where it has died."""
    assert worker.stdout is not None
    line = worker.stdout.readline()
    return json.loads(line) if line.endswith("\n") else None


def let_go(worker: Worker) -> None:
    """Tell a worker that nothing more is asked of it: it ends by itself."""
    if worker.stdin is not None:
        # One that has died cannot be told.
        with contextlib.suppress(BrokenPipeError):
            worker.stdin.close()


def wait_for(worker: Worker) -> None:
    """Wait for the end of a worker that was let go; one that does not end is killed."""
    try:
        worker.wait(timeout=LEAVE_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def log_of(name: str) -> Path:
    return home() / "logs" / f"{name}.log"


def _put_aside(path: Path) -> None:
    # Another worker may start at the same moment, and have done it.
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.old"))
