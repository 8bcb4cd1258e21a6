from __future__ import annotations

from pathlib import Path

import pytest

from ocr_assets_tests.resources.variants.standing_in import STANDING_IN
from resources.lake import Lake


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def without_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are text files, and reading them loads nothing."""
    monkeypatch.setattr("resources.batch.STAGE_FUNCTIONS", STANDING_IN)
