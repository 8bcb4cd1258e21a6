"""The real thing: the installed command, real engines, real documents, a home of its own for each test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

PROGRAM = Path(sys.executable).with_name("ocr-assets")
SAMPLES = Path(__file__).parents[2] / "data" / "samples"
TRUTH = Path(__file__).parents[2] / "data" / "ground_truth"

Cli = Callable[..., subprocess.CompletedProcess[str]]


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a user with nothing set, and no way out to any model hub."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OCR_", "DAGSTER_"))}
    return {**kept, "OCR_HOME": str(home), "HF_HUB_OFFLINE": "1", **more}


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Runs `ocr-assets …` in a fresh home; fails the test where the exit code is not the expected one."""

    def run(*arguments: str | Path, home: Path = tmp_path / "home", code: int = 0, **env: str):
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)], env=environment(home, **env), capture_output=True, text=True, timeout=280
        )
        assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def some_samples(*wanted: str) -> list[Path]:
    """Bundled samples whose names contain the given words, one for each word."""
    files = sorted(SAMPLES.iterdir())
    return [next(file for file in files if word in file.name) for word in wanted]


def rows(corpus: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in a corpus that does not tell when or where it was made."""
    left_out = {"received_at", "read_at", "seconds", "uri", "evaluation", "made_at"}
    found: dict[str, list[tuple[Any, ...]]] = {}
    with duckdb.connect(str(corpus), read_only=True) as connection:
        query = "select table_name from duckdb_tables() where schema_name = 'main'"
        tables = [name for (name,) in connection.sql(query).fetchall()]
        for table in sorted(tables):
            columns = [c for c in connection.table(table).columns if c not in left_out]
            chosen = ", ".join(f'"{c}"' for c in columns)
            found[table] = sorted(connection.sql(f'select {chosen} from "{table}"').fetchall(), key=repr)
    return found
