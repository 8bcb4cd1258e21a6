"""Which worker process executes a run, as a tag of the run says it."""

from __future__ import annotations

import os

import dagster as dg

PID_TAG = "ocr/worker"
"""Marks a run as executed by a worker process of a machine: `host:pid`."""

SERVER_TAG = ".dagster/grpc_info"
"""Dagster's own mark of a run that its launcher has given to a code server."""


def worker_tag(pid: int) -> str:
    return f"{os.uname().nodename}:{pid}"


def is_lost(run: dg.DagsterRun) -> bool:
    """Whether a worker of this machine executed it and is dead."""
    tag = run.tags.get(PID_TAG, "")
    pid = tag.rpartition(":")[2]
    return pid.isdigit() and tag == worker_tag(int(pid)) and not _alive(int(pid))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
