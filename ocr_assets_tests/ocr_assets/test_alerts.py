from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ocr_assets.automation.alerts import alert_sensors
from ocr_assets_tests import mailbox
from resources.settings import AlertsSettings, Settings
from resources.stores import LedgerResource


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[mailbox.Webhook]:
    with mailbox.webhook() as hook:
        monkeypatch.setenv("HOOK_URL", hook.url)
        yield hook


@pytest.fixture
def ledger(tmp_path: Path) -> LedgerResource:
    return LedgerResource(url=f"sqlite:///{tmp_path / 'ledger.db'}")


SETTINGS = Settings(alerts=AlertsSettings(webhook_variable="HOOK_URL", quiet_minutes=0))
PASSES = {"now": True}


@dg.asset(check_specs=[dg.AssetCheckSpec("gate", asset="scores"), dg.AssetCheckSpec("fine", asset="scores")])
def scores():
    yield dg.MaterializeResult()
    passed, why = PASSES["now"], {"cer": 0.25}
    yield dg.AssetCheckResult(check_name="gate", passed=passed, description="too many errors", metadata=why)
    yield dg.AssetCheckResult(check_name="fine", passed=True)


def test_nobody_is_told_by_default() -> None:
    assert alert_sensors(Settings(), [scores]) == []


def test_a_failed_check_of_the_whole_corpus_is_told_of_once(
    instance: dg.DagsterInstance, hook: mailbox.Webhook, ledger: LedgerResource
) -> None:
    _, sensor = alert_sensors(SETTINGS, [scores])
    cursor = None

    def look() -> None:
        nonlocal cursor
        context = dg.build_sensor_context(instance=instance, cursor=cursor, resources={"ledger": ledger})
        sensor(context)
        cursor = context.cursor

    PASSES["now"] = False
    dg.materialize([scores], instance=instance)
    look()
    assert hook.posted == [], "what failed before the sensor was there is no news"
    dg.materialize([scores], instance=instance)
    look()
    look()
    PASSES["now"] = True
    dg.materialize([scores], instance=instance)
    look()
    (posted,) = hook.posted
    assert posted["text"] == "*ocr-assets: the check gate of scores failed*\ntoo many errors\ncer: 0.25"


def test_a_failed_run_is_told_of_with_the_step_and_its_error(
    instance: dg.DagsterInstance, hook: mailbox.Webhook, ledger: LedgerResource
) -> None:
    @dg.op
    def breaks() -> None:
        raise OSError("no space left on device")

    @dg.job
    def reading() -> None:
        breaks()

    failed = reading.execute_in_process(instance=instance, raise_on_error=False)
    sensor, _ = alert_sensors(SETTINGS, [scores])
    context = dg.build_run_status_sensor_context(
        sensor_name="alert_run_failed",
        dagster_event=failed.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=failed.dagster_run,
        resources={"ledger": ledger},
    ).for_run_failure()
    sensor(context)
    (posted,) = hook.posted
    assert posted["text"].startswith("*ocr-assets: a run of reading failed*\nrun ")
    assert "breaks: OSError: no space left on device" in posted["text"]
