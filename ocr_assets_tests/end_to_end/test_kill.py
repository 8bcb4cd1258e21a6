from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from ocr_assets_tests.end_to_end.conftest import PROGRAM, Cli, environment, rows, some_samples
from resources.lake import Lake
from resources.ledger import Ledger

FILES = ("invoice", "receipt", "letter", "form")


def test_after_kill_9_a_second_run_gives_the_same_and_reads_nothing_twice(cli: Cli, home: Path, tmp_path: Path) -> None:
    files = some_samples(*FILES)
    undisturbed = tmp_path / "undisturbed"
    cli("add", *files, home=undisturbed)
    cli("run", home=undisturbed)

    cli("add", *files)
    first = subprocess.Popen(
        [PROGRAM, "run"], env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    _wait_until(lambda: any("text" in outputs for outputs in ledger.outputs().values()))
    first.send_signal(signal.SIGKILL)
    first.wait()
    _wait_until(lambda: not _workers(home))
    made = {m.document + m.stage: m.made_at for m in Lake(str(home / "lake")).manifests()}
    assert 0 < len(made) < 6 * len(files)

    cli("run")
    after = {m.document + m.stage: m.made_at for m in Lake(str(home / "lake")).manifests()}
    assert len(after) == 6 * len(files)
    assert {key: after[key] for key in made} == made
    assert rows(home / "corpus.duckdb") == rows(undisturbed / "corpus.duckdb")


def _workers(home: Path) -> list[int]:
    """Worker processes of this home that are still alive."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            command = (process / "cmdline").read_bytes()
            env = (process / "environ").read_bytes()
        except OSError:
            continue
        if b"ocr_assets.worker" in command and f"OCR_HOME={home}".encode() in env and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


def _wait_until(condition, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)
