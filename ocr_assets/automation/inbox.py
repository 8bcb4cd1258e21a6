"""The folder sensor: files dropped into the inbox become partitions and one batch run."""

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import dagster as dg

from ocr_assets.automation.jobs import read_documents
from ocr_assets.intake import find_files, register_files
from partitions import contiguous_batches, documents, range_tags
from partitions.documents import ADD_AT_ONCE, LARGEST_BATCH
from resources.settings import Settings
from resources.stores import LedgerResource

FILES_A_TICK = 500  # a tick hashes what it takes, and must end well within Dagster's 60 s
QUIET_SECONDS = 1.0  # a file that changed just now may still be being written


def inbox_sensor(settings: Settings) -> dg.SensorDefinition:
    inbox = settings.inbox

    @dg.sensor(
        name="inbox",
        job=read_documents,
        minimum_interval_seconds=5,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Files in {inbox} become documents and are read, a batch a run.",
    )
    def sense(context: dg.SensorEvaluationContext, ledger: LedgerResource) -> dg.SensorResult | dg.SkipReason:
        held = ledger.open()
        known = held.known_files()
        intake = register_files(islice(_arrived(inbox, known), FILES_A_TICK), held)
        # Documents registered elsewhere (`ocr-assets add`, a tick that died) get their partitions here too.
        order = [document.document for document in held.documents()]
        present = set(context.instance.get_dynamic_partitions(str(documents.name)))
        missing = [key for key in order if key not in present][:ADD_AT_ONCE]
        if not missing and not intake.new:
            return dg.SkipReason(f"nothing new in {inbox}")
        read_now = [key for key in intake.new if key in present or key in set(missing)]
        return dg.SensorResult(
            dynamic_partitions_requests=[documents.build_add_request(missing)] if missing else [],
            run_requests=[
                dg.RunRequest(run_key=f"{first}..{last}", tags=range_tags(first, last))
                for first, last in contiguous_batches(read_now, order, LARGEST_BATCH)
            ],
        )

    return sense


def _arrived(inbox: Path, known: dict[str, tuple[int, float]]) -> Iterator[Path]:
    """Files that are new or changed, and have been left alone for a moment."""
    if not inbox.is_dir():
        return
    now = time.time()
    for file in find_files([inbox]):
        stat = file.stat()
        if known.get(file.resolve().as_uri()) != (stat.st_size, stat.st_mtime) and now - stat.st_mtime > QUIET_SECONDS:
            yield file
