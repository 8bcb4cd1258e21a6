"""What Dagster's daemon does with a sensor's tick, without the daemon."""

from __future__ import annotations

import dagster as dg

from partitions.documents import RANGE_END, RANGE_START, documents
from resources.settings import load_settings
from resources.stores import LedgerResource


@dg.job(name="read_documents")
def some_job() -> None:
    """Stands for the run that is asked for."""


def evaluate(sensor: dg.SensorDefinition, instance: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorResult:
    """One tick; nothing of its result is carried out."""
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, resources={"ledger": LedgerResource(url=load_settings().ledger_url)}
    )
    result = sensor(context)
    if isinstance(result, dg.SensorResult):
        return result
    return dg.SensorResult(run_requests=[result] if isinstance(result, dg.RunRequest) else [])


def tick(sensor: dg.SensorDefinition, instance: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorResult:
    """One tick whose runs are made, and done: those whose run key has no run yet, of which it returns the requests."""
    result = evaluate(sensor, instance, cursor)
    begun = []
    for request in result.run_requests or []:
        tags = {"dagster/run_key": request.run_key or "", "dagster/sensor_name": sensor.name}
        if not instance.get_runs_count(dg.RunsFilter(tags=tags)):
            instance.create_run_for_job(some_job, tags={**request.tags, **tags}, status=dg.DagsterRunStatus.SUCCESS)
            begun.append(request)
    return dg.SensorResult(run_requests=begun, cursor=result.cursor)


def keys_of(instance: dg.DagsterInstance, request: dg.RunRequest) -> list[str]:
    """The documents a run request asks for."""
    order = list(instance.get_dynamic_partitions(str(documents.name)))
    return order[order.index(request.tags[RANGE_START]) : order.index(request.tags[RANGE_END]) + 1]
