from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ocr.assembly import STAGES
from ocr_assets.automation.instance import open_instance
from ocr_assets.definitions import build_defs
from ocr_assets.intake import register_files
from ocr_assets_tests.end_to_end.conftest import Cli, rows, some_samples
from partitions import add_documents, range_tags
from resources.ledger import Ledger
from resources.settings import load_settings

FILES = ("invoice", "broken", "receipt")


def read_job() -> dg.JobDefinition:
    return build_defs().resolve_job_def("read_documents")


def publish_job() -> dg.JobDefinition:
    return build_defs().resolve_job_def("publish_corpus")


@pytest.fixture
def dagster_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OCR_HOME", str(home))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    return home


def test_a_multiprocess_batch_gives_the_rows_of_the_command_line_and_exact_events(
    cli: Cli, dagster_home: Path, tmp_path: Path
) -> None:
    files = some_samples(*FILES)
    other = tmp_path / "by-command"
    cli("add", *files, home=other)
    cli("run", home=other)

    ledger = Ledger(load_settings().ledger_url)
    keys = register_files(files, ledger).new
    with open_instance() as instance:
        add_documents(instance, keys)
        tags = range_tags(keys[0], keys[-1])
        assert dg.execute_job(dg.reconstructable(read_job), instance, tags=tags).success
        assert dg.execute_job(dg.reconstructable(publish_job), instance).success
        assert rows(dagster_home / "corpus.duckdb") == rows(other / "corpus.duckdb")

        broken = keys[1]
        for stage in STAGES:
            shown = _metadata(instance, stage)
            assert set(shown) == set(keys)
            assert shown[broken]["status"] == ("rejected" if stage == "raw_document" else "passed_by")
            # A model is loaded once a step, however many documents the batch has.
            assert shown[broken]["model_loads"] <= {"pages": 3, "regions": 3, "text": 2, "embeddings": 1}.get(stage, 0)

        states = _check_states(instance, "raw_document", "readable", keys)
        assert states == {keys[0]: True, broken: False, keys[2]: True}


def test_materializing_again_uses_what_is_there(cli: Cli, dagster_home: Path) -> None:
    cli("add", *some_samples("receipt"))
    cli("run")
    ledger = Ledger(load_settings().ledger_url)
    (key,) = ledger.outputs()
    made = {stage: output.made_at for stage, output in ledger.outputs()[key].items()}
    job = build_defs(executor=dg.in_process_executor).resolve_job_def("read_documents")
    with open_instance() as instance:
        result = job.execute_in_process(instance=instance, tags=range_tags(key, key))
    assert result.success
    assert {stage: output.made_at for stage, output in ledger.outputs()[key].items()} == made
    shown = result.asset_materializations_for_node("text")[0].metadata
    assert (shown["status"].value, shown["model_loads"].value) == ("reused", 0)


def test_a_stage_asked_before_the_one_it_reads_says_which(dagster_home: Path) -> None:
    ledger = Ledger(load_settings().ledger_url)
    (key,) = register_files(some_samples("receipt"), ledger).new
    definitions = build_defs(executor=dg.in_process_executor)
    job = definitions.resolve_job_def("read_documents")
    with open_instance() as instance:
        add_documents(instance, [key])
        result = job.execute_in_process(
            instance=instance, tags=range_tags(key, key), asset_selection=[dg.AssetKey("text")], raise_on_error=False
        )
    assert not result.success
    (failure,) = [e for e in result.all_events if e.is_step_failure]
    assert "materialize pages before text" in str(failure.step_failure_data.user_failure_data)


def _metadata(instance: dg.DagsterInstance, stage: str) -> dict[str | None, dict[str, Any]]:
    """Metadata of each partition's latest materialization."""
    shown: dict[str | None, dict[str, Any]] = {}
    for record in instance.fetch_materializations(dg.AssetKey(stage), limit=10).records:
        assert record.asset_materialization is not None
        values = {name: value.value for name, value in record.asset_materialization.metadata.items()}
        shown.setdefault(record.partition_key, values)
    return shown


def _check_states(instance: dg.DagsterInstance, asset: str, check: str, keys: list[str]) -> dict[str, bool]:
    """The latest evaluation of each partition, where it is about that partition's latest materialization."""
    key = dg.AssetCheckKey(dg.AssetKey(asset), check)
    latest = {
        r.partition_key: r.storage_id
        for r in reversed(instance.fetch_materializations(key.asset_key, limit=50).records)
    }
    states: dict[str, bool] = {}
    for record in instance.event_log_storage.get_asset_check_execution_history(key, limit=50):
        evaluation = record.event.asset_check_evaluation if record.event else None
        if evaluation is not None and evaluation.partition in keys and evaluation.partition not in states:
            assert evaluation.target_materialization_data is not None
            assert evaluation.target_materialization_data.storage_id == latest[evaluation.partition]
            states[evaluation.partition] = evaluation.passed
    return states
