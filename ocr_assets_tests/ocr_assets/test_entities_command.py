from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ocr_assets.cli import app
from ocr_assets_tests.language_server import KEY, serving


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    monkeypatch.setenv("OCR_ENTITIES_KEY", KEY)
    return tmp_path


def test_the_command_says_which_model_answers_how_fast_and_at_what_cost(home, monkeypatch):
    with serving(latency=0.2) as server:
        monkeypatch.setenv("OCR_ENTITIES__BASE_URL", server.url)
        monkeypatch.setenv("OCR_ENTITIES__MODEL", "reader")
        monkeypatch.setenv("OCR_ENTITIES__PRICE_IN", "1000")
        done = CliRunner().invoke(app, ["entities", "test", "--json"])
        assert done.exit_code == 0, done.output
        said = json.loads(done.stdout)
        assert said["model"] == "reader-2026" and said["seconds"] >= 0.2 and said["cost"] > 0
        shown = CliRunner().invoke(app, ["entities", "test"])
        assert "reader-2026" in shown.stdout and server.url in shown.stdout
        monkeypatch.setenv("OCR_ENTITIES__MODEL", "401")
        refused = CliRunner().invoke(app, ["entities", "test"])
        assert refused.exit_code == 1 and "OCR_ENTITIES_KEY" in refused.output and KEY not in refused.output


def test_without_a_server_the_command_says_what_to_set(home):
    done = CliRunner().invoke(app, ["entities", "test"])
    assert done.exit_code == 2
    assert "[entities]" in done.output


def test_an_address_with_a_password_is_refused_without_being_shown(home, monkeypatch):
    monkeypatch.setenv("OCR_ENTITIES__BASE_URL", "https://user:secret@host/v1")
    done = CliRunner().invoke(app, ["entities", "test"])
    assert done.exit_code != 0
    assert "secret" not in f"{done.output}{done.exception}"


def test_the_key_is_in_no_settings_that_are_shown_or_passed_on(home, monkeypatch):
    from ocr.assembly import Engines
    from resources.engines import EnginesResource
    from resources.settings import load_settings
    from resources.settings_text import as_toml

    monkeypatch.setenv("OCR_ENTITIES__BASE_URL", "https://host/v1")
    monkeypatch.setenv("OCR_ENTITIES__MODEL", "reader")
    settings = load_settings()
    engines = Engines(settings.reading)
    shown = as_toml(settings) + EnginesResource.from_settings(settings.reading).model_dump_json()
    assert KEY not in shown + engines.fingerprint("records") + repr(engines.entities)
    assert settings.reading.entities.cache == str(home / "entities")
