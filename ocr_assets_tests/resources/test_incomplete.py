"""Outputs that had to leave something out: stale from the first, made whole by a later run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocr.assembly import STAGES, Engines
from ocr.documents import RawDocument
from ocr.errors import EngineError
from ocr.imaging.images import PageImages
from ocr.settings import ReadingSettings
from ocr.stages import Reading
from ocr_assets_tests.language_server import serving
from ocr_assets_tests.ocr.extraction.entities.drafts import settings_for
from ocr_assets_tests.ocr.extraction.entities.test_records_stage import numbered
from ocr_assets_tests.ocr.extraction.samples import set_text
from resources.batch import read_stage
from resources.lake import Lake, Manifest, save_parts
from resources.ledger import Ledger, NewDocument, input_hash

BEFORE = STAGES[: STAGES.index("records")]


@pytest.fixture
def stores(tmp_path: Path) -> tuple[Lake, Ledger]:
    """A lake and a ledger with three documents read as far as their text."""
    lake, ledger = Lake(str(tmp_path / "lake")), Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    for number, text in enumerate(numbered(3)):
        key = f"d{number}"
        ledger.register([NewDocument(key, key, key, f"file:///{key}", 1, 0.0)])
        page, lines, words = set_text(text)
        reading = Reading(key, key, "", key, "", lambda: b"x", PageImages(lake.folder("pages", key, "v"), lake.write))
        reading.raw = RawDocument(key, key, "", "application/pdf", 1, 1, False, "", "")
        reading.pages, reading.lines, reading.words = [page], lines, words
        reading.images.put(1, np.full((8, 8), 255, np.uint8))
        hashes: dict[str, str] = {}
        for stage in BEFORE:
            files, data, hashes[stage] = save_parts(lake, stage, reading, lake.folder(stage, key, "v"))
            given = input_hash(stage, key, hashes)
            manifest = Manifest(key, stage, "v", given, "f", hashes[stage], 0.0, 0, "2026", files=files, data=data)
            lake.commit(manifest)
            ledger.record(manifest)
    return lake, ledger


def engines_for(url: str, cache: Path, **more: object) -> Engines:
    return Engines(ReadingSettings(entities=settings_for(url, cache=str(cache), **more)))


def fingerprints(engines: Engines) -> dict[str, str]:
    return dict.fromkeys(BEFORE, "f") | {"records": engines.fingerprint("records")}


def first_pending(ledger: Ledger, engines: Engines) -> list[tuple[str, str]]:
    """Documents whose records are missing or stale, and why."""
    found = ledger.pending(fingerprints(engines) | {"embeddings": "f"})
    return [(item.document, item.why) for item in found if item.stage == "records"]


def test_what_a_spent_budget_left_out_is_made_by_the_next_run(stores, tmp_path):
    lake, ledger = stores
    keys = [f"d{n}" for n in range(3)]
    with serving() as server:
        poor = engines_for(server.url, tmp_path / "cache", run_tokens=2_200, concurrency=1, answer_tokens=1_000)
        results = list(read_stage("records", keys, poor, lake, ledger, crashes=3))
        lacking = [r.document.document for r in results if r.reading and r.reading.incomplete]
        assert 0 < len(lacking) < 3
        assert [r.status for r in results] == ["read"] * 3
        assert results[0].manifest is not None and results[0].manifest.usage["model"] == "reader-2026"
        expected = [(key, "left incomplete: entities_budget_spent") for key in lacking]
        assert first_pending(ledger, poor) == expected
        server.asked()
        rich = engines_for(server.url, tmp_path / "cache")
        again = list(read_stage("records", keys, rich, lake, ledger, crashes=3))
        assert sorted(r.status for r in again) == sorted(["read"] * len(lacking) + ["reused"] * (3 - len(lacking)))
        assert all(r.reading and r.reading.record and r.reading.record.field("buyer") for r in again)
        assert len(server.asked()["requests"]) == len(lacking)
        assert first_pending(ledger, rich) == []


def test_a_server_that_is_down_counts_against_no_document(stores, tmp_path):
    lake, ledger = stores
    keys = [f"d{n}" for n in range(3)]
    down = engines_for("http://127.0.0.1:9/v1", tmp_path / "cache", retries=0)
    for _ in range(4):
        with pytest.raises(EngineError, match="no answer"):
            list(read_stage("records", keys, down, lake, ledger, crashes=3))
    with serving() as server:
        up = engines_for(server.url, tmp_path / "cache")
        results = list(read_stage("records", keys, up, lake, ledger, crashes=3))
    assert [r.status for r in results] == ["read"] * 3
