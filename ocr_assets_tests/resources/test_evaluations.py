from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ocr.documents import Field, Record
from ocr.evaluation.fields import score_fields
from ocr.evaluation.pages import PageOutcome
from ocr.evaluation.text import compare as compare_texts
from ocr.evaluation.truth import Truth
from ocr_assets.checks.ground_truth import gate
from resources.evaluations.comparison import compare, losses, pooled, unread, worse_documents
from resources.evaluations.kept import NoSuchEvaluation, find, keep, kept, latest, mark_published, published, rows_of
from resources.evaluations.measures import Row, measure
from resources.lake import Lake
from resources.scores import CorpusScore, DocumentScore
from resources.settings import ChecksSettings

FIELDS = {"total": "9.00", "date": "2026-01-01", "company": "Shop", "address": "1 Road"}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def row(document: str, right: float, of: float = 8.0, measure: str = "field_f1", **more: str) -> Row:
    plain = Row(document, document, "live", "a", "receipt", "good", "records", measure, right, of, "records/1", "truth")
    return replace(plain, **more)


def rows(right: float, count: int = 60) -> list[Row]:
    return [row(f"d{i}", right, set="ab"[i % 2]) for i in range(count)]


def score(document: str = "d", **read: str) -> DocumentScore:
    values = FIELDS | read
    fields = [Field(n, v, v, 0.9 if v != "wrong" else 0.3, 1, 0, 0, 1, 1, "rule") for n, v in values.items() if v]
    record = Record("receipt", 1.0, "en", fields)
    truth = Truth(sha256="ab" * 32, type="receipt", fields=FIELDS)
    return DocumentScore(
        document=document,
        name=f"{document}.png",
        environment="live",
        set="mine",
        tier="fair",
        truth="t",
        truth_type="receipt",
        type="receipt",
        pages=[PageOutcome(1, True, 0.25), PageOutcome(2, False, None)],
        regions=None,
        text=compare_texts("total 9.00", "total 9.80"),
        fields=score_fields(truth, record),
        record=record,
        fingerprints={stage: f"{stage}/1" for stage in ("pages", "regions", "text", "records")},
    )


def test_every_stage_and_the_whole_way_is_measured() -> None:
    found = {
        (r.stage, r.measure): (r.numerator, r.denominator)
        for r in measure([score(total="wrong", address="")], lambda field: field.confidence > 0.5)
    }
    assert found["pages", "rotation_right"] == (1, 2)
    assert found["pages", "skew_error"] == (0.25, 1)
    assert found["text", "character_errors"] == (1, 10)
    assert found["records", "type_right"] == (1, 1)
    assert found["records", "field_f1"] == (4, 7)
    assert found["records", "field/total"] == (0, 2)
    assert found["end_to_end", "documents_right"] == (0, 1)
    assert found["end_to_end", "fields_accepted"] == (2, 4)
    assert found["end_to_end", "accepted_wrong"] == (0, 2)
    assert ("regions", "region_f1") not in found


def test_an_evaluation_is_kept_once_and_found_by_id_and_by_fingerprint(lake: Lake) -> None:
    first = keep(lake, rows(8.0))
    assert keep(lake, rows(8.0)) == first
    second = keep(lake, [replace(r, fingerprint="records/2") for r in rows(7.0)])
    assert [e.id for e in kept(lake)] == [first.id, second.id]
    assert rows_of(lake, first) == rows(8.0)
    assert find(lake, first.id) == first and find(lake, "records/1") == first and find(lake, "latest") == second
    assert keep(lake, rows(8.0)).id > second.id
    with pytest.raises(NoSuchEvaluation, match=second.id):
        find(lake, "nothing such")


def test_an_experiment_is_kept_apart_from_the_models_in_force(lake: Lake) -> None:
    tried = keep(lake, rows(7.0), variant="tesseract")
    assert latest(lake) is None and latest(lake, "tesseract") == tried


