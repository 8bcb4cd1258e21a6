"""The platform itself, timed from outside: a home of its own, `ocr-assets add`, `ocr-assets run`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psutil

from ocr.assembly import STAGES
from resources.ledger import Ledger

PROGRAM = Path(sys.executable).with_name("ocr-assets")


@dataclass(slots=True)
class Measured:
    """`wall`: the whole command, start and publishing included; `reading`: from the first stage begun to the last
    ended. `stages`: seconds by stage, added over all workers. `peak`: MiB of the largest process, `together` of all.
    `written`: bytes under the home. `start`: seconds until a worker has imported what it needs and is ready."""

    documents: int
    pages: int
    workers: int
    wall: float
    reading: float
    peak: float
    together: float
    written: int
    model_loads: int
    start: float
    stages: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return self.pages / self.reading

    @property
    def overhead(self) -> float:
        """Seconds a document and worker that went to no stage: events, storing, waiting for the slowest."""
        return (self.reading * self.workers - sum(self.stages.values())) / max(1, self.documents)


class PlatformFailed(Exception):
    """The command failed; the message is the end of what it said."""


def run(home: Path, files: Sequence[Path], workers: int) -> Measured:
    """Read `files` in the new home `home` with so many workers."""
    env = {**os.environ, "OCR_HOME": str(home), "OCR_CHECKS__CORPUS_CER": "9", "OCR_CHECKS__CORPUS_FIELDS": "0"}
    home.mkdir(parents=True, exist_ok=True)
    checked([PROGRAM, "add", *files], env)
    command = [PROGRAM, "run", "--json", "--workers", str(workers)]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with PeakMemory(process.pid) as peak:
        output, said = process.communicate()
    if process.returncode:
        raise PlatformFailed(said.strip()[-500:])
    return measured(home, workers, json.loads(output)["seconds"], peak)


def measured(home: Path, workers: int, wall: float, peak: PeakMemory) -> Measured:
    """What the ledger and the folder of a home tell of the reading that was done in it."""
    made = [
        o for of_document in Ledger(f"sqlite:///{home / 'ledger.db'}").outputs().values() for o in of_document.values()
    ]
    stages = dict.fromkeys(STAGES, 0.0)
    for output in made:
        stages[output.stage] += output.seconds
    ends = {output: datetime.fromisoformat(output.made_at).timestamp() for output in made}
    first = min(end - output.seconds for output, end in ends.items())
    return Measured(
        documents=len({output.document for output in made}),
        pages=sum(output.pages for output in made if output.stage == "raw_document"),
        workers=workers,
        wall=wall,
        reading=max(ends.values()) - first,
        peak=peak.largest,
        together=peak.together,
        written=sum(file.stat().st_size for file in home.rglob("*") if file.is_file()),
        model_loads=sum(output.model_loads for output in made),
        start=seconds_to_start(home),
        stages=stages,
    )


def seconds_to_start(home: Path) -> float:
    """Seconds from the start of a worker process to its being ready, models aside: those load when they are asked."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "ocr_assets.worker"]
    started = time.perf_counter()
    with subprocess.Popen(
        command, env={**os.environ, "OCR_HOME": str(home)}, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
    ) as worker:
        assert worker.stdin is not None and worker.stdout is not None
        ready = worker.stdout.readline()
        seconds = time.perf_counter() - started
        worker.stdin.close()
    if not ready:
        raise PlatformFailed("a worker could not start")
    return seconds


def checked(command: Sequence[object], env: Mapping[str, str]) -> None:
    """Run a command that must succeed."""
    done = subprocess.run([str(part) for part in command], env=env, capture_output=True, text=True)
    if done.returncode:
        raise PlatformFailed(done.stderr.strip()[-500:])


class PeakMemory:
    """Peak resident memory of a process's descendants, sampled: of the largest one and of all together, in MiB."""

    def __init__(self, pid: int, every: float = 0.5) -> None:
        self.largest = 0.0
        self.together = 0.0
        self._root = psutil.Process(pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(every,), daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self, every: float) -> None:
        while not self._stop.wait(every):
            sizes = []
            try:
                for process in self._root.children(recursive=True):
                    sizes.append(process.memory_info().rss / 2**20)
            except psutil.Error:
                continue
            if sizes:
                self.largest = max(self.largest, *sizes)
                self.together = max(self.together, sum(sizes))
