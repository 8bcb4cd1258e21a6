"""What `ocr-assets status` says of documents that are not asked for any more."""

from __future__ import annotations

import json
import os
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from ocr_assets.automation.instance import open_instance
from ocr_assets.automation.owner import PID_TAG, worker_tag
from ocr_assets.cli import app
from ocr_assets.intake import register_files
from ocr_assets_tests.ocr_assets import made_jobs
from partitions import add_documents
from partitions.documents import range_tags
from resources.ledger import Ledger, asking, batches
from resources.settings import load_settings


@pytest.fixture
def given_up(home: Path) -> str:
    """A document whose batch was given up."""
    file = home / "receipt.txt"
    file.write_text("total 1.50")
    ledger = Ledger(load_settings().ledger_url)
    (key,) = register_files([file], ledger, asked_by="bucket").new
    with ledger.transaction() as connection:
        asking.cut_batches(connection, "bucket", lambda keys, _: [keys])
        (batch,) = connection.exec_driver_sql("SELECT batch FROM documents").scalars()
        asking.settle(connection, batch, "bucket")
        batches.ended(connection, batch, "1234", "its run 1234 was cancelled", 0.0, for_good=True)
    return key


def test_status_lists_what_is_given_up_with_its_run_and_what_to_do(given_up: str) -> None:
    said = CliRunner().invoke(app, ["status", "--json"])
    assert said.exit_code == 0
    (row,) = json.loads(said.stdout)["given_up"]
    assert (row["document"], row["why"]) == (given_up, "its run 1234 was cancelled")
    shown = CliRunner().invoke(app, ["status"], env={"COLUMNS": "200"})
    assert "given up" in shown.output and "1234" in shown.output and "re-execute" in shown.output


def test_what_is_given_up_of_another_environment_is_not_shown(given_up: str) -> None:
    said = CliRunner().invoke(app, ["status", "--environment", "test", "--json"])
    assert json.loads(said.stdout)["given_up"] == []


NO_PROCESS = 2**22 + 1  # beyond the largest process id of Linux


def test_documents_of_a_run_that_a_living_worker_executes_are_being_read(home: Path) -> None:
    files = [home / f"{number}.txt" for number in range(5)]
    for file in files:
        file.write_text(f"total {file.name}")
    keys = register_files(files, Ledger(load_settings().ledger_url)).new
    with open_instance() as history:
        add_documents(history, keys)
        for worker, first, last in ((os.getpid(), 1, 2), (NO_PROCESS, 3, 4)):
            tags = range_tags(keys[first], keys[last]) | {PID_TAG: worker_tag(worker)}
            history.create_run_for_job(made_jobs.quick, status=dg.DagsterRunStatus.STARTED, tags=tags)
    said = CliRunner().invoke(app, ["status", "--json"])
    why = {row["document"]: row["why"] for row in json.loads(said.stdout)["documents"]}
    assert [why[key] for key in keys] == ["not read yet", "being read", "being read", "not read yet", "not read yet"]
    assert "`ocr-assets run` reads the 3 waiting or stale." in CliRunner().invoke(app, ["status"]).output


def test_status_makes_no_history_of_dagster_where_there_is_none(home: Path) -> None:
    file = home / "receipt.txt"
    file.write_text("total 1.50")
    register_files([file], Ledger(load_settings().ledger_url))
    assert "not read yet" in CliRunner().invoke(app, ["status"]).output
    assert not (home / "dagster").exists()
