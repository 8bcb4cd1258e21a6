"""What a figure was measured on, for the heads of result pages."""

from __future__ import annotations

import os
import platform
import subprocess
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
    """The commit measured; `-dirty` where anything but pages of results was changed since."""
    here, changed = (
        _git("rev-parse", "--short", "HEAD"),
        _git("status", "--porcelain", "-uno", "--", ".", ":!docs/results"),
    )
    return (here or "unknown") + ("-dirty" if changed else "")


def _git(*what: str) -> str:
    return subprocess.run(["git", *what], capture_output=True, text=True, check=False).stdout.strip()
