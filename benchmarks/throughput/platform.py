"""Pages a second: the platform, hand-written loops of its engines, and other readers, on the same pages in one run.

    uv run --group benchmark python -m benchmarks.throughput

Writes docs/results/throughput.md.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import evaluation_data, machine
from benchmarks.served import ADD_PARTITIONS, backfill
from ocr_assets.bench import loops, platform
from resources.ledger import Ledger

COPIES = 5
NAIVE = 3
SLOW = 24
"""Pages for readers that take seconds a page."""
RESULT = Path(__file__).parents[1] / "docs" / "results" / "throughput.md"
CONTROL, WHOLE, TEXT = (f"ocr_assets.bench.loops:{name}" for name in ("control", "whole", "text"))
RAPIDOCR, OCRMYPDF, DOCLING = (f"benchmarks.reading.systems:{name}" for name in ("rapidocr", "ocrmypdf", "docling"))


def main() -> None:
    evaluation_data.require()
    with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
        pages = copies(Path(folder) / "pages")
        figures = {"loops": measure_loops(pages), "platform": measure_platform(Path(folder), pages)}
    figures_file = RESULT.with_suffix(".json")
    figures_file.write_text(json.dumps(figures, indent=1) + "\n")
    RESULT.write_text("\n".join(report(figures)) + "\n")
    print(RESULT.read_text())


def copies(folder: Path) -> list[Path]:
    """The receipts, each several times as different documents: decoders ignore what follows the end of a JPEG."""
    folder.mkdir()
    made = []
    for copy in range(COPIES):
        for image, _ in evaluation_data.sroie():
            path = folder / f"{image.stem}-{copy}.jpg"
            path.write_bytes(image.read_bytes() + str(copy).encode())
            made.append(path)
    return made


def measure_loops(pages: list[Path]) -> list[dict[str, Any]]:
    once = pages[: len(pages) // COPIES]
    asked = [
        ("arithmetic in the processor's cache", CONTROL, once, 1, 1),
        ("arithmetic in the processor's cache", CONTROL, once, 2, 1),
        ("`RapidOCR()` as shipped", RAPIDOCR, once, 1, None),
        ("our detector and recogniser", TEXT, once, 1, 1),
        ("our detector and recogniser", TEXT, once, 2, 1),
        ("all our stages, `ocr.read`", WHOLE, once, 1, 1),
        ("all our stages, `ocr.read`", WHOLE, once, 2, 1),
        ("Docling with its RapidOCR", DOCLING, once[:SLOW], 1, None),
    ]
    if shutil.which("tesseract"):
        asked.append(("OCRmyPDF", OCRMYPDF, once[:SLOW], 2, 1))
    rows = []
    for name, loop, files, processes, threads in asked:
        timed = loops.run(loop, files, processes, threads)
        rows.append({"name": name, "processes": processes, "rate": timed.rate, "peak": timed.peak})
        print(rows[-1], flush=True)
    return rows


def measure_platform(folder: Path, pages: list[Path]) -> list[dict[str, Any]]:
    rows = []
    for workers in (1, 2, 4):
        made = platform.run(folder / f"run-{workers}", pages, workers)
        rows.append(_row(f"`ocr-assets run`, {workers} workers", made))
    rows.append(_row("backfill in Dagster, 2 runs at a time", backfill(folder / "backfill", pages, 2)))
    rows.append({"name": "Dagster, a run a document, a process a step", "seconds_a_document": naive(folder, pages)})
    return rows


def _row(name: str, made: platform.Measured) -> dict[str, Any]:
    row = {"name": name, "rate": made.rate, "overhead": made.overhead, **asdict(made)}
    print(row, flush=True)
    return row


def naive(folder: Path, pages: list[Path]) -> float:
    """Seconds a document where each is a run of its own and each step a new process."""
    home = folder / "naive"
    (home / "dagster").mkdir(parents=True)
    env = os.environ | {"OCR_HOME": str(home), "DAGSTER_HOME": str(home / "dagster")}
    subprocess.run([platform.PROGRAM, "add", *pages[:NAIVE]], env=env, check=True, capture_output=True)
    keys = [d.document for d in Ledger(f"sqlite:///{home / 'ledger.db'}").documents()]
    subprocess.run([sys.executable, "-c", ADD_PARTITIONS, *keys], env=env, check=True)
    dagster = Path(sys.executable).with_name("dagster")
    started = time.perf_counter()
    for key in keys:
        command = [dagster, "job", "execute", "-m", "benchmarks.naive_location", "-j", "read_documents", "--tags"]
        tags = json.dumps({"dagster/partition": key})
        subprocess.run([*command, tags], env=env, check=True, capture_output=True)
    return (time.perf_counter() - started) / len(keys)


def report(figures: dict[str, Any]) -> list[str]:
    rates = {(row["name"], row["processes"]): row["rate"] for row in figures["loops"]}
    bare = rates["`RapidOCR()` as shipped", 1]
    lines = [
        "# Throughput",
        "",
        f"Measured by `python -m benchmarks.throughput` on {machine.describe()}, at commit {machine.commit()}.",
        "Scanned receipts of one page. Loops are warm when their clock starts; the platform's rate is from its first",
        "stage begun to its last ended; `wall` holds start and publishing as well.",
        "",
        "| loop | processes | pages a second | ÷ `RapidOCR()` | peak MiB |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in figures["loops"]:
        ratio = "" if row["name"].startswith("arithmetic") else f"{row['rate'] / bare:.2f}"
        lines.append(f"| {row['name']} | {row['processes']} | {row['rate']:.2f} | {ratio} | {row['peak']:.0f} |")
    best = rates["all our stages, `ocr.read`", 2]
    lines += [
        "",
        "| platform | pages a second | ÷ `RapidOCR()` | ÷ two loops | overhead s/document | loads | wall s | peak MiB "
        "| MiB written |",
        "|" + " --- |" * 9,
    ]
    for row in figures["platform"]:
        if "rate" in row:
            lines.append(
                f"| {row['name']} | {row['rate']:.2f} | {row['rate'] / bare:.2f} | {row['rate'] / best:.2f} | "
                f"{row['overhead']:.3f} | {row['model_loads']} | {row['wall']:.0f} | {row['peak']:.0f} | "
                f"{row['written'] / 2**20:.0f} |"
            )
        else:
            lines.append(f"| {row['name']} | {1 / row['seconds_a_document']:.3f} | | | | | | | |")
    control = rates["arithmetic in the processor's cache", 2] / rates["arithmetic in the processor's cache", 1]
    by_workers = {row["workers"]: row for row in figures["platform"] if row["name"].startswith("`ocr-assets")}
    gain = by_workers[2]["rate"] / by_workers[1]["rate"]
    stages = by_workers[2]["stages"]
    lines += [
        "",
        f"- Two processes of pure arithmetic do {control:.2f} times the work of one here; two workers read "
        f"{gain:.2f} times as fast as one: {gain / control:.2f} of what the machine allows.",
        "- Seconds a document by stage, two workers: "
        + ", ".join(f"{name} {seconds / by_workers[2]['documents']:.3f}" for name, seconds in stages.items())
        + ".",
    ]
    return lines


if __name__ == "__main__":
    main()
