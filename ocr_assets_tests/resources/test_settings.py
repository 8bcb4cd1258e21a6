import tomllib
from pathlib import Path

import pytest

from resources.settings import FILE, SettingsError, load_settings
from resources.settings_text import as_toml, template


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


def test_a_file_in_another_encoding_is_named(home: Path) -> None:
    (home / FILE).write_bytes("[records]\n# schön\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=rf"{FILE}: not UTF-8"):
        load_settings()


def test_a_folder_in_the_place_of_the_file_is_named(home: Path) -> None:
    (home / FILE).mkdir()
    with pytest.raises(SettingsError, match=rf"{FILE}: not a file"):
        load_settings()


@pytest.mark.parametrize("clock", ["banana", "@often", "61 * * * *", "* * * * * *", " "])
def test_a_time_that_is_none_is_named_with_file_and_setting(home: Path, clock: str) -> None:
    (home / FILE).write_text(f'[reprocess]\ncron = "{clock}"\n')
    with pytest.raises(SettingsError, match=rf"{FILE}: reprocess\.cron: '.*' is no cron expression"):
        load_settings()


@pytest.mark.parametrize("clock", ["", "0 * * * *", "@hourly", "*/15 8-18 * * mon-fri"])
def test_a_time_of_cron_is_taken(home: Path, clock: str) -> None:
    (home / FILE).write_text(f'[reprocess]\ncron = "{clock}"\n')
    assert load_settings().reprocess.cron == clock
