"""Rejected documents: rejected once, and tried again when that is asked for."""

from pathlib import Path

import pytest

from ocr_assets_tests.resources import made_stages
from resources.lake import Lake
from resources.ledger import Ledger


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> made_stages.Ran:
    return made_stages.use(monkeypatch)


def test_a_rejected_document_is_read_again_only_when_that_is_asked_for(tmp_path: Path, ran: made_stages.Ran) -> None:
    lake, ledger = Lake(str(tmp_path / "lake")), Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    keys = made_stages.add(tmp_path / "in", ledger, ["broken beyond reading"])
    made_stages.read_all(keys, lake, ledger)
    first = list(ran)
    assert len(ledger.rejected()) == 1

    made_stages.read_all(keys, lake, ledger)
    assert ran == first

    assert ledger.forget_rejections() == 1
    made_stages.read_all(keys, lake, ledger)
    assert ran == first + first[-1:]
    assert len(ledger.rejected()) == 1
