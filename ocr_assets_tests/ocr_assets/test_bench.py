from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from ocr_assets.bench import comparison, loops
from ocr_assets.cli import app

LOOPS = [
    {"name": comparison.CONTROL, "processes": 1, "rate": 4.0, "peak": 50.0},
    {"name": comparison.CONTROL, "processes": 2, "rate": 6.0, "peak": 50.0},
    {"name": comparison.BARE, "processes": 1, "rate": 0.5, "peak": 900.0},
]


def picky() -> Callable[[Path], None]:
    """A loop for the tests of loops."""

    def work(file: Path) -> None:
        if "bad" in file.name:
            raise ValueError(f"cannot read {file.name}")

    return work


def pictures(folder: Path, count: int) -> list[Path]:
    """Blank pages, each of other bytes."""
    files = []
    for number in range(count):
        files.append(folder / f"page-{number}.png")
        Image.fromarray(np.full((120, 90), 255 - number, np.uint8)).save(files[-1])
    return files


def bench(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["bench", *map(str, arguments)])


def test_files_are_shared_out_and_all_of_them_worked_through(tmp_path: Path) -> None:
    timed = loops.run("ocr_assets.bench.loops:control", [tmp_path / str(number) for number in range(3)], 2)
    assert timed.files == 3
    assert timed.rate > 0
    assert 10 < timed.peak < 2000


def test_a_loop_that_trips_over_a_file_says_what_it_said(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("good", "also good", "bad")]
    with pytest.raises(loops.LoopFailed, match="cannot read bad"):
        loops.run(f"{__name__}:picky", files, 1)


def test_rates_are_in_pages_and_readers_that_are_not_installed_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def run(loop: str, files: list[Path], processes: int, threads: int | None) -> loops.Timed:
        asked.append((loop.partition(":")[2], processes))
        return loops.Timed(len(files), 2.0, 100.0)

    monkeypatch.setattr(loops, "run", run)
    monkeypatch.setattr(comparison.importlib.util, "find_spec", lambda name: None)
    rows = comparison.time_loops({Path("one"): 1, Path("three"): 3}, (1, 2), lambda row: None)
    assert asked == [
        ("control", 1),
        ("control", 2),
        ("rapidocr", 1),
        ("text", 1),
        ("text", 2),
        ("whole", 1),
        ("whole", 2),
    ]
    assert {row["rate"] for row in rows} == {2.0}


def test_more_workers_are_judged_by_what_more_processes_bring_here() -> None:
    ran = [
        {"name": f"`ocr-assets run`, {n} workers", "workers": n, "rate": rate, "documents": 2, "stages": {"text": 1.0}}
        for n, rate in ((1, 1.0), (2, 1.2))
    ]
    said = comparison.scaling(LOOPS, ran)
    assert "do 1.50 times" in said[0] and "1.20 times as fast as one: 0.80 of" in said[0]
    assert said[1:] == [f"Seconds a document by stage, workers: {n}: text 0.500." for n in (1, 2)]


def test_too_few_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    done = bench(*pictures(tmp_path, 3), tmp_path / "broken.pdf")
    assert done.exit_code == 2
    assert "at least four files" in done.stderr


def test_the_command_runs_the_platform_in_a_home_of_its_own_and_tells_what_it_cost(
    home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "time_loops", lambda pages, processes, say: LOOPS)
    files = pictures(tmp_path_factory.mktemp("pages"), 4)
    figures = json.loads(bench("--json", "--workers", "1", *files).stdout)
    (row,) = figures["platform"]
    assert (row["documents"], row["pages"], row["workers"]) == (4, 4, 1)
    assert 0 < row["start"] < row["wall"]
    assert row["rate"] > 0 and row["peak"] > 50 and row["written"] > 10_000
    assert not (home / "ledger.db").exists()
