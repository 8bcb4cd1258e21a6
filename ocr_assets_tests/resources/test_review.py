from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from ocr.documents import Field, Record, Violation, to_table
from ocr.errors import EngineError
from ocr.evaluation.acceptance import Judged
from ocr.evaluation.truth import Truth, TruthReview, find_truth
from resources.collect import DOCUMENTS
from resources.review.answers import NotReviewable, answer, check_value
from resources.review.queue import to_review
from resources.review.settle import settle
from resources.review.thresholds import FILE, NEVER, Thresholds, draw, load, save
from resources.settings import load_settings
from resources.warehouse import build, connect

SHA = "ab" * 32


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OCR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def judged(count: int, confidence: float, name: str = "total", right: bool = True) -> list[Judged]:
    return [Judged("receipt", name, confidence, False, right) for _ in range(count)]


def field(name: str, value: str, confidence: float, *reasons: str, status: str = "valid") -> Field:
    return Field(name, value, value, confidence, 1, 5, 6, 70, 80, "rule", status, list(reasons))


def in_item(field: Field, item: int) -> Field:
    return replace(field, group=item)


def drawn(threshold: float) -> Thresholds:
    return draw(judged(200, threshold), 50, 0.01, "mean", 0.8)


def reviewed(**values: str) -> Truth:
    said = {name: TruthReview(by="ada", at="2026-03-01T00:00:00+00:00") for name in values}
    return Truth(sha256=SHA, fields=values, reviews=said)


def test_a_field_with_enough_truth_has_a_threshold_of_its_own_and_the_others_share() -> None:
    some = judged(150, 0.6) + judged(60, 0.9, "date") + judged(60, 0.95, "company") + judged(9, 0.7, "company", False)
    found = draw(some, 150, 0.01, "mean", 0.8)
    assert found.drawn["receipt/total"].over == "receipt/total" and found.of("receipt", "total") == 0.6
    assert found.drawn["receipt/date"].over == "receipt" and found.of("receipt", "date") == 0.9
    assert found.of("invoice", "total") == 0.8


def test_a_field_that_is_wrong_however_sure_goes_to_review_always() -> None:
    found = draw(judged(100, 0.9) + judged(20, 0.9, right=False), 50, 0.01, "mean", 0.8)
    assert found.of("receipt", "total") == NEVER
    assert not found.accept(judged(1, 1.0)[0])


def test_with_little_truth_the_default_stays() -> None:
    found = draw(judged(50, 0.9), 10, 0.01, "mean", 0.8)
    assert not found.drawn and not found.version and found.of("receipt", "total") == 0.8


def test_thresholds_are_kept_in_the_home_and_a_torn_file_is_named(home: Path) -> None:
    assert load(load_settings()).default == load_settings().records.review_below
    found = drawn(0.7)
    assert save(found) == home / FILE and load(load_settings()) == found
    (home / FILE).write_text("{")
    with pytest.raises(EngineError, match=FILE):
        load(load_settings())


def test_thresholds_decide_what_needs_review_where_no_rule_does() -> None:
    record = Record(
        "receipt",
        1.0,
        "en",
        [
            field("total", "9.00", 0.75, "confidence 0.75 is below 0.80", status="needs_review"),
            field("date", "2026-01-01", 0.9, "the date lies ahead", status="needs_review"),
        ],
        status="needs_review",
    )
    total, date = settle(record, drawn(0.7), None).fields
    assert (total.status, total.reasons) == ("valid", [])
    assert date.status == "needs_review"
    (total, _) = settle(record, drawn(0.9), None).fields
    assert total.status == "needs_review" and total.reasons == ["confidence 0.75 is below 0.90"]
    assert settle(record, Thresholds(0.5), None) == record


def test_what_a_person_said_stands_in_place_of_what_was_read() -> None:
    doubtful = field("total", "9.00", 0.4, "confidence 0.40 is below 0.80", status="needs_review")
    missing = Violation("required", "error", "no date was found", "date")
    record = Record("receipt", 1.0, "en", [doubtful], [missing], "needs_review")
    found = settle(record, Thresholds(0.8), reviewed(total="8.00", date="2026-01-01"))
    total, date = found.fields
    assert (total.value, total.raw, total.status, total.confidence) == ("8.00", "9.00", "valid", 1.0)
    assert total.reasons == ["read as '9.00', corrected by ada on 2026-03-01"] and total.found_by == "review"
    assert (date.name, date.value) == ("date", "2026-01-01")
    assert found.status == "valid"
    assert settle(record, Thresholds(0.8), reviewed(total="")).fields == []
    (accepted,) = settle(record, Thresholds(0.8), reviewed(total="9.00")).fields
    assert accepted.reasons == ["accepted by ada on 2026-03-01"]


def test_truth_that_no_person_gave_in_review_changes_no_record() -> None:
    record = Record("receipt", 1.0, "en", [field("total", "9.00", 0.9)])
    assert settle(record, Thresholds(0.8), Truth(sha256=SHA, fields={"total": "8.00"})) == record


