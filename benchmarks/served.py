"""The platform under `dagster dev` with its daemon: a backfill, launched as the UI launches it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ocr.assembly import STAGES
from ocr_assets.bench.naive import ADD_PARTITIONS
from ocr_assets.bench.platform import PROGRAM, Measured, PeakMemory, PlatformFailed, measured
from ocr_assets_tests.end_to_end.browser import served
from resources.ledger import Ledger, Output

LAUNCH = """
mutation Launch($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
PATIENCE = 3600.0


def backfill(home: Path, files: Sequence[Path], at_a_time: int) -> Measured:
    """Read `files` in the new home `home` by one backfill of all partitions; `at_a_time` is what its pool allows."""
    env = {**os.environ, "OCR_HOME": str(home), "OCR_CHECKS__CORPUS_CER": "9", "OCR_CHECKS__CORPUS_FIELDS": "0"}
    home.mkdir(parents=True, exist_ok=True)
    subprocess.run([PROGRAM, "add", *files], env=env, check=True, capture_output=True)
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    keys = [document.document for document in ledger.documents()]
    subprocess.run([sys.executable, "-c", ADD_PARTITIONS, *keys], env=env, check=True)
    with served(home) as address, PeakMemory(os.getpid()) as peak:
        started = time.perf_counter()
        _launch(address, keys)
        while not _all_done(ledger.outputs(), len(keys)):
            if time.perf_counter() - started > PATIENCE:
                raise PlatformFailed(f"the backfill was not done after {PATIENCE:.0f} s")
            time.sleep(1)
        wall = time.perf_counter() - started
    return measured(home, at_a_time, wall, peak)


def _launch(address: str, keys: list[str]) -> None:
    params = {"assetSelection": [{"path": [stage]} for stage in STAGES], "partitionNames": keys}
    body = json.dumps({"query": LAUNCH, "variables": {"params": params}}).encode()
    request = urllib.request.Request(f"{address}/graphql", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        answer = json.load(response)["data"]["launchPartitionBackfill"]
    if answer["__typename"] != "LaunchBackfillSuccess":
        raise PlatformFailed(answer.get("message", answer["__typename"]))


def _all_done(outputs: dict[str, dict[str, Output]], count: int) -> bool:
    return len(outputs) == count and all(_done(mine) for mine in outputs.values())


def _done(outputs: dict[str, Any]) -> bool:
    return STAGES[-1] in outputs or any(output.status == "rejected" for output in outputs.values())
