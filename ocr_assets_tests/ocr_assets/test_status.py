"""What `ocr-assets status` says of documents that are not asked for any more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ocr_assets.cli import app
from ocr_assets.intake import register_files
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
