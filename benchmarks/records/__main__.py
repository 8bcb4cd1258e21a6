"""Runs the parts one after the other, each in a process of its own, and writes the page from their figures."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

from benchmarks import evaluation_data, machine

PARTS = ("fields", "review", "gate", "entities")
RESULT = Path(__file__).parents[2] / "docs" / "results" / "records.md"
FIGURES = RESULT.with_suffix("")
HEAD = [
    "# Records",
    "",
    "How well fields are read, how sure one can be of them, and what that costs.",
    "`uv run --group benchmark python -m benchmarks.records` writes this page; intervals in brackets are 95 %",
    "bootstrap intervals over documents. The rules were written with a look at these documents: expect less on others.",
    "",
]


def main() -> None:
    evaluation_data.require()
    wanted = sys.argv[1:] or PARTS
    if unknown := set(wanted) - set(PARTS) - {"page"}:
        raise SystemExit(f"no part {', '.join(sorted(unknown))}: choose of {', '.join(PARTS)}")
    for part in PARTS:
        if part in wanted:
            print(f"{part} …", flush=True)
            subprocess.run([sys.executable, "-m", "benchmarks.records.__main__", "--measure", part], check=True)
    RESULT.write_text("\n".join(page()).rstrip() + "\n")


def measure(part: str) -> None:
    """Measure one part and keep its figures."""
    started = time.perf_counter()
    figures = import_module(f"benchmarks.records.{part}").measure()
    seconds = time.perf_counter() - started
    kept = {"machine": machine.describe(), "commit": machine.commit(), "seconds": round(seconds), "figures": figures}
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / f"{part}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def page() -> list[str]:
    lines = list(HEAD)
    for part in PARTS:
        file = FIGURES / f"{part}.json"
        if not file.exists():
            continue
        kept = json.loads(file.read_text())
        lines += import_module(f"benchmarks.records.{part}").report(kept["figures"], FIGURES)
        lines += ["", f"<sub>{kept['machine']}, commit {kept['commit']}, {kept['seconds']} s</sub>", ""]
    return lines


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2])
    else:
        main()
