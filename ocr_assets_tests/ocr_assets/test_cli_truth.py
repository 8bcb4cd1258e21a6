from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ocr_assets.cli import app
from ocr_assets_tests.ocr.extraction.attached.made import pdf, xml


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OCR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def receipt(folder: Path, stem: str, total: object) -> None:
    for name in ("key", "img"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "key" / f"{stem}.json").write_text(json.dumps({"total": total}))
    (folder / "img" / f"{stem}.jpg").write_bytes(stem.encode())


def test_what_fits_is_written_and_what_does_not_is_named(tmp_path: Path, home: Path) -> None:
    receipt(tmp_path / "set", "a", "9.00")
    receipt(tmp_path / "set", "b", 9)
    done = CliRunner().invoke(app, ["truth", "import", "sroie", str(tmp_path / "set"), "--set", "mine", "--json"])
    assert done.exit_code == 2
    said = json.loads(done.stdout)
    assert said["written"] == 1 and "b.json: total" in said["refused"][0]
    (written,) = (home / "ground_truth").glob("*.json")
    assert json.loads(written.read_text())["set"] == "mine"


def test_a_torn_truth_file_is_named_by_the_check(home: Path) -> None:
    (home / "ground_truth").mkdir(parents=True)
    (home / "ground_truth" / f"{'ab' * 32}.json").write_text('{"sha256": "%s", "fields": {"total": 9}}' % ("ab" * 32))
    done = CliRunner().invoke(app, ["truth", "check", "--json"])
    assert done.exit_code == 2
    assert "fields.total" in json.loads(done.stdout)["refused"][0]


@pytest.mark.parametrize("arguments", [["nothing", "."], ["sroie", "/nowhere"]])
def test_an_unknown_format_or_folder_is_wrong_usage(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["truth", "import", *arguments]).exit_code == 2


def test_review_before_anything_was_published_says_so() -> None:
    done = CliRunner().invoke(app, ["review", "list"])
    assert done.exit_code == 2


@pytest.mark.parametrize(("setting", "warned"), [("use", True), ("off", False)])
def test_truth_that_the_records_stage_reads_too_is_said_to_be_no_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, warned: bool
) -> None:
    monkeypatch.setenv("OCR_RECORDS__ATTACHED_INVOICE", setting)
    (tmp_path / "a.pdf").write_bytes(pdf(xml()))
    done = CliRunner().invoke(app, ["truth", "import", "zugferd", str(tmp_path)])
    assert done.exit_code == 0
    assert ("attached_invoice" in done.stderr) == warned