def test_what_was_published_is_remembered_with_the_reason_for_a_loss(lake: Lake) -> None:
    first, second = keep(lake, rows(8.0)), keep(lake, rows(7.0))
    assert published(lake) is None
    mark_published(lake, first)
    mark_published(lake, second, "cheaper")
    found = published(lake)
    assert found is not None and (found.id, found.accepted_loss) == (second.id, "cheaper")
    assert find(lake, "published").id == second.id


def test_rates_are_pooled_over_all_and_by_set_type_and_tier() -> None:
    found = {(p.by, p.of): p for p in pooled([*rows(8.0, 2), row("e", 4.0, set="c")])}
    assert found["all", ""].value.value == pytest.approx(20 / 24)
    assert found["set", "c"].value.value == 0.5 and found["set", "c"].documents == 1
    assert found["type", "receipt"].documents == found["tier", "good"].documents == 3


def test_a_loss_of_two_points_is_told_from_chance_and_its_documents_are_named() -> None:
    after = rows(8.0)
    after[:6] = [replace(r, numerator=6.0) for r in after[:6]]
    (loss,) = losses(compare(rows(8.0), after), level=0.02, least=0.002)
    assert loss.loss == pytest.approx(12 / 480)
    worse = worse_documents(rows(8.0), after, [("records", "field_f1")])
    assert [w.document for w in worse] == [f"d{i}" for i in range(6)] and worse[0].loss == 0.25


def test_neither_a_gain_nor_a_trifle_nor_the_same_again_is_a_loss() -> None:
    better = [replace(r, numerator=8.0) for r in rows(7.0)]
    assert losses(compare(rows(7.0), better), 0.02, 0.002) == []
    trifle = [replace(r, numerator=7.99) for r in rows(8.0)]
    assert losses(compare(rows(8.0), trifle), 0.02, 0.002) == []
    assert losses(compare(rows(8.0), rows(8.0)), 0.02, 0.002) == []


def test_a_document_that_is_not_read_any_more_has_lost_everything() -> None:
    gone = {f"d{i}" for i in range(6)}
    after = [r for r in rows(8.0) if r.document not in gone]
    assert losses(compare(rows(8.0), after), 0.02, 0.002) == []
    after += unread(rows(8.0), gone)
    (loss,) = losses(compare(rows(8.0), after), 0.02, 0.002)
    assert loss.loss == pytest.approx(0.1)
    errors = row("d0", 1.0, 10.0, "character_errors", stage="text")
    assert unread([errors], gone)[0].numerator == 10.0


def test_errors_are_lost_by_rising() -> None:
    before = [row(f"d{i}", 2.0, 100.0, "character_errors", stage="text") for i in range(30)]
    after = [replace(r, numerator=4.0) for r in before]
    (loss,) = losses(compare(before, after), 0.02, 0.002)
    assert loss.loss == pytest.approx(0.02)
    assert losses(compare(after, before), 0.02, 0.002) == []


def test_a_document_whose_truth_changed_is_not_compared() -> None:
    after = [replace(r, numerator=0.0, truth="another") for r in rows(8.0)]
    assert compare(rows(8.0), after) == []


NOTHING = CorpusScore(None, None, None, None, None)


def test_the_gate_says_which_documents_got_worse_and_lets_an_accepted_loss_by() -> None:
    after = [replace(r, numerator=6.0) for r in rows(8.0)]
    lost = losses(compare(rows(8.0), after), 0.02, 0.002)
    worse = worse_documents(rows(8.0), after, [(one.stage, one.measure) for one in lost])
    stopped = gate(NOTHING, 60, ChecksSettings(), lost, worse)
    assert not stopped.passed and "field_f1 1.0000 → 0.7500" in (stopped.description or "")
    assert "d0 (1.000 → 0.750)" in (stopped.description or "") and "--accept-loss" in (stopped.description or "")
    passed = gate(NOTHING, 60, ChecksSettings(), lost, worse, "cheaper by half")
    assert passed.passed and "cheaper by half" in (passed.description or "")


def test_the_thresholds_hold_also_where_a_loss_is_accepted() -> None:
    poor = replace(NOTHING, field_f1=0.1)
    assert not gate(poor, 60, ChecksSettings(), accepted="cheaper").passed
