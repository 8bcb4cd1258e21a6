from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from ocr.assembly import STAGES
from ocr.documents import Chunk, Field, Line, Page, RawDocument, Record, Region, Violation, Word
from ocr.imaging.images import PageImages
from ocr.stages import Reading
from resources.drift import kept
from resources.drift.gathering import gather
from resources.drift.kept import add_rows, load_rows
from resources.drift.reports import NoReference, announce, as_dict, choose_reference, look
from resources.lake import Lake, Manifest, save_parts
from resources.ledger import Ledger, NewDocument, schema
from resources.settings import DriftSettings

FEW = DriftSettings(reference=24, fewest=20, documents_per_false_alarm=100)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")


def read(ledger: Ledger, lake: Lake, number: int, *, model: str = "1") -> str:
    """Register and record one document as a run would; `number` decides its bytes and small differences."""
    content = f"live {number}"
    digest, key = hashlib.sha256(content.encode()).hexdigest(), f"live-{number:04d}"
    uri = f"file:///{key}.png"
    ledger.register([NewDocument(key, digest, key, uri, len(content), 1.0)])
    varied = float(np.random.default_rng(number).normal(0, 0.01))
    page = Page(1, 100, 200, 100.0, 100, 200, skew=varied, skew_confidence=0.9, sharpness=0.8 + varied)
    words = [Word(1, 0, n, 0, text, 0.9 + varied, 0, 0, 9, 9, "ppocr", "ocr") for n, text in enumerate(["Größe", "9☃"])]
    reading = Reading(key, key, uri, digest, "", lambda: content.encode(), PageImages(lake.root))
    reading.raw = RawDocument(digest, key, uri, "image/png", len(content), 1, False, "", "")
    reading.pages, reading.words = [page], words
    reading.regions = [Region(1, 0, "text", 0, 0, 50, 100, 0.9, "m")]
    reading.lines = [Line(1, 0, 0, "Größe 9☃", 0.4, 0, 0, 9, 9, "ppocr", "ocr")]
    missing = Violation("required", "error", "no date", "date")
    field = Field("total", "9", "9", 0.7, 1, 0, 0, 1, 1, "rule", "needs_review")
    reading.record = Record("receipt", 0.9, "de", [field], [missing])
    reading.chunks = [Chunk(0, 1, "", "Größe", 0, 0, 1, 1, 0.9)]
    reading.vectors = np.array([[1.0, varied, 0.0]], dtype=np.float32)
    reading.images = PageImages(lake.folder("pages", key, model), lake.write)
    reading.images.put(1, np.zeros((20, 10), np.uint8))
    for stage in STAGES:
        made_at = f"2026-01-{1 + number // 1000:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00.000"
        made = Manifest(key, stage, model, "in", f"{stage}/{model}", "", 0.5, 0, made_at, pages=1)
        made.files, made.data, made.output_hash = save_parts(lake, stage, reading, lake.folder(stage, key, model))
        lake.commit(made)
        ledger.record(made)
    return key


def reject(ledger: Ledger, number: int) -> None:
    digest = hashlib.sha256(f"bad {number}".encode()).hexdigest()
    ledger.register([NewDocument(f"bad-{number}", digest, "bad", f"file:///bad{number}", 3, 1.0)])
    why: dict[str, Any] = {"stage": "raw_document", "code": "broken", "message": "is broken", "advice": "repair it"}
    made_at = "2026-02-01T00:00:00.000"
    ledger.record(Manifest(f"bad-{number}", "raw_document", "1", "in", "raw/1", "", 0.1, 0, made_at, rejection=why))


def scanned(number: int, sharpness: float) -> Iterator[dict[str, Any]]:
    """A page of signals of a live document, and of a test one like it."""
    varied = float(np.random.default_rng(number).normal(0, 0.01))
    for environment in ("live", "test"):
        yield {
            "document": f"{environment}-{number:04d}",
            "stage": "pages",
            "version": "1",
            "fingerprint": "pages/1",
            "environment": environment,
            "collection": "default",
            "settled_at": f"2026-01-01T00:{number:02d}:00.000",
            "form": "scanned",
            "type": "receipt",
            "sharpness": sharpness + varied,
            "skew": varied,
        }


