from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from ocr_assets.assets.corpus import WHOLE_TAG, corpus_asset
from ocr_assets_tests.resources import made_stages
from ocr_assets_tests.resources.made_stages import add, read_all, receipt
from resources.lake import Lake
from resources.ledger import Ledger
from resources.settings import load_settings
from resources.stores import LakeResource, LedgerResource, WarehouseResource


def test_the_corpus_is_gone_on_with_and_written_anew_where_a_run_is_told_to(
    home: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_stages.use(monkeypatch)
    settings = load_settings()
    ledger, lake = Ledger(settings.ledger_url), Lake(settings.lake_url)

    def published(**tags: str) -> tuple[object, object]:
        resources = {
            "lake": LakeResource(url=settings.lake_url),
            "ledger": LedgerResource(url=settings.ledger_url),
            "warehouse": WarehouseResource(path=str(settings.corpus_path)),
        }
        done = dg.materialize([corpus_asset(settings)], instance=instance, resources=resources, tags=tags)
        (check,) = done.get_asset_check_evaluations()
        assert check.passed and ledger.published_state() == ledger.state()
        (made,) = done.asset_materializations_for_node("corpus")
        return made.metadata["documents_written"].value, made.metadata["whole"].value

    read_all(add(home / "files", ledger, [receipt(1), receipt(2)]), lake, ledger)
    assert published() == (2, True)
    read_all(add(home / "files", ledger, [receipt(3), "broken"]), lake, ledger)
    assert published() == (2, False)
    assert published(**{WHOLE_TAG: "true"}) == (4, True)
