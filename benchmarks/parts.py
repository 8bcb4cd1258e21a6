"""A result page made of parts, each a module with `measure() -> figures` and `report(figures, folder) -> lines`.

A part is measured in a process of its own; its figures are kept beside the page, so that one part can be measured
again and the page be written from all of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from benchmarks import evaluation_data, machine

RESULTS = Path(__file__).parents[1] / "docs" / "results"


def run(package: str, parts: Sequence[str], head: Sequence[str]) -> None:
    """The command line of a package of benchmarks: measures the parts named (else all) and writes the page."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--measure"]:
        _measure(package, arguments[1])
        return
    evaluation_data.require()
    wanted = arguments or parts
    if unknown := set(wanted) - set(parts):
        raise SystemExit(f"no part {', '.join(sorted(unknown))}: choose of {', '.join(parts)}")
    for part in wanted:
        print(f"{part} …", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{package}", "--measure", part], check=True)
    (RESULTS / f"{package}.md").write_text("\n".join(_page(package, parts, head)).rstrip() + "\n")


def _measure(package: str, part: str) -> None:
    started = time.perf_counter()
    figures = import_module(f"benchmarks.{package}.{part}").measure()
    seconds = time.perf_counter() - started
    kept = {"machine": machine.describe(), "commit": machine.commit(), "seconds": round(seconds), "figures": figures}
    folder = RESULTS / package
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def _page(package: str, parts: Sequence[str], head: Sequence[str]) -> list[str]:
    lines = list(head)
    folder = RESULTS / package
    for part in parts:
        file = folder / f"{part}.json"
        if file.exists():
            kept = json.loads(file.read_text())
            lines += import_module(f"benchmarks.{package}.{part}").report(kept["figures"], folder)
            took = f", {kept['seconds']} s" if kept["seconds"] else ""
            lines += ["", f"<sub>{kept['machine']}, commit {kept['commit']}{took}</sub>", ""]
    return lines
