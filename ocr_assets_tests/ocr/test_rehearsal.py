from __future__ import annotations

from ocr import loading
from ocr.assembly import Engines
from ocr.reading import read
from ocr.rehearsal import rehearsal
from ocr.settings import ReadingSettings
from ocr_assets_tests.end_to_end.conftest import some_samples


def test_after_the_first_step_a_scan_is_read_without_loading_anything() -> None:
    engines = Engines(ReadingSettings.model_validate({"regions": {"digital": "off"}}))
    assert list(rehearsal(engines)) == ["scan"]
    loaded = loading.loads()
    (receipt,) = some_samples("receipt_en_photo")
    assert read(receipt, engines).record is not None
    assert loading.loads() == loaded


def test_a_language_model_is_not_asked() -> None:
    # Nobody listens there: asking would fail.
    settings = {"regions": {"digital": "off"}, "entities": {"base_url": "http://127.0.0.1:9/v1", "model": "none"}}
    engines = Engines(ReadingSettings.model_validate(settings))
    assert list(rehearsal(engines)) == ["scan"]
