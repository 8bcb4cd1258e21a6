"""The command `bench`: how fast this machine reads, and what the platform costs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from ocr_assets.cli.app import console, fail, say_json
from resources.settings import load_settings


def register(app: typer.Typer) -> None:
    app.command()(bench)


def bench(
    paths: list[Path] = typer.Argument(None, help="Files and folders to read (default: the bundled samples)."),
    limit: int = typer.Option(40, min=4, help="Most files that are read."),
    workers: list[int] = typer.Option([], "--workers", min=1, help="Numbers of workers to try (default: 1, 2, 4)."),
    naive: bool = typer.Option(False, "--naive", help="Also Dagster with a process a step."),
    as_json: bool = typer.Option(False, "--json", help="Print the figures as JSON."),
) -> None:
    """Time the platform, loops by hand and other readers on the same documents, in a home of its own: minutes."""
    from ocr_assets.bench import comparison, loops, platform
    from ocr_assets.bundle import bundled
    from ocr_assets.intake import find_files

    pages = _readable(find_files(paths or [bundled("samples")]), limit)
    if len(pages) < 4:
        fail("bench needs at least four files that can be read", code=2)
    counts = sorted(set(workers)) or [count for count in (1, 2, 4) if count <= max(2, _cores())]

    def say(row: dict[str, Any]) -> None:
        if not as_json:
            console.print(f"{escape(row['name'])}: done")

    figures: dict[str, Any] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            figures["loops"] = comparison.time_loops(pages, [count for count in counts if count <= 2] or [1], say)
            figures["platform"] = comparison.time_platform(Path(folder), list(pages), counts, say)
            if naive:
                figures["naive"] = comparison.time_naive(Path(folder), list(pages), say)
    except (loops.LoopFailed, platform.PlatformFailed) as error:
        fail(str(error))
    figures["scaling"] = comparison.scaling(figures["loops"], figures["platform"])
    if as_json:
        say_json(figures)
        return
    _show(figures, comparison.BARE, comparison.CONTROL)


def _show(figures: dict[str, Any], bare: str, control: str) -> None:
    slowest = next(row["rate"] for row in figures["loops"] if row["name"] == bare)

    def against(row: dict[str, Any]) -> str:
        return "" if row["name"] == control else f"{row['rate'] / slowest:.2f}"

    _table(
        ("loop", "processes", "pages a second", "÷ RapidOCR()", "peak MiB"),
        [
            (row["name"], row["processes"], f"{row['rate']:.2f}", against(row), f"{row['peak']:.0f}")
            for row in figures["loops"]
        ],
    )
    _table(
        ("platform", "pages a second", "÷ RapidOCR()", "overhead s/document", "loads", "start s", "peak MiB", "MiB"),
        [
            (
                row["name"],
                f"{row['rate']:.2f}",
                against(row),
                f"{row['overhead']:.2f}",
                row["model_loads"],
                f"{row['start']:.1f}",
                f"{row['peak']:.0f}",
                f"{row['written'] / 2**20:.0f}",
            )
            for row in figures["platform"]
        ],
    )
    if "naive" in figures:
        console.print(f"{figures['naive']['name']}: {figures['naive']['seconds_a_document']:.1f} s a document")
    for said in figures["scaling"]:
        console.print(said)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(head):
        table.add_column(name, justify="right" if place else "left")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    console.print(table)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _readable(files: Iterable[Path], limit: int) -> dict[Path, int]:
    """Files and their numbers of pages, without those no loop could read: unlike the platform, it ends at them."""
    from ocr.errors import DocumentError
    from ocr.opening.document import open_document

    limits = load_settings().reading.limits
    found: dict[Path, int] = {}
    for file in files:
        try:
            with open_document(file.read_bytes(), limits) as document:
                found[file] = document.page_count
        except (DocumentError, OSError):
            continue
        if len(found) == limit:
            break
    return found
