"""Loops written by hand, ours and other readers', on scanned receipts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.throughput.pages import receipts
from ocr_assets.bench.comparison import BARE, CONTROL, time_loops


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
        pages = dict.fromkeys(receipts(Path(folder) / "pages", 1), 1)
        return {"loops": time_loops(pages, (1, 2), lambda row: print(row, flush=True))}


def report(figures: dict[str, Any], folder: Path) -> list[str]:
    bare = rate(figures, BARE, 1)
    lines = [
        "## Loops",
        "",
        "Scanned receipts of one page, in processes that are warm when their clock starts.",
        "",
        "| loop | processes | pages a second | ÷ `RapidOCR()` | peak MiB |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in figures["loops"]:
        ratio = "" if row["name"] == CONTROL else f"{row['rate'] / bare:.2f}"
        lines.append(f"| {row['name']} | {row['processes']} | {row['rate']:.2f} | {ratio} | {row['peak']:.0f} |")
    return lines


def rate(figures: dict[str, Any], name: str, processes: int) -> float:
    return next(row["rate"] for row in figures["loops"] if (row["name"], row["processes"]) == (name, processes))
