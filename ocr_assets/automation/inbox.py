"""The folder sensor: files dropped into the inbox become partitions and one batch run."""

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import dagster as dg

from ocr_assets.automation.arrivals import add_arrived, given_up, run_requests
from ocr_assets.automation.jobs import read_documents
from ocr_assets.automation.watching import watch
from ocr_assets.intake import files_below, register_files
from resources.settings import Settings
from resources.stores import LedgerResource

FILES_A_TICK = 500  # a tick hashes what it takes, and must end well within Dagster's 60 s
QUIET_SECONDS = 1.0  # a file that changed just now may still be being written
NAME = "inbox"


def inbox_sensor(settings: Settings) -> dg.SensorDefinition:
    inbox = settings.inbox

    @dg.sensor(
        name=NAME,
        job=read_documents,
        # The daemon looks every five seconds; with an interval as long it would pass over every second time.
        minimum_interval_seconds=1,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Files in {inbox} become documents and are read, a batch a run.",
    )
    def sense(context: dg.SensorEvaluationContext, ledger: LedgerResource) -> dg.SensorResult | dg.SkipReason:
        held = ledger.open()
        known = held.known_files(under=f"{inbox.resolve().as_uri()}/")
        if watch(lambda: next(_arrived(inbox, known), None)):
            register_files(islice(_arrived(inbox, known), FILES_A_TICK), held, asked_by=NAME, known_files=known)
        # Documents registered elsewhere (`ocr-assets add`) get their partitions here too.
        context.update_cursor(add_arrived(context.instance, held, context.cursor))
        runs = run_requests(context.instance, held, NAME)
        if runs:
            return dg.SensorResult(run_requests=runs)
        return dg.SkipReason(given_up(held, NAME) or f"nothing new in {inbox}")

    return sense


def _arrived(inbox: Path, known: dict[str, tuple[int, float]]) -> Iterator[Path]:
    """Files that are new or changed, and have been left alone for a moment."""
    if not inbox.is_dir():
        return
    now = time.time()
    for file, uri in files_below(inbox):
        stat = file.stat()
        if known.get(uri) != (stat.st_size, stat.st_mtime) and now - stat.st_mtime > QUIET_SECONDS:
            yield file
