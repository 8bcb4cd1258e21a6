"""What a figure was measured on, for the heads of result pages."""

from __future__ import annotations

import os
import platform
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import psutil


def describe() -> str:
    """Processor, cores, memory, Python and date, in one line."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    cores = len(os.sched_getaffinity(0))
    memory = psutil.virtual_memory().total / 2**30
    day = datetime.now(UTC).date().isoformat()
    return f"{model}, {cores} cores, {memory:.0f} GiB, Python {platform.python_version()}, {day}"


def commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


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
