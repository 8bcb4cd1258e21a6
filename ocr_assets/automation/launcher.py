"""Where runs run: in worker processes that stay warm, and one whose process was killed is found out.

Dagster's own launcher starts a process a run, and cannot tell whether it lives: after a power cut or `kill -9` such a
run would be shown as running for a day, and hold its place in the pool of documents. Here it is ended, and by
`run_retries` begun again: at once by the daemon that started the worker, within a minute by one that came after it.
"""

from __future__ import annotations

import json
import logging
import socket
import sys
import threading
from collections.abc import Hashable
from typing import Any

import dagster as dg

# Not exported by Dagster: what it gives to a launcher, and what its monitoring expects of one.
from dagster._core.launcher.base import CheckRunHealthResult, LaunchRunContext, WorkerStatus

from ocr_assets.automation.code_server import CodeServer
from ocr_assets.automation.owner import PID_TAG, SERVER_TAG, is_lost
from ocr_assets.automation.warm import Launch, WarmWorkers
from resources.settings import FILE, Settings, home, load_settings

log = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
LOOK_SECONDS = 5.0
"""Between two looks whether code or settings have changed, and another worker is to be ready."""


class LocalRunLauncher(dg.DefaultRunLauncher):
    """Warm workers for code locations of this environment; others run as Dagster runs them."""

    def __init__(self, inst_data: Any = None) -> None:
        super().__init__(inst_data)
        self._workers = WarmWorkers()
        self._code = CodeServer()
        self._ends = threading.Event()

    def keep_ready(self) -> None:
        """From now on have a worker ready before there is a run. For the process alone that launches runs."""
        threading.Thread(target=self._look_after, name="ocr-keeps-ready", daemon=True).start()

    def launch_run(self, context: LaunchRunContext) -> None:
        run = context.dagster_run
        origin = context.job_code_origin
        if origin is None or origin.repository_origin.executable_path != sys.executable:
            super().launch_run(context)
            return
        instance = self._instance

        def lost(why: str) -> None:
            left = instance.get_run_by_id(run.run_id)
            if left is not None and not left.is_finished:
                instance.report_run_failed(left, why)

        settings = load_settings()
        version = _version(self._code.of_launch(context, settings.records.types), settings)
        self._workers.execute(Launch(run.run_id, lost), version, settings.engines.threads)

    def terminate(self, run_id: str) -> bool:
        """A worker looks every second whether its run is to end."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        if SERVER_TAG in run.tags:
            return super().terminate(run_id)
        self._instance.report_run_canceling(run)
        return True

    def dispose(self) -> None:
        self._ends.set()
        self._workers.dismiss()

    def _look_after(self) -> None:
        told = ""
        while not self._ends.is_set():
            try:
                settings = load_settings()
                if settings.run.ahead:
                    self._workers.prepare(_version(self._code.now(), settings), settings.engines.threads)
                told = ""
            except Exception as error:
                # Settings that do not fit, a ledger that does not answer, code that does not load: runs tell of it too.
                if str(error) != told:
                    told = str(error)
                    log.warning("no worker is kept ready: %s", told)
            self._ends.wait(LOOK_SECONDS)

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Failed where the worker or the server that runs it is gone."""
        if PID_TAG in run.tags:
            if is_lost(run):
                return CheckRunHealthResult(WorkerStatus.FAILED, "its worker was killed; what it had recorded is kept")
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        tag = run.tags.get(SERVER_TAG)
        if tag is not None and not listens(json.loads(tag)):
            return CheckRunHealthResult(WorkerStatus.FAILED, "the code server that ran it is gone")
        return CheckRunHealthResult(WorkerStatus.RUNNING)


def _version(code: str, settings: Settings) -> Hashable:
    """Changes when the code location is loaded again, the settings file is written or something is promoted."""
    file = home() / FILE
    stat = file.stat() if file.exists() else None
    return code, (stat.st_mtime_ns, stat.st_size) if stat is not None else None, settings.model_dump_json()


def listens(server: dict[str, Any]) -> bool:
    """Whether there is a process at a server's socket or port. One that is slow to answer is there."""
    path = server.get("socket")
    family = socket.AF_UNIX if path else socket.AF_INET
    address = path or (server.get("host") or "localhost", server["port"])
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(CONNECT_SECONDS)
        try:
            probe.connect(address)
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True
    return True
