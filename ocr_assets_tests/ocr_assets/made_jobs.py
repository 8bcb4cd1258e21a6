"""Jobs that read nothing, for the tests of where runs run."""

from __future__ import annotations

import os
import signal
import time

import dagster as dg


@dg.op
def nothing() -> None:
    """Done at once."""


@dg.op
def for_ever() -> None:
    while True:
        time.sleep(0.1)


@dg.op
def killing() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dg.job(executor_def=dg.in_process_executor)
def quick() -> None:
    nothing()


@dg.job(executor_def=dg.in_process_executor)
def endless() -> None:
    for_ever()


@dg.job(executor_def=dg.in_process_executor)
def deadly() -> None:
    killing()
