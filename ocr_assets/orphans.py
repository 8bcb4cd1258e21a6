"""Runs whose worker was killed: they would be shown as running for ever."""

from __future__ import annotations

import dagster as dg

from ocr_assets.automation.owner import is_lost


def end_orphans(instance: dg.DagsterInstance) -> int:
    """Mark runs of dead workers of this machine as failed; returns how many."""
    ended = 0
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        if is_lost(run):
            instance.report_run_failed(run, "its worker was killed; what it had recorded is kept")
            ended += 1
    return ended
