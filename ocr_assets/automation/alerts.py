"""The sensors that tell people of failed runs and of failed checks of the whole corpus."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord as Record
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status

from resources.alerts import Alert, raise_alert
from resources.settings import Settings
from resources.stores import LedgerResource

LOOKED_BACK = 20  # failures of one check that are looked at in a tick


def alert_sensors(settings: Settings, assets: Iterable[dg.AssetsDefinition]) -> list[dg.SensorDefinition]:
    """The sensors, where somebody is to be told. Checks of single documents are outcomes, and alarm nobody."""
    if not settings.alerts.wanted:
        return []
    checks = [key for asset in assets if asset.partitions_def is None for key in asset.check_keys]
    return [_run_sensor(settings), _check_sensor(settings, checks)]


def _run_sensor(settings: Settings) -> dg.SensorDefinition:
    @dg.run_failure_sensor(
        name="alert_run_failed",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells by webhook and e-mail of runs that failed.",
    )
    def sense(context: dg.RunFailureSensorContext, ledger: LedgerResource) -> None:
        run = context.dagster_run
        steps = [f"{event.step_key}: {_first_line(event)}" for event in context.get_step_failure_events()]
        text = "\n".join(steps) or context.failure_event.message or "no reason is known"
        title = f"ocr-assets: a run of {run.job_name} failed"
        alert = Alert(f"run {run.job_name}", title, f"run {run.run_id}\n{text}")
        raise_alert(alert, settings.alerts, ledger.open())

    return sense


def _check_sensor(settings: Settings, checks: Sequence[dg.AssetCheckKey]) -> dg.SensorDefinition:
    @dg.sensor(
        name="alert_check_failed",
        minimum_interval_seconds=15,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells by webhook and e-mail of checks of the whole corpus that failed.",
    )
    def sense(context: dg.SensorEvaluationContext, ledger: LedgerResource) -> dg.SkipReason:
        known = set(json.loads(context.cursor)) if context.cursor is not None else None
        failed = list(_failed(context.instance, checks))
        new = [record for record in failed if known is not None and record.id not in known]
        told = sum(raise_alert(_alert(record), settings.alerts, ledger.open()) for record in new)
        context.update_cursor(json.dumps([record.id for record in failed]))
        return dg.SkipReason(f"{len(new)} checks failed, {told} told of")

    return sense


def _failed(instance: dg.DagsterInstance, checks: Sequence[dg.AssetCheckKey]) -> Iterator[Record]:
    for key in checks:
        history = instance.event_log_storage.get_asset_check_execution_history(
            key, limit=LOOKED_BACK, status={Status.FAILED}
        )
        # Oldest first: that is the one to tell of, where one is told of for all.
        yield from reversed(history)


def _alert(record: Record) -> Alert:
    key, evaluation = record.key, record.evaluation
    what = f"{key.name} of {key.asset_key.to_user_string()}"
    said = [f"{name}: {value.value}" for name, value in evaluation.metadata.items()] if evaluation is not None else []
    why = evaluation.description if evaluation is not None else None
    return Alert(f"check {what}", f"ocr-assets: the check {what} failed", "\n".join([why or "", *said]).strip())


def _first_line(event: dg.DagsterEvent) -> str:
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip().splitlines()[0] if error is not None and error.message.strip() else "failed"
