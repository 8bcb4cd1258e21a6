"""Runs whose worker was killed: they would be shown as running for ever."""

from __future__ import annotations

import os

import dagster as dg

from ocr_assets.worker import PID_TAG, worker_tag


def end_orphans(instance: dg.DagsterInstance) -> int:
    """Mark runs of dead workers of this machine as failed; returns how many."""
    ended = 0
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        tag = run.tags.get(PID_TAG, "")
        pid = tag.rpartition(":")[2]
        if pid.isdigit() and tag == worker_tag(int(pid)) and not _alive(int(pid)):
            instance.report_run_failed(run, "its worker was killed; what it had recorded is kept")
            ended += 1
    return ended


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
