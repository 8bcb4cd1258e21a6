"""Runs an experiment with warm workers: what `ocr-assets experiment run` does.

Workers read aside, batch by batch, so that a document that ends its worker is told from the others; then one of them
compares, which finds everything in the lake.
"""

from __future__ import annotations

import time

from rich.console import Console

from ocr_assets.interruption import check
from ocr_assets.running import POLL_SECONDS, only_run, workers_of
from resources.experiments.chosen import choose
from resources.experiments.experiment import Experiment, NothingToRead
from resources.experiments.kept import latest
from resources.lake import Lake
from resources.ledger import Ledger
from resources.settings import Settings
from resources.variants.variant import find


class ExperimentFailed(Exception):
    """The machine failed; what was read aside is used when it is run again."""


def run_experiment(
    name: str, settings: Settings, workers: int, *, sample: int, seed: int, console: Console | None
) -> Experiment:
    """Read by both sides with `workers` processes, compare, and keep what came of it.

    Raises `VariantError`, `NothingToRead`, `ExperimentFailed`, and `AnotherRun` where another run is at work.
    """
    ledger = Ledger(settings.ledger_url)
    find(ledger, name)
    keys = choose(ledger, settings.truth_folders, sample, seed).keys
    if not keys:
        raise NothingToRead("there is no document to try it on: add some, with ground truth best, and read them")
    size = max(1, min(settings.run.batch, -(-len(keys) // (2 * workers))))
    batches = [keys[start : start + size] for start in range(0, len(keys), size)]
    with only_run(), workers_of(settings) as crew:
        if console is not None:
            console.print(f"Reading {len(keys)} documents aside, as they are read now and by {name} …")
        threads = crew.read_aside(name, batches, min(workers, len(batches)))
        while any(thread.is_alive() for thread in threads):
            check()
            time.sleep(POLL_SECONDS)
        if crew.errors:
            raise ExperimentFailed("; ".join(crew.errors))
        answer = crew.ask_one({"experiment": name, "sample": sample, "seed": seed})
        if not answer["ok"]:
            raise ExperimentFailed(answer.get("error", "the run failed"))
    return latest(Lake(settings.lake_url), name)
