"""The publishing sensor: when documents were read and none is being read, the corpus is built again."""

import dagster as dg

from ocr_assets.automation.jobs import publish_corpus
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
        minimum_interval_seconds=5,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Publishes the corpus when outcomes changed and no run is in flight.",
    )
    def sense(context: dg.SensorEvaluationContext, ledger: LedgerResource) -> dg.RunRequest | dg.SkipReason:
        held = ledger.open()
        if not held.documents():
            return dg.SkipReason("no documents yet")
        state = held.state()
        if state == held.published_state():
            return dg.SkipReason("the corpus holds everything that was read")
        if context.instance.get_runs_count(dg.RunsFilter(statuses=IN_FLIGHT)):
            return dg.SkipReason("documents are being read")
        # The key is the state: what the gate refused is not tried again until something changes.
        return dg.RunRequest(run_key=state)

    return sense
