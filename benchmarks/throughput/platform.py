"""The platform on scanned receipts: its own command, a backfill in Dagster, and Dagster as one would write it first."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.served import backfill
from benchmarks.throughput import loops
from benchmarks.throughput.pages import receipts
from ocr_assets.bench.comparison import BARE, OURS, row_of, scaling, time_naive, time_platform

COPIES = 5


def measure() -> dict[str, Any]:
    def say(row: dict[str, Any]) -> None:
        print(row, flush=True)

    with tempfile.TemporaryDirectory(prefix="throughput-") as made:
        folder = Path(made)
        pages = receipts(folder / "pages", COPIES)
        rows = time_platform(folder, pages, (1, 2, 4), say)
        rows.append(row_of("backfill in Dagster, 2 runs at a time", backfill(folder / "backfill", pages, 2)))
        say(rows[-1])
        return {"platform": rows, "naive": time_naive(folder, pages, say)}


def report(figures: dict[str, Any], folder: Path) -> list[str]:
    kept = json.loads((folder / "loops.json").read_text())["figures"]
    bare, best = loops.rate(kept, BARE, 1), loops.rate(kept, OURS, 2)
    lines = [
        "## The platform",
        "",
        f"The receipts {COPIES} times over. The rate is from the first stage begun to the last ended; `wall` holds",
        "starting and publishing as well. Overhead is what went to no stage: events, storing, waiting for the slowest",
        "worker.",
        "",
        "| platform | pages a second | ÷ `RapidOCR()` | ÷ two loops | overhead s/document | loads | start s | wall s "
        "| peak MiB | MiB written |",
        "|" + " --- |" * 10,
    ]
    for row in figures["platform"]:
        lines.append(
            f"| {row['name']} | {row['rate']:.2f} | {row['rate'] / bare:.2f} | {row['rate'] / best:.2f} | "
            f"{row['overhead']:.3f} | {row['model_loads']} | {row['start']:.1f} | {row['wall']:.0f} | "
            f"{row['peak']:.0f} | {row['written'] / 2**20:.0f} |"
        )
    naive = figures["naive"]
    lines.append(f"| {naive['name']} | {1 / naive['seconds_a_document']:.3f} |" + " |" * 8)
    two = next(row for row in figures["platform"] if row["workers"] == 2)
    ratio = naive["seconds_a_document"] * two["rate"]
    lines += ["", *(f"- {said}" for said in scaling(kept["loops"], figures["platform"]))]
    return [
        *lines,
        f"- A document of one run and a process a step takes {ratio:.0f} times as long as with two workers.",
    ]
