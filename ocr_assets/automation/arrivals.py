"""Documents that sensors registered → partitions and batch runs: the one way for inbox, bucket and requests.

What is to be asked for stands in the ledger, so a tick that dies anywhere loses and doubles nothing: a batch is asked
for, under its own run key, until Dagster has a run of it, and followed until its documents have outcomes. Documents
that a failed run left without one are asked for again, later and in smaller batches each time: one that harms its batch
ends up alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import dagster as dg

from ocr_assets.automation.jobs import read_documents
from partitions import add_documents, contiguous_batches, newest, range_tags
from partitions.documents import LARGEST_BATCH
from resources.ledger import Ledger, asking, batches

log = logging.getLogger(__name__)

RUN_KEY, SENSOR, WILL_RETRY = "dagster/run_key", "dagster/sensor_name", "dagster/will_retry"
OVERLAP = 200
"""Documents before the last one that are looked at again: on Postgres one may be committed after later ones."""
WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]

LOOKED_AT = 100  # batches a tick
LOOK_SECONDS = 30.0  # until a batch whose run goes on is looked at again
RETRY_SECONDS = 600.0  # what Dagster may take to begin a failed run again


def run_requests(instance: dg.DagsterInstance, ledger: Ledger, sensor: str) -> list[dg.RunRequest]:
    """Runs to be asked for by this sensor now; adds the partitions of its new documents."""
    for batch in asking.outstanding(ledger.engine, sensor):
        if instance.get_runs_count(dg.RunsFilter(tags={RUN_KEY: batch, SENSOR: sensor})):
            with ledger.transaction() as connection:
                asking.settle(connection, batch, sensor)
    _follow(instance, ledger, sensor)
    if wanted := asking.wanted(ledger.engine, sensor):
        add_documents(instance, wanted)
        # By Dagster's order, which a run's range means: keys of other sensors may have come in between.
        order = newest(instance, wanted)
        busy = _runs_wait(instance)
        with ledger.transaction() as connection:
            asking.cut_batches(connection, sensor, lambda keys, tries: _batches(keys, order, tries, busy=busy))
    return [
        dg.RunRequest(run_key=batch, tags=range_tags(*asking.ends_of(batch)))
        for batch in asking.outstanding(ledger.engine, sensor)
    ]


def given_up(ledger: Ledger, sensor: str) -> str:
    """What this sensor does not ask for any more, in words; empty where there is nothing."""
    found = batches.given_up(ledger.engine, sensor)
    count = sum(len(one.documents) for one in found)
    return f"given up: {count} documents, see `ocr-assets status`; last: {found[-1].why}" if found else ""


def _follow(instance: dg.DagsterInstance, ledger: Ledger, sensor: str) -> None:
    """Find batches whose run has ended without an outcome of each document, and ask for those again in their time."""
    now = time.time()
    for batch, state in batches.due(ledger.engine, sensor, now, LOOKED_AT):
        of_batch = dg.RunsFilter(tags={RUN_KEY: batch, SENSOR: sensor})
        run = next(iter(instance.get_run_records(of_batch, limit=1)), None)
        with ledger.transaction() as connection:
            if run is not None and _goes_on(run, now):
                batches.put_off(connection, batch, now + LOOK_SECONDS)
            elif state == "failed":
                batches.ask_again(connection, batch, sensor)
            else:
                became = batches.ended(connection, batch, *_end(run), now, for_good=_cancelled(run))
                if became == "given_up" and state != became:
                    log.warning("batch %s is given up: %s", batch, _end(run)[1])


def _goes_on(run: dg.RunRecord, now: float) -> bool:
    of = run.dagster_run
    if not of.is_finished:
        return True
    retried = of.status == dg.DagsterRunStatus.FAILURE and of.tags.get(WILL_RETRY) == "true"
    return retried and now - (run.end_time or now) < RETRY_SECONDS


def _cancelled(run: dg.RunRecord | None) -> bool:
    return run is not None and run.dagster_run.status == dg.DagsterRunStatus.CANCELED


def _end(run: dg.RunRecord | None) -> tuple[str, str]:
    """A batch's last run, and what became of it."""
    if run is None:
        return "", "its run was deleted"
    of = run.dagster_run
    words = {dg.DagsterRunStatus.FAILURE: "failed", dg.DagsterRunStatus.CANCELED: "was cancelled"}
    return of.run_id, f"its run {of.run_id} {words.get(of.status, 'ended without an outcome of each')}"


def add_arrived(instance: dg.DagsterInstance, ledger: Ledger, cursor: str | None) -> str:
    """Add the partitions of documents that were registered since `cursor`; returns the next cursor.

    A cursor names the last document there was: another ledger, which has another document there, is begun anew.
    """
    position, _, key = (cursor or "0 ").partition(" ")
    arrived = asking.arrived(ledger.engine, max(0, int(position) - OVERLAP))
    if key and (int(position), key) not in arrived:
        arrived = asking.arrived(ledger.engine, 0)
    add_documents(instance, [document for _, document in arrived])
    return " ".join(map(str, arrived[-1])) if arrived else ""


def _batches(keys: list[str], order: list[str], tries: int, *, busy: bool) -> Iterator[list[str]]:
    largest = max(1, LARGEST_BATCH >> max(0, tries - 1))
    # While runs wait, small batches would only wait with them: they grow until it is their turn.
    smallest = LARGEST_BATCH if busy and not tries else 1
    place = {key: i for i, key in enumerate(order)}
    # One that was registered a moment ago has no partition yet: the next tick adds it.
    present = [key for key in keys if key in place]
    for first, last in contiguous_batches(present, order, largest):
        members = order[place[first] : place[last] + 1]
        if len(members) >= smallest:
            yield members


def _runs_wait(instance: dg.DagsterInstance) -> bool:
    return bool(instance.get_runs_count(dg.RunsFilter(job_name=read_documents.name, statuses=WAITING)))