def test_every_stage_of_a_document_is_measured_once_for_each_version(ledger: Ledger, lake: Lake) -> None:
    key = read(ledger, lake, 1)
    assert (gather(ledger, lake), gather(ledger, lake)) == (1, 0)
    rows = {row["stage"]: row for row in load_rows(lake).to_pylist()}
    assert set(rows) == set(STAGES) and {row["document"] for row in rows.values()} == {key}
    assert {(row["form"], row["type"]) for row in rows.values()} == {("scanned", "receipt")}
    assert rows["pages"]["skew_confidence"] == 0.9 and rows["pages"]["word_confidence"] is None
    assert rows["regions"]["coverage"] == pytest.approx(0.25)
    text = rows["text"]
    assert (text["doubtful_lines"], text["odd_characters"]) == (1.0, pytest.approx(1 / 8))
    assert text["accented_letters"] == pytest.approx(2 / 5)
    record = rows["records"]
    assert (record["needs_review"], record["missing_fields"], record["language"]) == (1.0, 1.0, "de")
    assert len(rows["embeddings"]["vector"]) == 3 and rows["text"]["text_seconds"] == 0.5
    read(ledger, lake, 1, model="2")
    assert gather(ledger, lake) == 1
    assert load_rows(lake).num_rows == 12


def test_a_rejected_document_counts_where_it_was_rejected(ledger: Ledger, lake: Lake) -> None:
    reject(ledger, 1)
    assert gather(ledger, lake) == 1
    (row,) = load_rows(lake).to_pylist()
    assert (row["raw_document_rejected"], row["page_count"]) == (1.0, None)


def test_many_small_files_are_put_together_and_no_row_is_lost_or_doubled(
    ledger: Ledger, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_FILES", 2)
    for number in range(4):
        read(ledger, lake, number)
        gather(ledger, lake)
    assert len(list((lake.root / "drift" / "signals").iterdir())) <= 3
    rows = load_rows(lake)
    assert rows.num_rows == 24
    assert rows.column("document").to_pylist()[::6] == [f"live-000{n}" for n in range(4)]


def test_without_enough_documents_it_says_how_many_are_wanting(ledger: Ledger, lake: Lake) -> None:
    assert look(ledger, lake, FEW) == []
    read(ledger, lake, 1)
    (report,) = look(ledger, lake, FEW)
    assert report.missing == 23 and "23 more documents" in as_dict(report)["state"]
    with pytest.raises(NoReference, match="needs 20"):
        choose_reference(ledger, lake, FEW, last=5, set_by="me")
    with pytest.raises(NoReference, match="letters"):
        choose_reference(ledger, lake, FEW, collection="letters", last=5, set_by="me")


def test_a_change_is_told_once_as_an_event_until_a_new_reference_is_chosen_and_test_documents_tell_none(
    ledger: Ledger, lake: Lake
) -> None:
    add_rows(lake, [row for n in range(40) for row in scanned(n, 0.8 if n < 26 else 0.5)])
    live, test = look(ledger, lake, FEW)
    assert (live.series.environment, test.series.environment) == ("live", "test")
    assert len(live.alarms) == len(test.alarms) == 1
    assert live.alarms[0].cause.of == "input"
    assert announce(ledger, [live, test]) == announce(ledger, look(ledger, lake, FEW))
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(schema.outbox).where(schema.outbox.c.kind == "DriftDetected")).all()
    assert len(rows) == 1 and rows[0].subject == "default" and rows[0].environment == "live"
    assert json.loads(rows[0].detail)["cause"] == "input"
    chosen = choose_reference(ledger, lake, FEW, last=20, set_by="me")
    assert len(chosen.of) == 20 and chosen.fingerprints["pages"] == "pages/1"
    live, _ = look(ledger, lake, FEW)
    assert live.stable and live.reference is not None and live.reference.set_by == "me"
