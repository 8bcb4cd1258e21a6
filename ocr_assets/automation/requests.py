"""The request sensor: documents that others ask for, through a queue, are registered and read."""

from __future__ import annotations

import time
from pathlib import Path

import dagster as dg

from ocr_assets.automation.arrivals import given_up, run_requests
from ocr_assets.automation.jobs import read_documents
from ocr_assets.objects import Wanted
from ocr_assets.submissions import Desk, drain
from resources.bucket.listing import within
from resources.requests.queue import open_queue
from resources.settings import Settings
from resources.stores import LedgerResource

NAME = "requests"
TICK_SECONDS = 12.0  # no message is begun after it; the last one may take 40 s, and Dagster ends a tick after 60 s
WAIT_SECONDS = 5.0


def requests_sensor(settings: Settings) -> dg.SensorDefinition:
    asked = settings.requests

    @dg.sensor(
        name=NAME,
        job=read_documents,
        # The daemon looks every five seconds; with an interval as long it would pass over every second time.
        minimum_interval_seconds=1,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Documents asked for through {asked.queue} are read, and those who asked are answered.",
    )
    def sense(context: dg.SensorEvaluationContext, ledger: LedgerResource) -> dg.SensorResult | dg.SkipReason:
        from resources.aws import client

        held, until = ledger.open(), time.monotonic() + TICK_SECONDS
        desk = Desk(
            client=client("s3"),
            ledger=held,
            wanted=Wanted(NAME, "default", "live", settings.limits.max_bytes),
            accepts=lambda one: bool(settings.bucket.url) and within(one, settings.bucket.url),
            folders=tuple(map(Path, asked.folders)),
            receives=asked.receives,
        )
        queue = open_queue(client("sqs"), asked.queue, asked.dead_letters)
        counts = drain(queue, desk, wait=WAIT_SECONDS, until=until)
        runs = run_requests(context.instance, held, NAME)
        if runs:
            return dg.SensorResult(run_requests=runs)
        said = [given_up(held, NAME), *(f"{n} {what}" for what, n in counts.items())]
        return dg.SkipReason(", ".join(filter(None, said)) or "no requests")

    return sense
