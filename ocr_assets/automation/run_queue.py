"""Dagster's run queue, whose daemon has a worker ready before there is a run."""

from __future__ import annotations

# Not exported by Dagster: what `run_queue:` in dagster.yaml stands for.
from dagster._core.run_coordinator import QueuedRunCoordinator

from ocr_assets.automation.launcher import LocalRunLauncher
from ocr_assets.orphans import end_unbegun


class RunQueue(QueuedRunCoordinator):
    """The queue as `run_queue:` has it."""

    @property
    def dequeue_interval_seconds(self) -> int:
        """Asked for by the daemon that launches runs, once, before it begins, and by no other process.

        Dagster has no better place to be told that this process is that daemon.
        """
        launcher = self._instance.run_launcher
        if isinstance(launcher, LocalRunLauncher):
            end_unbegun(self._instance)
            launcher.keep_ready()
        return super().dequeue_interval_seconds
