from __future__ import annotations

import json
import socket
from pathlib import Path

import dagster as dg
from dagster._core.storage.tags import GRPC_INFO_TAG

from ocr_assets.automation.instance import open_instance
from ocr_assets.automation.launcher import SERVER_TAG, LocalRunLauncher


def run(**server: object) -> dg.DagsterRun:
    return dg.DagsterRun(job_name="read_documents", tags={SERVER_TAG: json.dumps(server)} if server else {})


def health(of: dg.DagsterRun) -> str:
    return LocalRunLauncher().check_run_worker_health(of).status.value


def test_a_run_is_lost_when_nothing_listens_where_its_server_was(tmp_path: Path) -> None:
    path = str(tmp_path / "server")
    assert health(run(socket=path)) == "FAILED"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        assert health(run(socket=path)) == "RUNNING"
    assert health(run(socket=path)) == "FAILED"
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert health(run(host="127.0.0.1", port=port)) == "RUNNING"
    assert health(run(host="127.0.0.1", port=port)) == "FAILED"


def test_a_run_of_a_process_of_its_own_is_left_alone() -> None:
    assert health(run()) == "RUNNING"


def test_the_homes_instance_uses_it(home: Path) -> None:
    assert SERVER_TAG == GRPC_INFO_TAG
    with open_instance() as instance:
        assert isinstance(instance.run_launcher, LocalRunLauncher)
        assert instance.run_launcher.supports_check_run_worker_health
