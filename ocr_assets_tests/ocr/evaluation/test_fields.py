from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.documents import Field, Record
from ocr.evaluation.fields import pool, same_value, score_fields
from ocr.evaluation.truth import Truth

SHA = "ab" * 32


def field(name: str, value: str, group: int | None = None) -> Field:
    return Field(name, value, value, 0.9, 1, 0, 0, 1, 1, "test", group=group)


def record(*fields: Field) -> Record:
    return Record("invoice", 1.0, "en", list(fields))


def item(group: int, **values: str) -> list[Field]:
    return [field(name, value, group) for name, value in values.items()]


def test_each_field_has_one_of_four_outcomes():
    truth = Truth(
        sha256=SHA, fields={"invoice_number": "A-1", "gross_total": "10.00", "issue_date": "2026-01-02", "iban": ""}
    )
    score = score_fields(
        truth, record(field("invoice_number", "A-1"), field("gross_total", "11"), field("iban", "DE1"))
    )
    assert {o.name: o.verdict for o in score.outcomes} == {
        "invoice_number": "right",
        "gross_total": "wrong",
        "issue_date": "missing",
        "iban": "extra",
    }
    assert score.tolerant.precision == pytest.approx(1 / 3)
    assert score.tolerant.recall == pytest.approx(1 / 3)
    assert score.tolerant.f1 == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("name", "truth", "read", "same"),
    [
        ("total", "1234.50", "1234.5", True),
        ("total", "1234.50", "1234.05", False),
        ("total", "12.00", "-12.00", False),
        ("quantity", "2", "2.0", True),
        ("date", "2026-03-01", "20260301", True),
        ("date", "2026-03-01", "2026-01-03", False),
        ("seller", "Möller & Söhne GmbH", "MÖLLER & SÖHNE  GMBH", True),
        ("address", "Ringstraße 5, Köln", "Ringstrasse 5 Köln", True),
        ("iban", "DE44500105175407324931", "DE44 5001 0517 5407 3249 31", True),
        ("invoice_number", "R-104", "R-140", False),
    ],
)
def test_values_are_compared_by_the_kind_of_their_field(name, truth, read, same):
    assert same_value(name, truth, read) is same


def test_strict_wants_the_same_letters():
    score = score_fields(Truth(sha256=SHA, fields={"seller": "Ash Ltd"}), record(field("seller", "ASH LTD.")))
    assert score.tolerant.f1 == 1.0
    assert (score.strict.right, score.strict.wrong) == (0, 1)


def test_a_field_truth_does_not_name_is_not_judged():
    score = score_fields(Truth(sha256=SHA, fields={"total": "1.00"}), record(field("total", "1.00"), field("tax", "9")))
    assert score.tolerant.f1 == 1.0
    assert len(score.outcomes) == 1


def test_a_missed_line_item_does_not_make_the_others_wrong():
    truth = Truth(
        sha256=SHA,
        items=[
            {"description": "Oak shelf", "amount": "10.00"},
            {"description": "Hinge", "amount": "4.00"},
            {"description": "Lamp", "amount": "7.00"},
        ],
    )
    read = record(*item(5, description="oak shelf", amount="10"), *item(9, description="Lamp", amount="7.00"))
    verdicts = [(o.item, o.name, o.verdict) for o in score_fields(truth, read).outcomes]
    assert verdicts == [
        (0, "description", "right"),
        (0, "amount", "right"),
        (1, "description", "missing"),
        (1, "amount", "missing"),
        (2, "description", "right"),
        (2, "amount", "right"),
    ]


def test_a_badly_read_item_is_wrong_and_an_invented_one_is_extra():
    truth = Truth(sha256=SHA, items=[{"amount": "10.00"}])
    assert [o.verdict for o in score_fields(truth, record(*item(0, amount="11.00"))).outcomes] == ["wrong"]
    both = record(*item(0, amount="3.00"), *item(1, amount="10.00", unit_price="10.00"))
    assert [o.verdict for o in score_fields(truth, both).outcomes] == ["extra", "right"]
    none = Truth(sha256=SHA, items=[])
    assert [o.verdict for o in score_fields(none, record(*item(0, amount="3.00"))).outcomes] == ["extra"]


def test_line_items_are_not_judged_where_truth_knows_none():
    assert score_fields(Truth(sha256=SHA), record(*item(0, amount="3.00"))).outcomes == ()


@given(
    st.dictionaries(st.sampled_from(["total", "date", "seller", "iban"]), st.sampled_from(["", "1.00", "x"])),
    st.dictionaries(st.sampled_from(["total", "date", "seller", "tax"]), st.sampled_from(["1.00", "x"])),
)
def test_strict_is_never_better_than_tolerant_and_pooling_keeps_counts(truth, read):
    score = score_fields(Truth(sha256=SHA, fields=truth), record(*(field(n, v) for n, v in read.items())))
    assert 0 <= score.strict.f1 <= score.tolerant.f1 <= 1
    assert pool([score, score]).tolerant.f1 == score.tolerant.f1


@given(
    st.lists(st.sampled_from(["1.00", "2.00", "3.00"]), max_size=5),
    st.lists(st.sampled_from(["1.00", "4.00"]), max_size=5),
)
def test_every_line_item_is_accounted_for_once(truth, read):
    items = [{"amount": amount} for amount in truth]
    found = record(*(f for n, amount in enumerate(read) for f in item(n, amount=amount)))
    counts = score_fields(Truth(sha256=SHA, items=items), found).tolerant
    assert counts.right + counts.wrong + counts.missing == len(truth)
    assert counts.right + counts.wrong + counts.extra == len(read)
