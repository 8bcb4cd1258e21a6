from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from ocr.assembly import STAGES, Engines
from ocr.flow import READS
from ocr.settings import EngineSettings, ReadingSettings, RecordsSettings
from ocr_assets.bundle import bundled
from ocr_assets.definitions import build_defs

HEAVY = {"torch", "sentence_transformers", "docling", "easyocr", "openvino", "onnxruntime", "cv2", "pymupdf", "duckdb"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    return tmp_path


def test_the_six_document_assets_share_partitions_policy_and_pool_and_depend_on_what_their_stage_reads() -> None:
    graph = build_defs().resolve_asset_graph()
    nodes = {stage: graph.get(dg.AssetKey(stage)) for stage in STAGES}
    assert {str(node.partitions_def) for node in nodes.values()} == {str(nodes["text"].partitions_def)}
    assert {node.backfill_policy for node in nodes.values()} == {nodes["text"].backfill_policy}
    assert all(node.pools == {"documents"} for node in nodes.values())
    for stage, node in nodes.items():
        assert {key.path[-1] for key in node.parent_keys} == set(READS[stage])


def test_the_code_version_of_an_asset_is_the_fingerprint_of_its_stage() -> None:
    graph = build_defs().resolve_asset_graph()
    engines = Engines()
    assert {s: graph.get(dg.AssetKey(s)).code_version for s in STAGES} == {s: engines.fingerprint(s) for s in STAGES}


def test_a_fingerprint_changes_with_what_changes_answers_and_with_nothing_else() -> None:
    plain = Engines()
    faster = Engines(ReadingSettings(engines=EngineSettings(threads=7, recognizer_batch=3)))
    stricter = Engines(ReadingSettings(records=RecordsSettings(review_below=0.9)))
    assert [plain.fingerprint(s) for s in STAGES] == [faster.fingerprint(s) for s in STAGES]
    changed = {s for s in STAGES if plain.fingerprint(s) != stricter.fingerprint(s)}
    assert changed == {"records"}


def test_a_code_location_loads_without_a_heavy_library(home: Path) -> None:
    script = "import sys, ocr_assets.definitions; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


@pytest.mark.parametrize("command", ["status", "run"])
def test_where_nothing_is_to_be_read_neither_dagster_nor_a_heavy_library_is_loaded(home: Path, command: str) -> None:
    script = (
        "import sys; from typer.testing import CliRunner; from ocr_assets.cli import app;"
        f"assert CliRunner().invoke(app, ['{command}']).exit_code == 0; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not (HEAVY | {"dagster"}) & set(done.stdout.split())


def test_the_instance_of_the_checkout_loads_and_has_the_limits_set() -> None:
    config = yaml.safe_load(bundled("dagster.yaml").read_text())
    assert config["run_monitoring"]["enabled"]
    assert config["run_monitoring"]["free_slots_after_run_end_seconds"] > 0
    assert config["concurrency"]["pools"]["granularity"] == "run"


def test_the_instance_of_a_home_keeps_its_history_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ocr_assets.automation.instance import open_instance

    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with open_instance() as instance:
        assert instance.get_runs_count() == 0
    assert (home / "dagster" / "history" / "runs.db").exists()


def test_the_class_dagster_does_not_export_still_has_the_fields_that_point_at_a_materialization() -> None:
    from ocr_assets.checks.events import AssetCheckEvaluationTargetMaterializationData as Target

    assert Target(storage_id=1, run_id="r", timestamp=1.0).storage_id == 1
