"""The command `bench`: how fast this machine reads, and what the platform costs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from ocr_assets.cli.app import console, fail, say_json
from resources.settings import load_settings


def register(app: typer.Typer) -> None:
    app.command()(bench)


def bench(
    paths: list[Path] = typer.Argument(None, help="Files and folders to read (default: the bundled samples)."),
    limit: int = typer.Option(40, min=4, help="Most files that are read."),
    as_json: bool = typer.Option(False, "--json", help="Print the figures as JSON."),
) -> None:
    """Time the platform beside hand-written loops of the same engines. Takes minutes; touches no home but its own."""
    from ocr_assets.bench import loops, platform
    from ocr_assets.bundle import bundled
    from ocr_assets.intake import find_files

    files = _readable(find_files(paths or [bundled("samples")]))[:limit]
    if len(files) < 4:
        fail("bench needs at least four files that can be read", code=2)
    workers = load_settings().workers
    counts = sorted({1, workers})
    rows: dict[str, dict[str, Any]] = {}
    try:
        for count in counts:
            rows[f"arithmetic, {count} processes"] = _loop(loops.run("ocr_assets.bench.loops:control", files, count))
        for count in counts:
            rows[f"all stages in a loop, {count} processes"] = _loop(
                loops.run("ocr_assets.bench.loops:whole", files, count)
            )
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            for count in counts:
                made = platform.run(Path(folder) / str(count), files, count)
                rows[f"the platform, {count} workers"] = {
                    "files_a_second": made.documents / made.reading,
                    "peak_mib": made.peak,
                    "overhead_a_document": made.overhead,
                    **asdict(made),
                }
    except (loops.LoopFailed, platform.PlatformFailed) as error:
        fail(str(error))
    if as_json:
        say_json(rows)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("what", "files a second", "peak MiB", "overhead s/document"):
        table.add_column(name, justify="left" if name == "what" else "right", no_wrap=True)
    for name, row in rows.items():
        overhead = row.get("overhead_a_document")
        table.add_row(
            name,
            f"{row['files_a_second']:.2f}",
            f"{row['peak_mib']:.0f}",
            "" if overhead is None else f"{overhead:.2f}",
        )
    console.print(table)


def _readable(files: Iterable[Path]) -> list[Path]:
    """Without those no loop could read: a loop, unlike the platform, ends at the first bad file."""
    from ocr.errors import DocumentError
    from ocr.opening.document import open_document

    limits = load_settings().reading.limits
    found = []
    for file in files:
        try:
            with open_document(file.read_bytes(), limits):
                found.append(file)
        except (DocumentError, OSError):
            continue
    return found


def _loop(timed: Any) -> dict[str, Any]:
    return {"files_a_second": timed.rate, "peak_mib": timed.peak}
