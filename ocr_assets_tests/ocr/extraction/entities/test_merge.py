import pytest

from ocr.extraction import conclude
from ocr.extraction.entities.answer import Answer
from ocr.extraction.entities.merge import NOT_ON_THE_PAGE, merge
from ocr.extraction.entities.question import question
from ocr.settings import RecordsSettings
from ocr_assets_tests.ocr.extraction.entities.drafts import INVOICE, draft_of, field_of, settings_for, without


def merged(found, values, items=(), **settings):
    chosen = settings_for(**settings)
    asked = question(found, chosen)
    assert asked is not None
    merge(
        found,
        asked,
        Answer(values={k: v if isinstance(v, list) else [v] for k, v in values.items()}, items=list(items)),
        chosen,
    )
    return conclude(found, RecordsSettings())


def test_a_value_on_the_page_fills_a_gap_with_its_page_and_box():
    record = merged(without(draft_of(INVOICE), "seller"), {"seller": "ACME TOOLS INC"}, trust=0.9)
    seller = record.field("seller")
    assert seller is not None
    assert (seller.raw, seller.found_by, seller.status, seller.page) == ("Acme Tools Inc.", "llm:reader", "valid", 1)
    assert seller.x1 > seller.x0 and seller.confidence == 0.9


def test_a_value_that_is_not_on_the_page_needs_review():
    seller = merged(without(draft_of(INVOICE), "seller"), {"seller": "Umbrella Corporation"}).field("seller")
    assert seller is not None
    assert seller.status == "needs_review" and NOT_ON_THE_PAGE in seller.reasons and seller.confidence < 0.3


def test_a_value_counts_as_much_as_its_words_were_read_surely():
    sure = merged(without(draft_of(INVOICE), "seller"), {"seller": "Acme Tools Inc."}).field("seller")
    doubtful = merged(without(draft_of(INVOICE, confidence=0.6), "seller"), {"seller": "Acme Tools Inc."}).field(
        "seller"
    )
    assert sure is not None and doubtful is not None and doubtful.confidence == pytest.approx(0.6 * sure.confidence)


def test_values_are_normalised_as_their_kind_asks():
    found = without(draft_of(INVOICE), "gross_total", "due_date", "currency")
    record = merged(found, {"gross_total": "$78.30", "due_date": "04/04/2023", "currency": "$"})
    assert {n: f.value for n in ("gross_total", "due_date", "currency") if (f := record.field(n))} == {
        "gross_total": "78.30",
        "due_date": "2023-04-04",
        "currency": "USD",
    }


def test_what_is_no_value_of_its_kind_is_left_out_and_said():
    record = merged(without(draft_of(INVOICE), "due_date"), {"due_date": "soon", "iban": "DE00 1234"})
    assert record.field("due_date") is None and record.field("iban") is None
    assert [v.field for v in record.violations if v.rule == "entities_malformed"] == ["due_date", "iban"]


def test_filling_leaves_what_rules_found():
    before = draft_of(INVOICE)
    record = merged(before, {"seller_tax_id": "GB123456789"})
    assert field_of(record, "seller").found_by == "letterhead"


def test_replacing_puts_the_model_over_the_rules_where_its_value_is_on_the_page():
    record = merged(draft_of(INVOICE), {"seller": "Jane Doe", "buyer": "Umbrella Corporation"}, mode="replace")
    assert (field_of(record, "seller").value, field_of(record, "seller").found_by) == ("Jane Doe", "llm:reader")
    assert field_of(record, "buyer").value == "Jane Doe"
    assert [f.name for f in record.fields].count("seller") == 1


def test_agreement_raises_confidence_and_disagreement_needs_review():
    before = {f.name: f.confidence for f in draft_of(INVOICE).fields if f.group is None}
    record = merged(
        draft_of(INVOICE), {"seller": "acme tools", "gross_total": "78.30", "buyer": "Acme Tools"}, mode="compare"
    )
    gross, buyer, due = (field_of(record, name) for name in ("gross_total", "buyer", "due_date"))
    assert gross.confidence >= before["gross_total"] and gross.found_by.endswith("+llm:reader")
    assert (
        buyer.status == "needs_review" and buyer.value == "Jane Doe" and "reader reads 'Acme Tools" in buyer.reasons[0]
    )
    assert due.confidence == before["due_date"]


def test_line_items_come_in_order_as_groups():
    found = draft_of(INVOICE)
    found.fields = [f for f in found.fields if f.group is None]
    rows = [{"description": "Hammer", "amount": "45.00"}, {"description": "Saw", "amount": "27.50"}]
    record = merged(found, {}, rows)
    assert [(f.group, f.name, f.value) for f in record.fields if f.group is not None] == [
        (0, "description", "Hammer"),
        (0, "amount", "45.00"),
        (1, "description", "Saw"),
        (1, "amount", "27.50"),
    ]
