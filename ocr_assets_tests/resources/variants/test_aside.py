from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ocr.assembly import STAGES, Engines
from ocr.settings import TextSettings
from ocr_assets_tests.ocr.opening.made import text_pdf
from ocr_assets_tests.resources.variants.standing_in import SHORT_SIGHTED, Killed, arrive
from resources.batch import read_stage
from resources.lake import Lake
from resources.ledger import Ledger, NewDocument
from resources.settings import Settings
from resources.variants.aside import read_aside

RECEIPT = "The Shop\nReceipt\nTotal 9.00"


def short_sighted() -> Settings:
    return Settings(text=TextSettings(min_line_confidence=SHORT_SIGHTED))


def read(keys: list[str], settings: Settings, lake: Lake, ledger: Ledger) -> list[str]:
    """What became of the documents at each stage, read as a run would."""
    engines = Engines(settings.reading)
    return [r.status for s in STAGES for r in read_stage(s, keys, engines, lake, ledger, crashes=3)]


@pytest.mark.usefixtures("without_models")
def test_what_is_read_aside_lies_in_the_lake_and_changes_nothing_that_is_current(lake, ledger, tmp_path) -> None:
    keys = arrive(ledger, tmp_path / "in", RECEIPT, "another page")
    read(keys, Settings(), lake, ledger)
    before, state = ledger.outputs(), ledger.state()

    aside = read_aside(short_sighted(), keys, lake, ledger)

    assert ledger.outputs() == before and ledger.state() == state
    for key in keys:
        assert aside.outputs()[key]["pages"].version == before[key]["pages"].version
        assert aside.outputs()[key]["text"].version != before[key]["text"].version
    assert [d.document for d in aside.documents()] == keys


@pytest.mark.usefixtures("without_models")
def test_what_was_read_aside_is_used_when_it_is_wanted(lake, ledger, tmp_path) -> None:
    keys = arrive(ledger, tmp_path / "in", RECEIPT)
    read_aside(short_sighted(), keys, lake, ledger)
    assert ledger.outputs() == {}
    assert set(read(keys, short_sighted(), lake, ledger)) == {"reused"}


@pytest.mark.usefixtures("without_models")
def test_a_reading_aside_that_is_broken_off_goes_on_where_it_was(lake, ledger, tmp_path, monkeypatch) -> None:
    keys = arrive(ledger, tmp_path / "in", "one", "two", "KILLER")
    for _ in range(3):
        with pytest.raises(Killed):
            read_aside(Settings(), keys, lake, ledger)
        assert all(lake.manifest("text", m.document, m.version) for m in lake.manifests() if m.stage == "text")
    made = {m.made_at for m in lake.manifests()}

    aside = read_aside(Settings(), keys, lake, ledger)

    assert aside.outputs()[keys[2]]["text"].code == "crashes_reader"
    assert all(STAGES[-1] in aside.outputs()[key] for key in keys[:2])
    assert made <= {m.made_at for m in aside.manifests.values()}
    assert ledger.outputs() == {}


@pytest.mark.usefixtures("without_models")
def test_a_rejection_aside_is_an_outcome_and_no_rejection_of_the_ledger(lake, ledger, tmp_path) -> None:
    keys = arrive(ledger, tmp_path / "in", "UNREADABLE")
    read(keys, Settings(), lake, ledger)
    aside = read_aside(short_sighted(), keys, lake, ledger)
    assert aside.outputs()[keys[0]]["text"].code == "broken"
    assert ledger.rejected() == []


def test_a_real_document_is_read_aside_through_all_stages(lake: Lake, tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    file = tmp_path / "page.pdf"
    file.write_bytes(text_pdf())
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    ledger.register([NewDocument("page", digest, "page.pdf", file.as_uri(), 1, 1.0)])
    settings = Settings()
    settings.regions.digital = "off"  # Docling takes ten seconds to import
    aside = read_aside(settings, ["page"], lake, ledger)
    assert {stage: o.status for stage, o in aside.outputs()["page"].items()} == dict.fromkeys(STAGES, "read")
    assert ledger.outputs() == {}
