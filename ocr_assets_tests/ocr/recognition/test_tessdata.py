import pytest

from ocr.errors import EngineError
from ocr.recognition import tessdata
from ocr.recognition.tessdata import language_files


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    made = [tmp_path / "one", tmp_path / "two"]
    monkeypatch.setattr(tessdata, "FOLDERS", tuple(map(str, made)))
    for folder in made:
        folder.mkdir()
    (made[0] / "eng.traineddata").touch()
    for code in ("eng", "deu"):
        (made[1] / f"{code}.traineddata").touch()
    return made


def test_the_first_usual_folder_that_has_all_languages_is_taken(folders):
    assert language_files("eng") == (folders[0] / "eng.traineddata",)
    assert language_files("eng+deu") == (folders[1] / "eng.traineddata", folders[1] / "deu.traineddata")


def test_a_folder_named_by_the_environment_is_the_only_one(folders, monkeypatch):
    monkeypatch.setenv("TESSDATA_PREFIX", str(folders[0]))

    with pytest.raises(EngineError, match="no data for deu"):
        language_files("eng+deu")


def test_a_folder_of_the_settings_goes_before_that_of_the_environment(folders, monkeypatch):
    monkeypatch.setenv("TESSDATA_PREFIX", str(folders[0]))

    assert language_files("deu", str(folders[1])) == (folders[1] / "deu.traineddata",)


def test_a_missing_language_is_an_engine_error_that_says_how_to_install_it(folders):
    with pytest.raises(EngineError, match="apt install tesseract-ocr-chi-sim tesseract-ocr-tlh`"):
        language_files("eng+chi_sim+tlh")
