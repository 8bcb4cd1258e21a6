from __future__ import annotations

import io
import json
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from ocr_assets import worker
from ocr_assets.automation.experiment import experiment, run_config
from ocr_assets.automation.instance import open_instance
from ocr_assets.cli import app
from ocr_assets_tests.resources.variants.standing_in import STANDING_IN, arrive
from partitions import add_documents
from resources.experiments.kept import kept, latest
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.split import Split
from resources.settings import load_settings
from resources.stores import LakeResource, LedgerResource
from resources.variants.aside import read_aside
from resources.variants.sides import pending
from resources.variants.variant import define, fingerprints_of


@pytest.fixture
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Lake, Ledger]:
    """Two live documents that need no model, and a variant."""
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    monkeypatch.setattr("resources.batch.STAGE_FUNCTIONS", STANDING_IN)
    settings = load_settings()
    ledger = Ledger(settings.ledger_url)
    (tmp_path / "ground_truth").mkdir()
    for key in arrive(ledger, tmp_path / "in", "one letter", "another letter"):
        (document,) = ledger.documents([key])
        (tmp_path / "ground_truth" / f"{document.sha256}.json").write_text(json.dumps({"sha256": document.sha256}))
    define(ledger, "lenient", {"records": {"review_below": 0.7}})
    return Lake(settings.lake_url), ledger


def test_the_job_keeps_an_experiment_and_shows_its_report(stores: tuple[Lake, Ledger]) -> None:
    lake, ledger = stores
    resources = {
        "lake": LakeResource(url=str(lake.root)),
        "ledger": LedgerResource(url=load_settings().ledger_url),
    }
    done = experiment.execute_in_process(run_config=run_config("lenient", 5, 1), resources=resources)
    assert done.success and ledger.outputs() == {}
    (output,) = [e for e in done.all_events if e.event_type == dg.DagsterEventType.STEP_OUTPUT]
    metadata = output.step_output_data.metadata
    assert metadata["golden"].value == 2 and "# lenient against" in str(metadata["report"].value)
    assert latest(lake, "lenient").id in str(metadata["folder"].value)


def test_a_variant_that_is_not_defined_fails_the_job_with_its_name(stores: tuple[Lake, Ledger]) -> None:
    resources = {
        "lake": LakeResource(url=str(stores[0].root)),
        "ledger": LedgerResource(url=load_settings().ledger_url),
    }
    done = experiment.execute_in_process(
        run_config=run_config("nothing", 5, 1), resources=resources, raise_on_error=False
    )
    (failure,) = [e for e in done.all_events if e.is_step_failure]
    assert "no variant is called 'nothing'" in str(failure.step_failure_data)


def test_a_worker_reads_aside_and_says_what_stops_it(stores: tuple[Lake, Ledger]) -> None:
    lake, ledger = stores
    keys = [document.document for document in ledger.documents()]
    asked = [{"aside": keys, "variant": "lenient"}, {"aside": keys, "variant": "nothing"}]
    answers = io.StringIO()
    worker.serve(io.StringIO("".join(json.dumps(one) + "\n" for one in asked)), answers)
    first, second, third = map(json.loads, answers.getvalue().splitlines())
    assert first == second == {"ok": True}
    assert not third["ok"] and "nothing" in third["error"]
    assert ledger.outputs() == {}
    made = {m.made_at for m in lake.manifests()}
    read_aside(load_settings(), keys, lake, ledger)
    assert {m.made_at for m in lake.manifests()} == made


def test_the_command_defines_lists_and_refuses_in_one_line(stores: tuple[Lake, Ledger]) -> None:
    run = CliRunner().invoke
    defined = run(app, ["experiment", "define", "sharp", "--set", "pages.dpi=300", "--comment", "for faxes"])
    assert defined.exit_code == 0, defined.output
    listed = json.loads(run(app, ["experiment", "list", "--json"]).stdout)
    assert [variant["name"] for variant in listed["variants"]] == ["lenient", "sharp"]
    wrong = run(app, ["experiment", "define", "wrong", "--set", "pages.dpii=300"])
    assert wrong.exit_code == 2 and "pages.dpii" in wrong.output
    refused = run(app, ["experiment", "promote", "sharp", "--reason", "faxes"])
    assert refused.exit_code == 2 and "no experiment" in refused.output
    assert run(app, ["experiment", "rollback", "--reason", "x"]).exit_code == 2
    promoted = run(app, ["experiment", "promote", "sharp", "--reason", "faxes", "--accept-loss", "urgent"])
    assert promoted.exit_code == 0 and load_settings().pages.dpi == 300
    back = run(app, ["experiment", "rollback", "--reason", "worse"])
    assert back.exit_code == 0 and load_settings().pages.dpi == 200
    assert kept(stores[0], "sharp") == []


def test_a_batch_that_holds_both_sides_of_a_split_is_read_by_both(
    stores: tuple[Lake, Ledger], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("OCR_EXPERIMENT__CHALLENGER", "lenient")
    monkeypatch.setenv("OCR_EXPERIMENT__SHARE", "0.5")
    ledger = Ledger(load_settings().ledger_url, Split("lenient", 0.5))
    arrive(ledger, tmp_path / "in", *(f"letter {n}" for n in range(6)))
    keys = [document.document for document in ledger.documents()]
    with open_instance() as instance:
        add_documents(instance, keys)
        answers = io.StringIO()
        worker.serve(io.StringIO(json.dumps({"read": [keys[0], keys[-1]], "from": "raw_document"}) + "\n"), answers)
        assert json.loads(answers.getvalue().splitlines()[-1]) == {"ok": True}
        shown = instance.get_latest_materialization_event(dg.AssetKey("records"))
    outputs = ledger.outputs()
    sides = {document.document: document.variant for document in ledger.documents()}
    for key, side in sides.items():
        assert outputs[key]["records"].fingerprint == fingerprints_of(side)["records"]
    assert 0 < list(sides.values()).count("lenient") < len(sides)
    assert pending(ledger, load_settings()) == []
    assert shown is not None and shown.asset_materialization is not None
    counted = shown.asset_materialization.metadata["batch_by_variant"].value
    assert counted == {"champion": list(sides.values()).count(""), "lenient": list(sides.values()).count("lenient")}
