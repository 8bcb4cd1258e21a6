"""Readers of page images, ours and others: each a function that is set up once and then asked page by page.

Each runs in a process of its own (`python -m benchmarks.reading.systems NAME JOB RESULT`), warmed up on the first
page, as it is shipped: the number of threads is each reader's own choice, so processor seconds are counted as well.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ocr_assets.bench.others import Reader, docling, ocrmypdf, rapidocr


def ours(**text: str) -> Reader:
    """This project's chain up to the text, as a worker runs it; `text` are settings of that stage."""
    from ocr import reading
    from ocr.assembly import Engines
    from ocr.settings import ReadingSettings, TextSettings

    engines = Engines(ReadingSettings(text=TextSettings.model_validate(text)))

    def read(path: Path) -> str:
        return "\n".join(line.text for line in reading.read(path, engines, until="text").lines)

    return read


def tesseract() -> Reader:
    """Tesseract 5 on the whole page, with its own page segmentation and orientation (`--psm 1`)."""
    data = ["--psm", "1"] if _has_orientation() else ["--psm", "3"]

    def read(path: Path) -> str:
        done = subprocess.run(["tesseract", path, "-", "-l", "eng", *data], capture_output=True, text=True, check=True)
        return done.stdout

    return read


def _has_orientation() -> bool:
    said = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True).stdout
    return "osd" in said.split()


SYSTEMS: dict[str, Callable[[], Reader]] = {
    "ours": ours,
    "ours, one engine": lambda: ours(second_engine="off"),
    "RapidOCR": rapidocr,
    "Tesseract": tesseract,
    "OCRmyPDF": ocrmypdf,
    "Docling": docling,
}

NEEDS = {"Tesseract": "tesseract", "OCRmyPDF": "tesseract"}
"""Programs without which a reader cannot run."""


def available() -> list[str]:
    return [name for name in SYSTEMS if name not in NEEDS or shutil.which(NEEDS[name])]


def run(name: str, pages: list[Path]) -> list[dict[str, float | str]]:
    """Text, wall and processor seconds of each page, from a process of the reader's own."""
    with tempfile.TemporaryDirectory() as folder:
        job, result = Path(folder) / "job.json", Path(folder) / "result.json"
        job.write_text(json.dumps([str(page) for page in pages]))
        command = [sys.executable, "-m", "benchmarks.reading.systems", name, job, result]
        # One page at a time on one core is how Tesseract is fastest, and how a worker runs; see OMP_THREAD_LIMIT.
        subprocess.run(command, check=True, env=os.environ | {"OMP_THREAD_LIMIT": "1", "HF_HUB_OFFLINE": "1"})
        return json.loads(result.read_text())


def _main(name: str, job: Path, result: Path) -> None:
    pages = [Path(page) for page in json.loads(job.read_text())]
    read = SYSTEMS[name]()
    read(pages[0])
    answers = []
    for page in pages:
        started, before = time.perf_counter(), _processor_seconds()
        text = read(page)
        wall = time.perf_counter() - started
        answers.append({"text": text, "wall": wall, "processor": _processor_seconds() - before})
    result.write_text(json.dumps(answers))


def _processor_seconds() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(s.ru_utime + s.ru_stime for s in spent)


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
