"""Running again: with nothing new, and with another setting of the last stage."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.scale_documents import Maker, draw
from benchmarks.throughput.pages import receipts
from ocr_assets.bench.platform import PROGRAM, checked, run
from ocr_assets.intake import register_files
from resources.lake import Lake
from resources.ledger import Ledger
from resources.settings import load_settings
from resources.variants.variant import fingerprints

READ = 1_000
COPIES = 5
TIMES = 3
OTHER = {"OCR_EMBEDDINGS__CHUNK_TOKENS": "150"}


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="again-") as made:
        folder = Path(made)
        return {"nothing": _nothing_new(folder), "embeddings": _other_embeddings(folder)}


def _nothing_new(folder: Path) -> dict[str, Any]:
    """Seconds of `ocr-assets run` where all is read and published; the outputs are made ones."""
    home = folder / "many"
    os.environ["OCR_HOME"] = str(home)
    home.mkdir()
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    register_files(draw(folder / "drawn", range(READ)), ledger)
    Maker(fingerprints(load_settings()), Lake(str(home / "lake")), ledger).make_read(ledger.documents())
    checked([PROGRAM, "run"], _env(home))
    took = []
    for _ in range(TIMES):
        started = time.perf_counter()
        done = subprocess.run([PROGRAM, "run", "--json"], env=_env(home), capture_output=True, text=True, check=True)
        took.append(time.perf_counter() - started)
        if not json.loads(done.stdout)["nothing_to_do"]:
            raise SystemExit(f"there was something to do: {done.stdout}")
    return {"documents": READ, "seconds": took}


def _other_embeddings(folder: Path) -> dict[str, Any]:
    """The same home read from the start, and again with other chunks: seconds of the commands and of the stages."""
    home = folder / "read"
    first = run(home, receipts(folder / "pages", COPIES), 2)
    before = _stage_seconds(home)
    started = time.perf_counter()
    checked([PROGRAM, "run"], _env(home) | OTHER)
    wall = time.perf_counter() - started
    return {
        "documents": first.documents,
        "whole": {"wall": first.wall, "stages": sum(before.values())},
        "again": {"wall": wall, "stages": _stage_seconds(home)["embeddings"]},
    }


def _stage_seconds(home: Path) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for outputs in Ledger(f"sqlite:///{home / 'ledger.db'}").outputs().values():
        for stage, output in outputs.items():
            seconds[stage] = seconds.get(stage, 0.0) + output.seconds
    return seconds


def _env(home: Path) -> dict[str, str]:
    checks = {"OCR_CHECKS__CORPUS_CER": "9", "OCR_CHECKS__CORPUS_FIELDS": "0"}
    return {**os.environ, **checks, "OCR_HOME": str(home)}


def report(figures: dict[str, Any], folder: Path) -> list[str]:
    nothing, embeddings = figures["nothing"], figures["embeddings"]
    whole, again = embeddings["whole"], embeddings["again"]
    return [
        "## Running again",
        "",
        f"- `ocr-assets run` over {nothing['documents']:,} documents with nothing new: "
        + ", ".join(f"{seconds:.2f}" for seconds in nothing["seconds"])
        + " s, the whole command.",
        f"- Another length of chunks over {embeddings['documents']} receipts, two workers: {again['wall']:.1f} s "
        f"against {whole['wall']:.1f} s for reading all, {again['wall'] / whole['wall']:.3f}. Of this the stages take "
        f"{again['stages']:.1f} s against {whole['stages']:.1f} s ({again['stages'] / whole['stages']:.3f}); the rest "
        "is starting, events and publishing.",
    ]