def test_an_answer_is_added_to_the_truth_of_its_document(tmp_path: Path) -> None:
    answer(SHA, "a.png", "total", "8.00", "ada", tmp_path)
    answer(SHA, "a.png", "date", "", "bob", tmp_path)
    truth = find_truth(SHA, [tmp_path])
    assert truth is not None and truth.fields == {"total": "8.00", "date": ""} and truth.set == "reviewed"
    assert {name: review.by for name, review in truth.reviews.items()} == {"total": "ada", "date": "bob"}
    with pytest.raises(NotReviewable, match="--by"):
        answer(SHA, "a.png", "total", "8.00", " ", tmp_path)


@pytest.mark.parametrize(("kind", "value"), [("amount", "RM 9"), ("date", "1 March"), ("quantity", "")])
def test_a_value_of_another_form_is_refused(kind: str, value: str) -> None:
    with pytest.raises(NotReviewable):
        check_value(kind, value)


def test_the_most_valuable_look_comes_first(tmp_path: Path) -> None:
    def of(rows: pa.Table) -> pa.Table:
        return rows.add_column(0, "document", pa.array(["a-1"] * rows.num_rows, pa.string()))

    fields = [
        field("address", "1 Road", 0.3, "confidence 0.30 is below 0.80", status="needs_review"),
        field("total", "9.00", 0.7, "confidence 0.70 is below 0.80", status="needs_review"),
        field("company", "Shop", 0.95, "another rule speaks against it", status="needs_review"),
        field("currency", "EUR", 0.99),
    ]
    missing = Violation("required", "error", "no date was found", "date")
    known = {"document": "a-1", "name": "a.png", "type": "receipt", "status": "read", "environment": "live"}
    parts = {"fields": [of(to_table(Field, fields))], "violations": [of(to_table(Violation, [missing]))]}
    corpus = tmp_path / "corpus.duckdb"
    build(corpus, pa.Table.from_pylist([known], schema=DOCUMENTS), parts)
    looks = to_review(corpus)
    assert {look.field for look in looks} == {"address", "total", "company", "date"}
    assert [look.worth for look in looks] == sorted((look.worth for look in looks), reverse=True)
    by_name = {look.field: look for look in looks}
    assert by_name["total"].worth > by_name["address"].worth
    assert by_name["date"].box is None and by_name["total"].box == (5, 6, 70, 80)
    assert to_review(corpus, "b-2") == []


def test_a_value_that_is_on_no_page_has_no_place(tmp_path: Path) -> None:
    stated = replace(field("total", "9.00", 0.5, "no page shows it", status="needs_review"), x0=0, y0=0, x1=0, y1=0)
    rows = to_table(Field, [stated])
    known = {"document": "a-1", "name": "a.png", "type": "receipt", "status": "read", "environment": "live"}
    corpus = tmp_path / "corpus.duckdb"
    parts = {"fields": [rows.add_column(0, "document", pa.array(["a-1"], pa.string()))]}
    build(corpus, pa.Table.from_pylist([known], schema=DOCUMENTS), parts)
    (look,) = to_review(corpus)
    assert (look.page, look.box) == (None, None)
    with connect(corpus) as connection:
        for view in ("needs_review", "review"):
            assert connection.execute(f"SELECT page, x0, y1 FROM {view}").fetchall() == [(None, None, None)]


def test_line_items_are_listed_with_their_number_among_the_fields_by_worth(tmp_path: Path) -> None:
    together, alone = "3 line items sum to 9.00, but total is 8.00", "item 1: quantity × unit price = 2.00, but …"
    fields = [
        field("total", "8.00", 0.7, "confidence 0.70 is below 0.80", status="needs_review"),
        field("currency", "EUR", 0.75, "confidence 0.75 is below 0.80", status="needs_review"),
        *(in_item(field("amount", "3.00", 0.9, together, status="needs_review"), item) for item in (1, 2)),
        in_item(field("amount", "3.00", 0.9, together, alone, status="needs_review"), 0),
        in_item(field("description", "Tea", 0.4, "confidence 0.40 is below 0.80", status="needs_review"), 2),
        in_item(field("quantity", "1", 0.9), 2),
    ]
    rows = to_table(Field, fields)
    known = {"document": "a-1", "name": "a.png", "type": "receipt", "status": "read", "environment": "live"}
    corpus = tmp_path / "corpus.duckdb"
    parts = {"fields": [rows.add_column(0, "document", pa.array(["a-1"] * rows.num_rows, pa.string()))]}
    build(corpus, pa.Table.from_pylist([known], schema=DOCUMENTS), parts)
    looks = [(look.field, look.item, round(look.worth, 2)) for look in to_review(corpus)]
    assert looks == [
        ("total", None, 1.8),
        ("amount", 0, 0.5),
        ("currency", None, 0.5),
        ("description", 2, 0.3),
        ("amount", 1, 0.17),
        ("amount", 2, 0.17),
    ]
