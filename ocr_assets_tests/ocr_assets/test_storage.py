"""Dagster's history on kept connections: it stores and finds what Dagster's own SQLite storage does."""

import multiprocessing
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy import event

KEYS = [f"document-{n}" for n in range(3)]
KEPT = {"custom": {"module": "ocr_assets.automation.storage", "class": "SqliteStorage"}}
parts = dg.DynamicPartitionsDefinition(name="documents")
CHECK = dg.AssetCheckSpec("readable", asset="pages", partitions_def=parts)


@dg.asset(partitions_def=parts, backfill_policy=dg.BackfillPolicy.single_run(), check_specs=[CHECK])
def pages(context: dg.AssetExecutionContext):
    for key in context.partition_keys:
        context.add_asset_metadata({"size": len(key)}, partition_key=key)
    yield dg.MaterializeResult()
    yield dg.AssetCheckResult(check_name="readable", passed=True)


def opened(folder: Path, kept: bool) -> dg.DagsterInstance:
    folder.mkdir(exist_ok=True)
    base = {"base_dir": str(folder)}
    storage = {"custom": KEPT["custom"] | {"config": base}} if kept else {"sqlite": base}
    (folder / "dagster.yaml").write_text(yaml.safe_dump({"storage": storage, "telemetry": {"enabled": False}}))
    return dg.DagsterInstance.from_config(str(folder))


def run(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    instance.add_dynamic_partitions("documents", KEYS)
    job = dg.Definitions(assets=[pages]).resolve_implicit_global_asset_job_def()
    ends = {"dagster/asset_partition_range_start": KEYS[0], "dagster/asset_partition_range_end": KEYS[-1]}
    return job.execute_in_process(instance=instance, tags=ends)


def told(instance: dg.DagsterInstance) -> tuple[Counter[str], list[str], dict[str, object]]:
    """The kinds of events of all runs, the partitions materialized, and what the latest check says."""
    records = [record for one in instance.get_runs() for record in instance.all_logs(one.run_id)]
    kinds = Counter(r.get_dagster_event().event_type_value for r in records if r.is_dagster_event)
    made = instance.fetch_materializations(dg.AssetKey("pages"), limit=10).records
    (check,) = instance.event_log_storage.get_latest_asset_check_execution_by_key([CHECK.key]).values()
    return kinds, sorted(str(r.partition_key) for r in made), {"passed": str(check.status)}


def test_it_stores_and_finds_what_dagsters_own_does(tmp_path):
    with opened(tmp_path / "own", kept=False) as own, opened(tmp_path / "kept", kept=True) as kept:
        assert run(own).success and run(kept).success

        assert told(kept) == told(own)


@pytest.mark.parametrize("kept", [True, False])
def test_a_history_may_be_opened_by_either(tmp_path, kept):
    with opened(tmp_path, kept) as instance:
        run(instance)
        before = told(instance)

    with opened(tmp_path, not kept) as instance:
        assert told(instance) == before


def test_threads_share_it(tmp_path):
    def sensor(number: int) -> int:
        instance.add_dynamic_partitions("documents", [f"of-{number}-{n}" for n in range(20)])
        return len(instance.fetch_materializations(dg.AssetKey("pages"), limit=10).records) + len(instance.get_runs())

    with opened(tmp_path, kept=True) as instance:
        run(instance)
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(sensor, range(8)))

        assert found == [len(KEYS) + 1] * 8
        assert len(instance.get_dynamic_partitions("documents")) == len(KEYS) + 8 * 20


def _run_again(instance: dg.DagsterInstance) -> None:
    run(instance)


def test_a_forked_process_has_connections_of_its_own(tmp_path):
    with opened(tmp_path, kept=True) as instance:
        run(instance)
        child = multiprocessing.get_context("fork").Process(target=_run_again, args=(instance,))
        child.start()
        child.join(60)
        run(instance)

        assert child.exitcode == 0
        assert len(instance.get_runs()) == 3


@pytest.mark.parametrize("statements", [24, 49, 57, 104, 120, 128, 146, 170])
def test_a_history_whose_making_was_broken_off_is_made_anew(tmp_path: Path, statements: int) -> None:
    left = statements

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt

    event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        with pytest.raises(KeyboardInterrupt):
            opened(tmp_path, kept=True)
    finally:
        event.remove(sa.Engine, "before_cursor_execute", count)

    with opened(tmp_path, kept=True) as instance:
        assert run(instance).success
        assert instance.get_dynamic_partitions("documents") == KEYS
    with opened(tmp_path, kept=False) as instance:
        assert instance.get_dynamic_partitions("documents") == KEYS
