"""All that is timed on the same documents in one session: loops by hand, other readers, the platform, naive Dagster."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ocr_assets.bench import loops, naive, platform

SLOW = 24
"""Most files for readers that take seconds a page."""

NAIVE = 3
CONTROL = "arithmetic in the processor's cache"
BARE = "`RapidOCR()` as shipped"
OURS = "all our stages, `ocr.read`"
LINES = "our detector and recogniser"

Row = dict[str, Any]
Say = Callable[[Row], None]


def time_loops(pages: Mapping[Path, int], processes: Sequence[int], say: Say) -> list[Row]:
    """Rows of `name`, `processes`, `rate` (pages a second) and `peak` (MiB of the largest process).

    `pages`: the files and how many pages each has. Readers that are not installed are left out. Raises `LoopFailed`.
    """
    here, other = "ocr_assets.bench.loops", "ocr_assets.bench.others"
    files = list(pages)
    asked: list[tuple[str, str, list[Path], int, int | None]] = [
        *((CONTROL, f"{here}:control", files, count, 1) for count in processes),
        (BARE, f"{other}:rapidocr", files, 1, None),
        *((LINES, f"{here}:text", files, count, 1) for count in processes),
        *((OURS, f"{here}:whole", files, count, 1) for count in processes),
    ]
    if importlib.util.find_spec("docling"):
        asked.append(("Docling with its RapidOCR", f"{other}:docling", files[:SLOW], 1, None))
    if shutil.which("tesseract") and importlib.util.find_spec("ocrmypdf"):
        asked.append(("OCRmyPDF", f"{other}:ocrmypdf", files[:SLOW], max(processes), 1))
    rows = []
    for name, loop, some, count, threads in asked:
        timed = loops.run(loop, some, count, threads)
        rate = sum(pages[file] for file in some) / timed.seconds
        rows.append({"name": name, "processes": count, "rate": rate, "peak": timed.peak})
        say(rows[-1])
    return rows


def time_platform(folder: Path, files: Sequence[Path], workers: Sequence[int], say: Say) -> list[Row]:
    """A row for each number of workers; `folder` is where their homes are made. Raises `PlatformFailed`."""
    rows = []
    for count in workers:
        made = platform.run(folder / f"workers-{count}", files, count)
        rows.append(row_of(f"`ocr-assets run`, {count} workers", made))
        say(rows[-1])
    return rows


def time_naive(folder: Path, files: Sequence[Path], say: Say) -> Row:
    seconds = naive.run(folder / "naive", files[:NAIVE])
    row = {"name": "Dagster, a run a document, a process a step", "seconds_a_document": seconds}
    say(row)
    return row


def row_of(name: str, made: platform.Measured) -> Row:
    """What was measured of the platform, and what follows from it."""
    return {"name": name, "rate": made.rate, "overhead": made.overhead, **asdict(made)}


def scaling(loop_rows: Sequence[Row], platform_rows: Sequence[Row]) -> list[str]:
    """What more workers bring, beside what more processes of arithmetic do; and where the time goes."""
    said = []
    control = {row["processes"]: row["rate"] for row in loop_rows if row["name"] == CONTROL}
    ran = {row["workers"]: row for row in platform_rows if row["name"].startswith("`ocr-assets run`")}
    for count in sorted(set(control) & set(ran) - {1}) if 1 in ran else ():
        possible, gain = control[count] / control[1], ran[count]["rate"] / ran[1]["rate"]
        said.append(
            f"{count} processes of pure arithmetic do {possible:.2f} times the work of one here; {count} workers read "
            f"{gain:.2f} times as fast as one: {gain / possible:.2f} of what the machine allows."
        )
    for count, row in ran.items():
        stages = (f"{stage} {seconds / row['documents']:.3f}" for stage, seconds in row["stages"].items())
        said.append(f"Seconds a document by stage, workers: {count}: {', '.join(stages)}.")
    return said
