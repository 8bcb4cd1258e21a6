from pathlib import Path

import duckdb
import pytest

from ocr.assembly import STAGES
from ocr_assets.running import Estimate, cut, is_published
from resources.ledger import Ledger, Pending, Progress
from resources.settings import load_settings


def pending(*stages: str) -> list[Pending]:
    return [Pending(f"d{i}", stage, "") for i, stage in enumerate(stages)]


def test_no_estimate_is_given_before_every_stage_was_seen() -> None:
    estimate = Estimate(pending("raw_document", "raw_document"), workers=1)
    estimate.update({"raw_document": Progress(2, 0, 1.0)})
    assert "left" not in estimate.text


def test_what_is_left_is_counted_in_the_mean_seconds_of_each_stage_over_all_workers() -> None:
    estimate = Estimate(pending(*["raw_document"] * 4), workers=2)
    estimate.update({stage: Progress(2, 0, 20.0) for stage in STAGES})
    assert estimate.text == f"about 1 min {2 * 10 * len(STAGES) // 2 - 60:02d} s left"


def test_a_rejected_document_is_not_waited_for_at_later_stages() -> None:
    estimate = Estimate(pending("raw_document", "raw_document"), workers=1)
    estimate.update({"raw_document": Progress(2, 1, 1.0)} | {stage: Progress(1, 0, 1.0) for stage in STAGES[1:]})
    assert estimate.total == {"raw_document": 2, **dict.fromkeys(STAGES[1:], 1)}
    assert (estimate.finished, estimate.text) == (2, "about 0 s left")


def test_only_stale_stages_are_counted() -> None:
    estimate = Estimate(pending("records"), workers=1)
    assert [stage for stage, total in estimate.total.items() if total] == ["records", "embeddings"]


def test_batches_are_ranges_of_dagsters_order_which_hold_what_is_pending_and_nothing_else() -> None:
    order = ["d2", "d0", "other", "d3", "d1"]
    batches = cut(pending("text", "text", "text", "pages"), order, most=2, workers=1)
    assert [tuple(batch) for batch in batches] == [("d3", "d3", "pages"), ("d2", "d0", "text"), ("d1", "d1", "text")]


def test_a_corpus_that_is_damaged_or_gone_holds_nothing_of_what_was_read(home: Path) -> None:
    settings = load_settings()
    ledger = Ledger(settings.ledger_url)
    ledger.publish(ledger.state(), 0)
    assert not is_published(ledger, settings)
    duckdb.connect(settings.corpus_path).close()
    assert is_published(ledger, settings)
    settings.corpus_path.write_bytes(b"no database " * 1000)
    assert not is_published(ledger, settings)


def test_a_corpus_that_another_program_writes_to_is_not_taken_for_damaged(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings()
    ledger = Ledger(settings.ledger_url)
    ledger.publish(ledger.state(), 0)
    duckdb.connect(settings.corpus_path).close()

    def held(*_: object, **__: object) -> None:
        raise duckdb.IOException(f'IO Error: Could not set lock on file "{settings.corpus_path}": Conflicting lock')

    monkeypatch.setattr(duckdb, "connect", held)
    assert is_published(ledger, settings)
