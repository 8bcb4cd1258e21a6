"""What a document costs in a home of 100 documents, and in one of 20,000.

    python -m benchmarks.scale [--quick]

Writes docs/results/scale.md. One home grows from size to size; 40 of its documents are really read, the others have
made outputs (`benchmarks/scale_documents.py`) that everything takes for real ones.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np

from benchmarks import machine
from benchmarks.scale_documents import DIMENSION, WORDS, Maker, draw
from benchmarks.scale_report import write
from ocr_assets.automation import watching
from ocr_assets.automation.inbox import inbox_sensor
from ocr_assets.automation.instance import open_instance
from ocr_assets.automation.publish import publish_sensor
from ocr_assets.intake import find_files, register_files
from partitions import add_documents, documents
from resources.drift.reports import look
from resources.lake import Lake
from resources.ledger import Ledger, asking
from resources.publishing import publish
from resources.settings import Settings, load_settings
from resources.staleness.overview import overview
from resources.stores import LedgerResource
from resources.variants.sides import pending
from resources.variants.variant import fingerprints
from resources.warehouse import search

PROGRAM = Path(sys.executable).with_name("ocr-assets")
SIZES, QUICK = (100, 1_000, 5_000, 20_000), (60, 200)
SAMPLE, NEW, TIMES = 40, 10, 3
DRIFT_UP_TO = 1_000  # documents: the first look measures each of them

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="two small sizes, to try the benchmark itself")
    sizes = QUICK if parser.parse_args().quick else SIZES
    watching.SECONDS = 0.0  # a tick looks once, and does not wait for more
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        os.environ["OCR_HOME"] = folder
        os.environ.pop("DAGSTER_HOME", None)
        home = Home(Path(folder))
        home.read_sample()
        found = {}
        for size in sizes:
            found[size] = home.measured(size)
            where = f"{machine.describe()}, commit {machine.commit()}"
            write(found, home.bytes_a_document(), where, time.monotonic() - began)
            print(f"{size} documents: {time.monotonic() - began:.0f} s", flush=True)


class Home:
    """A home that grows, and what things cost in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.inbox = folder, folder / "inbox"
        self.settings: Settings = load_settings()
        self.ledger, self.lake = Ledger(self.settings.ledger_url), Lake(self.settings.lake_url)
        self.fingerprints = fingerprints(self.settings)
        self.maker = Maker(self.fingerprints, self.lake, self.ledger)
        self.count = 0
        self.cursor: str | None = None

    def read_sample(self) -> None:
        self._drop(SAMPLE)
        register_files(find_files([self.inbox]), self.ledger)
        self.command("run", "--workers", "1")

    def measured(self, size: int) -> Figures:
        found: Figures = {}
        grown = size - NEW - self.count
        self._drop(grown)
        with timed(found, "register, a document", grown):
            keys = register_files(find_files([self.inbox]), self.ledger).new
        with timed(found, "store and record made outputs, a document", grown):
            self.maker.make_read(self.ledger.documents(keys))
        with open_instance() as instance:
            with timed(found, "Dagster: add partitions, a document", grown):
                add_documents(instance, keys)
            with timed(found, "Dagster: list partitions"):
                instance.get_dynamic_partitions(str(documents.name))
            self._tick(inbox_sensor(self.settings), instance)  # its cursor is that of a daemon that was running
            self._corpus(found, size)
            self._ticks(found, instance)
        self._asked(found)
        self._search(found)
        return found

    def _corpus(self, found: Figures, size: int) -> None:
        with timed(found, "corpus: written whole, a document", size - NEW):
            self._publish(whole=True)
        with timed(found, "corpus: nothing changed"):
            self._publish()
        if size <= DRIFT_UP_TO:
            look(self.ledger, self.lake, self.settings.drift)
            with timed(found, "drift: nothing new"):
                look(self.ledger, self.lake, self.settings.drift)

    def _ticks(self, found: Figures, instance: dg.DagsterInstance) -> None:
        inbox, publishing = inbox_sensor(self.settings), publish_sensor()
        repeated(found, "inbox tick: nothing new", lambda: self._tick(inbox, instance))
        repeated(found, "publish tick: nothing new", lambda: self._tick(publishing, instance))
        self._drop(NEW)
        with timed(found, f"inbox tick: {NEW} new"):
            self._tick(inbox, instance)
        with self.ledger.transaction() as connection:
            for batch in asking.outstanding(self.ledger.engine, inbox.name):
                asking.settle(connection, batch, inbox.name)
        new = [item.document for item in pending(self.ledger, self.settings)]
        self.maker.make_read(self.ledger.documents(new))
        repeated(found, "publish tick: something new", lambda: self._tick(publishing, instance))
        with timed(found, f"corpus: {NEW} new"):
            self._publish()

    def _asked(self, found: Figures) -> None:
        repeated(found, "pending: nothing", lambda: pending(self.ledger, self.settings))
        other = self.fingerprints | {"embeddings": "another model"}
        repeated(found, "pending: everything is stale, a document", lambda: self.ledger.pending(other), self.count)
        due = pending(self.ledger, self.settings)
        repeated(found, "status", lambda: overview(self.ledger, due, "live", 20))
        repeated(found, "ocr-assets status", lambda: self.command("status"))
        repeated(found, "ocr-assets run: nothing new", lambda: self.command("run"))

    def _search(self, found: Figures) -> None:
        vector = np.random.default_rng(1).normal(size=DIMENSION).astype(np.float32)
        vector /= np.linalg.norm(vector)
        words = f"{WORDS[3]} {WORDS[40]} {WORDS[77]}"
        path = self.settings.corpus_path
        repeated(found, "search: words", lambda: search(path, words, None, 10))
        repeated(found, "search: words and vectors", lambda: search(path, words, vector, 10))

    def bytes_a_document(self) -> dict[str, float]:
        """What a document takes in each place."""
        places = {
            "lake": self.folder / "lake",
            "ledger": self.folder / "ledger.db",
            "corpus": self.settings.corpus_path,
        }
        return {name: size_of(path) / self.count for name, path in places.items()}

    def command(self, *arguments: str) -> None:
        subprocess.run([PROGRAM, *arguments], check=True, capture_output=True, env=os.environ | {"COLUMNS": "140"})

    def _publish(self, *, whole: bool = False) -> None:
        publish(self.settings.corpus_path, self.ledger, self.lake, self.settings, whole=whole)

    def _drop(self, count: int) -> None:
        numbers = range(self.count, self.count + count)
        for start in range(0, len(numbers), 1_000):
            for file in draw(self.inbox / f"{numbers[start]:06}", numbers[start : start + 1_000]):
                os.utime(file, (time.time() - 60, time.time() - 60))
        self.count += count

    def _tick(self, sensor: dg.SensorDefinition, instance: dg.DagsterInstance) -> None:
        held = {"ledger": LedgerResource(url=self.settings.ledger_url)}
        context = dg.build_sensor_context(instance=instance, cursor=self.cursor, resources=held)
        answer: Any = sensor(context)
        if isinstance(answer, Generator):
            list(answer)
        if sensor.name == "inbox":
            self.cursor = context.cursor


@contextmanager
def timed(found: Figures, name: str, of: int = 1) -> Generator[None]:
    began = time.perf_counter()
    yield
    found[name] = (time.perf_counter() - began) / of


def repeated(found: Figures, name: str, work: Callable[[], Any], of: int = 1) -> None:
    """The median of some times."""
    seconds = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    found[name] = statistics.median(seconds) / of


def size_of(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(size_of(Path(entry.path)) if entry.is_dir() else entry.stat().st_size for entry in os.scandir(path))


if __name__ == "__main__":
    main()
