"""The publishing sensor: when documents were read and none is being read, the corpus is built again."""

import dagster as dg

from ocr_assets.automation.jobs import publish_corpus
from ocr_assets.automation.watching import watch
from resources.ledger import Ledger
from resources.ledger.changes import NOTHING
from resources.stores import LedgerResource

IN_FLIGHT = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def publish_sensor() -> dg.SensorDefinition:
    @dg.sensor(
        name="publish_when_read",
        job=publish_corpus,
        # The daemon looks every five seconds; with an interval as long it would pass over every second time.
        minimum_interval_seconds=1,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Publishes the corpus when outcomes changed and no run is in flight.",
    )
    def sense(context: dg.SensorEvaluationContext, ledger: LedgerResource) -> dg.RunRequest | dg.SkipReason:
        held = ledger.open()
        state = watch(lambda: _to_be_published(held, context.instance))
        # The key is the state: what the gate refused is not tried again until something changes.
        return dg.SkipReason("nothing was read, or not to its end") if state is None else dg.RunRequest(run_key=state)

    return sense


def _to_be_published(ledger: Ledger, instance: dg.DagsterInstance) -> str | None:
    """The ledger's state where the corpus does not hold it and no document is being read."""
    state = ledger.state()
    if state in (NOTHING, ledger.published_state()):
        return None
    return None if instance.get_runs_count(dg.RunsFilter(statuses=IN_FLIGHT)) else state
