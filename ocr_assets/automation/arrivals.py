"""Documents that sensors registered → partitions and batch runs: the one way for inbox, bucket and requests.

What is to be asked for stands in the ledger, so a tick that dies anywhere loses and doubles nothing: a batch is asked
for, under its own run key, until Dagster has a run of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from ocr_assets.automation.jobs import read_documents
from partitions import add_documents, contiguous_batches, documents, range_tags
from partitions.documents import LARGEST_BATCH
from resources.ledger import Ledger, asking

RUN_KEY, SENSOR = "dagster/run_key", "dagster/sensor_name"
WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]


def run_requests(instance: dg.DagsterInstance, ledger: Ledger, sensor: str) -> list[dg.RunRequest]:
    """Runs to be asked for by this sensor now; adds the partitions of its new documents."""
    for batch in asking.outstanding(ledger.engine, sensor):
        if instance.get_runs_count(dg.RunsFilter(tags={RUN_KEY: batch, SENSOR: sensor})):
            with ledger.transaction() as connection:
                asking.settle(connection, batch)
    if wanted := asking.wanted(ledger.engine, sensor):
        add_documents(instance, wanted)
        # By Dagster's order, which a run's range means: keys of other sensors may have come in between.
        order = list(instance.get_dynamic_partitions(str(documents.name)))
        # While runs wait, small batches would only wait with them: they grow until it is their turn.
        smallest = LARGEST_BATCH if _runs_wait(instance) else 1
        with ledger.transaction() as connection:
            asking.cut_batches(connection, sensor, lambda keys: _batches(keys, order, smallest))
    return [
        dg.RunRequest(run_key=batch, tags=range_tags(*asking.ends_of(batch)))
        for batch in asking.outstanding(ledger.engine, sensor)
    ]


def _batches(keys: list[str], order: list[str], smallest: int) -> Iterator[list[str]]:
    place = {key: i for i, key in enumerate(order)}
    # One that was registered a moment ago has no partition yet: the next tick adds it.
    present = [key for key in keys if key in place]
    for first, last in contiguous_batches(present, order, LARGEST_BATCH):
        members = order[place[first] : place[last] + 1]
        if len(members) >= smallest:
            yield members


def _runs_wait(instance: dg.DagsterInstance) -> bool:
    return bool(instance.get_runs_count(dg.RunsFilter(job_name=read_documents.name, statuses=WAITING)))
