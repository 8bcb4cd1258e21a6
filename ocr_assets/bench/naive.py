"""What Dagster costs where each document is a run of its own and each step a new process."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ocr_assets.bench.platform import PROGRAM, checked
from resources.ledger import Ledger

ADD_PARTITIONS = """
import sys
from ocr_assets.automation.instance import open_instance
from partitions import add_documents
with open_instance() as instance:
    add_documents(instance, sys.argv[1:])
"""


def run(home: Path, files: Sequence[Path]) -> float:
    """Seconds a document, read one after the other in the new home `home`. Raises `PlatformFailed`."""
    (home / "dagster").mkdir(parents=True)
    env = {**os.environ, "OCR_HOME": str(home), "DAGSTER_HOME": str(home / "dagster")}
    checked([PROGRAM, "add", *files], env)
    keys = [document.document for document in Ledger(f"sqlite:///{home / 'ledger.db'}").documents()]
    checked([sys.executable, "-c", ADD_PARTITIONS, *keys], env)
    dagster = Path(sys.executable).with_name("dagster")
    started = time.perf_counter()
    for key in keys:
        tags = json.dumps({"dagster/partition": key})
        command = [dagster, "job", "execute", "-m", "ocr_assets.bench.naive_location", "-j", "read_documents"]
        checked([*command, "--tags", tags], env)
    return (time.perf_counter() - started) / len(keys)
