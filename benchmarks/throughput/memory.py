"""What one worker holds, batch by batch, over many scans and over many digital documents."""

from __future__ import annotations

import itertools
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.reading import plots
from benchmarks.throughput.digital import digital_files
from benchmarks.throughput.pages import receipts
from ocr_assets.bench.platform import PROGRAM, checked
from ocr_assets.processes import answer, ask, begin, let_go, wait_for
from resources.ledger import Ledger

SCANS, DIGITAL = 60, 40
BATCH = 2
QUIET = {"OCR_RUN__WORKER_MEMORY": "0", "HF_HUB_OFFLINE": "1"}


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="memory-") as made:
        folder = Path(made)
        digital = list(itertools.islice(itertools.cycle(digital_files()), DIGITAL))
        piles = {"scans": receipts(folder / "pages", 2)[:SCANS], "digital": _copies(folder / "digital", digital)}
        return {name: _over(folder / f"home-{name}", files) for name, files in piles.items()}


def _copies(folder: Path, files: Sequence[Path]) -> list[Path]:
    """Each as a document of its own: readers of PDF do not mind what follows the end."""
    folder.mkdir()
    made = []
    for number, file in enumerate(files):
        made.append(folder / f"{number}-{file.name}")
        made[-1].write_bytes(file.read_bytes() + f"\n%{number}\n".encode())
    return made


def _over(home: Path, files: Sequence[Path]) -> dict[str, Any]:
    from ocr_assets.automation.instance import open_instance
    from partitions import add_documents

    os.environ |= {"OCR_HOME": str(home), **QUIET}
    checked([PROGRAM, "add", *files], dict(os.environ))
    keys = [document.document for document in Ledger(f"sqlite:///{home / 'ledger.db'}").documents()]
    with open_instance() as instance:
        add_documents(instance, keys)
    worker = begin("measured", 1)
    answer(worker)
    held = [_mib(worker)]
    for first in range(0, len(keys), BATCH):
        batch = keys[first : first + BATCH]
        told = ask(worker, {"read": [batch[0], batch[-1]], "from": "raw_document"})
        if told is None or not told["ok"]:
            raise SystemExit(f"{batch}: {told}")
        held.append(_mib(worker))
        print(f"{first + len(batch)} documents: {held[-1]:.0f} MiB", flush=True)
    peak = _peak(worker)
    let_go(worker)
    wait_for(worker)
    later = held[len(held) // 2 :]
    slope = float(np.polyfit(BATCH * np.arange(len(later)), later, 1)[0])
    return {"documents": len(keys), "held": held, "peak": peak, "slope": slope}


def _mib(worker: subprocess.Popen[str]) -> float:
    return psutil.Process(worker.pid).memory_info().rss / 2**20


def _peak(worker: subprocess.Popen[str]) -> float:
    """The most it ever held, as the kernel has noted it."""
    status = Path(f"/proc/{worker.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def report(figures: dict[str, Any], folder: Path) -> list[str]:
    lines = [
        "## Memory of a worker",
        "",
        f"One worker through the platform, {BATCH} documents a batch, `[run] worker_memory` off. The slope is that of",
        "a line through the second half.",
        "",
        "| documents | | ready | after the first batch | at the end | peak | MiB a document |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in figures.items():
        held = row["held"]
        lines.append(
            f"| {name} | {row['documents']} | {held[0]:.0f} | {held[1]:.0f} | {held[-1]:.0f} | {row['peak']:.0f} | "
            f"{row['slope']:+.2f} |"
        )
    held = {
        name: ([float(BATCH * place) for place in range(len(row["held"]))], row["held"])
        for name, row in figures.items()
    }
    plots.curves(folder / "memory.png", held, "documents read", "MiB")
    return [*lines, "", "![MiB of one worker over documents read](throughput/memory.png)"]
