"""Where runs run: in processes of the code server, as by default, but one whose server was killed is found out.

Dagster's own launcher cannot tell: after a power cut or `kill -9` such a run would be shown as running for a day, and
hold its place in the pool of documents. Here the daemon ends it within a minute and, by `run_retries`, begins it again.
"""

from __future__ import annotations

import json
import socket
from typing import Any

import dagster as dg

# Not exported by Dagster: what its monitoring expects of a launcher.
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus

SERVER_TAG = ".dagster/grpc_info"
CONNECT_SECONDS = 5.0


class LocalRunLauncher(dg.DefaultRunLauncher):
    """Dagster's launcher, with health."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Failed where the server that runs it is gone. What the server's process lost, the server says itself."""
        tag = run.tags.get(SERVER_TAG)
        if tag is not None and not listens(json.loads(tag)):
            return CheckRunHealthResult(WorkerStatus.FAILED, "the code server that ran it is gone")
        return CheckRunHealthResult(WorkerStatus.RUNNING)


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
