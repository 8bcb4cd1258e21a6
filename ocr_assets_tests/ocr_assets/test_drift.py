from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ocr_assets.assets.drift import stable
from ocr_assets.assets.drift_plots import overview
from ocr_assets.cli import app
from ocr_assets_tests.resources.drift.made import reference, series
from resources.drift.causes import cause_of
from resources.drift.reports import Report, Told
from resources.drift.watching import watch
from resources.lake import Lake
from resources.settings import DriftSettings


def report(tmp_path: Path, *, shift: float, environment: str = "live") -> Report:
    made = series(430, 1, changes={"sharpness": lambda values: values - shift}, since=400)
    made.environment = environment
    watched = watch(made, reference(made), DriftSettings())
    lake = Lake(str(tmp_path))
    told = [Told(alarm, cause_of(made, alarm, len(made), lake)) for alarm in watched.alarms]
    return Report(made, reference(made), watched, told)


def test_the_check_warns_of_a_change_in_live_documents_and_says_what_it_comes_from(tmp_path: Path) -> None:
    calm, changed = report(tmp_path, shift=0), report(tmp_path, shift=5)
    found = stable([changed, calm])
    assert not found.passed and "the documents that come in are different: sharpness" in (found.description or "")
    assert stable([calm]).passed and stable([]).passed
    assert stable([report(tmp_path, shift=5, environment="test")]).passed


def test_the_plot_is_small(tmp_path: Path) -> None:
    shown = overview(report(tmp_path, shift=5)).md_str or ""
    encoded = shown.split("base64,")[1].rstrip(")")
    assert base64.b64decode(encoded).startswith(b"\x89PNG") and len(encoded) < 27_000


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    return tmp_path


def test_the_command_says_what_is_there_and_what_is_wanted(home: Path) -> None:
    assert "No document was read yet" in CliRunner().invoke(app, ["drift"]).output
    assert json.loads(CliRunner().invoke(app, ["drift", "--json"]).output) == []
    for arguments in (["reference"], ["reference", "--from", "May"], ["reference", "--last", "9"], ["explain"]):
        done = CliRunner().invoke(app, ["drift", *arguments])
        assert done.exit_code == 2 and "Traceback" not in done.output


def test_a_change_is_explained_with_numbers(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = report(home, shift=5)
    monkeypatch.setattr("resources.drift.reports.look", lambda *_: [changed])
    assert "sharpness" in CliRunner().invoke(app, ["drift"]).output
    shown = CliRunner().invoke(app, ["drift", "explain"]).output
    assert "scanner" in shown and "input (likely)" in shown
    as_json = json.loads(CliRunner().invoke(app, ["drift", "explain", "--json"]).output)
    assert as_json["moved"][0]["signal"] == "sharpness" and np.isclose(as_json["moved"][0]["effect"], -1, atol=0.1)
