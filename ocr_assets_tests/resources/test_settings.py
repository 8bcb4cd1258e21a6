import tomllib
from pathlib import Path

import pytest

from resources.settings import FILE, SettingsError, as_toml, load_settings, template


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    return tmp_path


def test_the_environment_overrides_the_file_and_the_file_the_defaults(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / FILE).write_text('[text]\nengine = "tesseract"\n[engines]\nthreads = 3\n')
    monkeypatch.setenv("OCR_ENGINES__THREADS", "5")
    settings = load_settings()
    assert (settings.text.engine, settings.engines.threads, settings.engines.device) == ("tesseract", 5, "auto")


def test_a_setting_that_does_not_fit_is_named(home: Path) -> None:
    (home / FILE).write_text('[text]\nengine = "abbyy"\n')
    with pytest.raises(SettingsError, match=r"text\.engine"):
        load_settings()


def test_a_misspelt_setting_is_named(home: Path) -> None:
    (home / FILE).write_text("[pages]\ndpii = 200\n")
    with pytest.raises(SettingsError, match=r"pages\.dpii"):
        load_settings()


def test_a_file_that_is_not_toml_is_named(home: Path) -> None:
    (home / FILE).write_text("[pages\n")
    with pytest.raises(SettingsError, match=FILE):
        load_settings()


def test_the_template_with_every_line_enabled_gives_the_defaults(home: Path) -> None:
    before = load_settings()
    lines = [line.removeprefix("# ") if " = " in line else line for line in template().splitlines()[1:]]
    (home / FILE).write_text("\n".join(lines))
    assert load_settings() == before


def test_the_settings_in_force_print_as_toml_with_passwords_masked(home: Path) -> None:
    (home / FILE).write_text('[limits]\npasswords = ["secret"]\n')
    printed = as_toml(load_settings())
    assert "secret" not in printed
    assert tomllib.loads(printed)["text"]["engine"] == "ppocr"


def test_a_list_that_is_none_names_its_variable(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCR_TEXT__LANGUAGES", "ru")

    with pytest.raises(SettingsError, match=r'OCR_TEXT__LANGUAGES: a list is wanted, as \["en", "de"\]'):
        load_settings()
