"""Dagster's daemon of a home, as a process that can be killed with everything it has started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from ocr_assets.automation.instance import dagster_home
from ocr_assets.bundle import bundled


class Daemon:
    """Runs from `start` to `kill` or `stop`, with the environment of this process."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        env = {**os.environ, "DAGSTER_HOME": str(dagster_home()), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
        command = [Path(sys.executable).with_name("dagster-daemon"), "run", "-w", bundled("workspace.yaml")]
        with (self.home / "daemon.log").open("a") as log:
            self.process = subprocess.Popen(
                [*map(str, command)], env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def kill(self) -> None:
        """As a power cut would: the daemon, its code server and the runs at once, with no time to say anything."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            pass
        finally:
            # What it has started may outlive it.
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                self.process.wait()
