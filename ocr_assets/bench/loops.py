"""Hand-written loops to compare the platform with: some processes, models warm, documents shared out evenly.

A loop is named `module:function`; the function sets up once and returns what is then called with each file. It runs in
processes of its own (`python -m ocr_assets.bench.loops NAME`), which begin together when all of them are ready.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

WARM_UP = 2
"""Files each process works through before the clock starts."""


@dataclass(frozen=True, slots=True)
class Timed:
    """`seconds` from the common start to the end of the slowest process; `peak` is the largest process's MiB.
    `processor`: seconds of processor time, of all processes and what they started."""

    files: int
    seconds: float
    peak: float
    processor: float = 0.0

    @property
    def rate(self) -> float:
        return self.files / self.seconds


class LoopFailed(Exception):
    """A loop could not be set up or tripped over a file; the message is the end of what it said."""


def run(loop: str, files: Sequence[Path], processes: int, threads: int | None = 1) -> Timed:
    """Time `loop` on `files`. `threads` None leaves the number of threads to the libraries."""
    env = dict(os.environ)
    if threads is not None:
        env |= {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT")}
    workers = [_start(loop, env) for _ in range(processes)]
    try:
        for number, worker in enumerate(workers):
            _say(worker, [str(file) for file in files[number::processes]])
        for worker in workers:
            _heard(worker)
        started = time.perf_counter()
        for worker in workers:
            _say(worker, "go")
        told = [_heard(worker) for worker in workers]
        seconds = time.perf_counter() - started
        return Timed(len(files), seconds, max(t["peak"] for t in told), sum(t["processor"] for t in told))
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def control() -> Callable[[Path], None]:
    """Nothing but arithmetic in the processor's own cache: how far processes scale on this machine at all."""
    import numpy as np

    matrix = np.random.default_rng(0).random((192, 192), dtype=np.float32)

    def work(file: Path) -> None:
        product = matrix
        for _turn in range(1500):
            product = matrix @ product
            product /= product.max()

    return work


def whole() -> Callable[[Path], None]:
    """All six stages, results in memory: `ocr.read` with one set of engines."""
    from ocr.assembly import Engines
    from ocr.reading import read
    from resources.settings import load_settings

    engines = Engines(load_settings().reading)

    def work(file: Path) -> None:
        read(file, engines)

    return work


def text() -> Callable[[Path], None]:
    """Detector and recogniser alone, on pages as they lie in the file: what a bare OCR library does."""
    from ocr.assembly import Engines
    from ocr.opening.document import open_document
    from ocr.recognition.crops import cut, reading_quads
    from resources.settings import load_settings

    settings = load_settings().reading
    engines = Engines(settings)

    def work(file: Path) -> None:
        with open_document(file.read_bytes(), settings.limits) as document:
            for number in range(1, document.page_count + 1):
                image = document.page(number, settings.pages.dpi, settings.pages.max_side).image
                (quads,) = engines.detector.detect([image])
                engines.recognizer.recognize(cut(image, reading_quads(quads)))

    return work


def _start(loop: str, env: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ocr_assets.bench.loops", loop]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=env)


def _say(worker: subprocess.Popen[str], what: Any) -> None:
    assert worker.stdin is not None
    worker.stdin.write(json.dumps(what) + "\n")
    worker.stdin.flush()


def _heard(worker: subprocess.Popen[str]) -> Any:
    assert worker.stdout is not None and worker.stderr is not None
    line = worker.stdout.readline()
    if not line:
        said = worker.stderr.read().strip()[-500:]
        raise LoopFailed(said or f"a process of the loop ended without a word (exit code {worker.wait()})")
    return json.loads(line)


def main(loop: str) -> None:
    # Libraries print: what they print must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(what: Any) -> None:
        answers.write(json.dumps(what) + "\n")
        answers.flush()

    module, _, name = loop.partition(":")
    work = getattr(import_module(module), name)()
    files = [Path(file) for file in json.loads(sys.stdin.readline())]
    for file in files[:WARM_UP]:
        work(file)
    answer("ready")
    sys.stdin.readline()
    before = _processor_seconds()
    for file in files:
        work(file)
    answer({"peak": _peak(), "processor": _processor_seconds() - before})


def _peak() -> float:
    """Most memory this process had, in MiB. Linux counts a parent's towards `ru_maxrss`, but not in its own file."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _processor_seconds() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(s.ru_utime + s.ru_stime for s in spent)


if __name__ == "__main__":
    main(sys.argv[1])
