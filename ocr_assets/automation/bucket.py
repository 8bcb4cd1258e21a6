"""The bucket sensor: objects become documents and batch runs, by their notifications and by listing the bucket."""

from __future__ import annotations

import time
from collections import Counter

import dagster as dg

from ocr_assets.automation.arrivals import given_up, run_requests
from ocr_assets.automation.jobs import read_documents
from ocr_assets.objects import Wanted, look
from ocr_assets.submissions import Desk, drain
from resources.bucket.listing import Cursor, bucket_and_prefix, within
from resources.requests.queue import open_queue
from resources.settings import Settings, SettingsError
from resources.stores import LedgerResource

NAME = "bucket"
TICK_SECONDS = 12.0  # no object is begun after it; the last one may take 40 s, and Dagster ends a tick after 60 s
OBJECTS_A_TICK = 1_000
WAIT_SECONDS = 2.0


def bucket_sensor(settings: Settings) -> dg.SensorDefinition:
    bucket = settings.bucket
    name, prefix = bucket_and_prefix(bucket.url)
    lake, folder = bucket_and_prefix(f"{settings.lake_url.rstrip('/')}/")
    if lake == name and folder.startswith(prefix):
        what = f"the lake {settings.lake_url} lies under it: what is made of documents would be read as documents"
        raise SettingsError(f"bucket.url: {what}; name another prefix")
    wanted = Wanted(NAME, bucket.collection, "live", settings.limits.max_bytes, prefix)

    @dg.sensor(
        name=NAME,
        job=read_documents,
        # The daemon looks every five seconds; with an interval as long it would pass over every second time.
        minimum_interval_seconds=1,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Objects under {bucket.url} become documents and are read, a batch a run.",
    )
    def sense(context: dg.SensorEvaluationContext, ledger: LedgerResource) -> dg.SensorResult:
        from resources.aws import client

        held, until = ledger.open(), time.monotonic() + TICK_SECONDS
        counts: Counter[str] = Counter()
        if bucket.queue:
            desk = Desk(client("s3"), held, wanted, accepts=lambda one: within(one, bucket.url))
            counts = drain(open_queue(client("sqs"), bucket.queue), desk, wait=WAIT_SECONDS, until=until)
        cursor = Cursor.read(context.cursor, bucket.url)
        if cursor.due(time.time(), bucket.every):
            cursor, seen = look(client("s3"), bucket.url, cursor, held, wanted, until=until, most=OBJECTS_A_TICK)
            counts += seen
        runs = run_requests(context.instance, held, NAME)
        said = [given_up(held, NAME), *(f"{n} {what}" for what, n in counts.items())]
        skip = None if runs else dg.SkipReason(", ".join(filter(None, said)) or "nothing new")
        return dg.SensorResult(run_requests=runs, skip_reason=skip, cursor=cursor.text)

    return sense
