"""A file dropped into the inbox of a running system until its words are found: seconds, and where they go."""

from __future__ import annotations

import itertools
import shutil
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from benchmarks import evaluation_data
from ocr.evaluation.truth import Truth
from ocr_assets_tests.end_to_end.browser import served
from resources.ledger import Ledger

DROPS = 6
POLL = 0.1
PATIENCE = 300.0
BETWEEN = 7.3
"""Seconds between two drops: no multiple of the sensors' five, so that they come at different moments of them."""


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="latency-") as folder:
        home = Path(folder)
        (home / "inbox").mkdir()
        with served(home):
            time.sleep(20)
            drops = []
            for image, truth in itertools.islice(evaluation_data.sroie(), DROPS):
                drops.append(_drop(home, image, truth))
                print(drops[-1], flush=True)
                time.sleep(BETWEEN)
    return {"drops": drops}


def _drop(home: Path, image: Path, truth: Truth) -> dict[str, float]:
    """Seconds after the drop of: registered, run begun, all stages read, publishing begun, found."""
    shutil.copyfile(image, home / "inbox" / image.name)
    dropped = time.time()
    while not _found(home / "corpus.duckdb", image.name, _words(truth)):
        if time.time() - dropped > PATIENCE:
            raise SystemExit(f"{image.name} was not found after {PATIENCE:.0f} s")
        time.sleep(POLL)
    found = time.time()
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    document = next(d for d in ledger.documents() if d.name == image.name)
    read = max(
        datetime.fromisoformat(o.made_at).timestamp()
        for o in ledger.outputs([document.document])[document.document].values()
    )
    begun = _began(home)
    times = {
        "registered": datetime.fromisoformat(document.received_at).timestamp(),
        "run begun": max(begun["read_documents"]),
        "read": read,
        "publishing begun": max(begun["publish_corpus"]),
        "found": found,
    }
    return {name: round(at - dropped, 2) for name, at in times.items()}


def _words(truth: Truth) -> set[str]:
    wording = " ".join(line.text for page in truth.pages for line in page.lines or [])
    return {word for word in wording.split() if len(word) >= 5 and word.isalpha()}


def _found(corpus: Path, name: str, words: set[str]) -> bool:
    if not corpus.exists():
        return False
    with duckdb.connect(str(corpus), read_only=True) as connection:
        query = "select upper(text) from words join documents using (document) where name = ?"
        return bool(words & {word for (word,) in connection.execute(query, [name]).fetchall()})


def _began(home: Path) -> dict[str, list[float]]:
    begun: dict[str, list[float]] = {}
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        for record in instance.get_run_records(limit=10):
            if record.start_time is not None:
                begun.setdefault(record.dagster_run.job_name, []).append(record.start_time)
    return begun


def report(figures: dict[str, Any], folder: Path) -> list[str]:
    drops = figures["drops"]
    times = [drop["found"] for drop in drops]
    warm = times[1:]
    lines = [
        "## From the inbox to the search",
        "",
        "A receipt is dropped into the inbox of a running `ocr-assets ui` (web server and daemon, settings as",
        "shipped), until the corpus that people query holds its words. Seconds after the drop, registering in whole",
        "ones; the first drop comes 20 s after the web server answers, while the worker may still be getting ready.",
        "",
        "| drop | " + " | ".join(drops[0]) + " |",
        "|" + " --- |" * (len(drops[0]) + 1),
    ]
    for number, drop in enumerate(drops, 1):
        lines.append(f"| {number} | " + " | ".join(f"{at:.1f}" for at in drop.values()) + " |")
    return [
        *lines,
        "",
        f"Median {statistics.median(times):.1f} s, worst {max(times):.1f} s; after the first drop median "
        f"{statistics.median(warm):.1f} s, worst {max(warm):.1f} s.",
    ]
