"""Runs whose worker was killed: they would be shown as running for ever."""

from __future__ import annotations

import dagster as dg

from ocr_assets.automation.owner import PID_TAG, SERVER_TAG, is_lost


def end_orphans(instance: dg.DagsterInstance) -> int:
    """Mark runs of dead workers of this machine as failed; returns how many."""
    ended = 0
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        if is_lost(run):
            instance.report_run_failed(run, "its worker was killed; what it had recorded is kept")
            ended += 1
    return ended


def end_unbegun(instance: dg.DagsterInstance) -> int:
    """Mark runs as failed that an earlier daemon gave to a worker that did not begin them; returns how many.

    To be asked by a daemon that has not given out any itself.
    """
    ended = 0
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING])):
        if SERVER_TAG not in run.tags and (PID_TAG not in run.tags or is_lost(run)):
            instance.report_run_failed(run, "the daemon ended before a worker began it")
            ended += 1
    return ended
