import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocr.documents import Line, Page, Region, TableCell, Word
from ocr.extraction import extract
from ocr.settings import RecordsSettings
from ocr_assets_tests.ocr.extraction import samples
from ocr_assets_tests.ocr.extraction.samples import items_of, record_of, values_of


def test_a_receipt_is_read():
    record = record_of(samples.RECEIPT)
    assert values_of(record) == {
        "company": "BLUE HARBOUR TRADING SDN BHD",
        "address": "NO. 12, JALAN MAWAR 3/4, TAMAN MELATI, 53100 KUALA LUMPUR",
        "date": "2019-03-14",
        "total": "11.35",
        "subtotal": "11.35",
        "rounding": "0.00",
        "cash": "20.00",
        "change": "8.65",
        "currency": "MYR",
    }
    assert items_of(record) == [
        {"description": "PENCIL BOX", "quantity": "2", "unit_price": "4.50", "amount": "9.00"},
        {"description": "GLUE STICK 20G", "quantity": "1", "unit_price": "2.35", "amount": "2.35"},
    ]
    assert record.violations == []


def test_a_german_invoice_is_read():
    record = record_of(samples.INVOICE_DE)
    assert values_of(record) == {
        "invoice_number": "2024-0815",
        "issue_date": "2024-02-05",
        "due_date": "2024-03-06",
        "seller": "Nordlicht Möbel GmbH",
        "buyer": "Erika Beispiel",
        "seller_tax_id": "DE136695976",
        "iban": "DE89370400440532013000",
        "currency": "EUR",
        "net_total": "1500.00",
        "tax_total": "285.00",
        "gross_total": "1785.00",
    }
    assert [i["amount"] for i in items_of(record)] == ["480.00", "1020.00"]
    assert record.violations == []


def test_an_english_invoice_with_american_dates_is_read():
    record = record_of(samples.INVOICE_EN)
    found = values_of(record)
    assert (found["invoice_number"], found["seller"], found["buyer"]) == ("A-10042", "Acme Tools Inc.", "Jane Doe")
    assert (found["issue_date"], found["due_date"]) == ("2023-03-20", "2023-04-04")
    assert (found["net_total"], found["tax_total"], found["gross_total"]) == ("72.50", "5.80", "78.30")
    assert found["currency"] == "USD"
    assert items_of(record)[0] == {"description": "Hammer", "quantity": "3", "unit_price": "15.00", "amount": "45.00"}


def test_a_letter_is_read():
    found = values_of(record_of(samples.LETTER))
    assert found == {
        "sender": "Stadtwerke Musterstadt AG",
        "recipient": "Max Mustermann",
        "date": "2024-01-12",
        "subject": "Ablesung Ihres Zählers",
    }


def test_a_contract_is_read():
    record = record_of(samples.CONTRACT)
    assert [f.value for f in record.fields if f.name == "party"] == ["Alpha Widgets Inc.", "Beta Gears LLC"]
    assert values_of(record)["effective_date"] == "2016-05-05"
    assert values_of(record)["jurisdiction"] == "New York"


def test_a_form_gives_a_field_for_every_label():
    found = values_of(record_of(samples.FORM))
    assert found["first_name"] == "Ada"
    assert found["last_name"] == "Lovelace"
    assert found["date_of_birth"] == "10.12.1815"


def test_a_field_says_where_it_was_found_and_how_sure_it_is():
    record = record_of(samples.INVOICE_DE, confidence=0.9)
    gross = record.field("gross_total")
    assert gross is not None
    assert gross.raw == "1.785,00 €"
    assert gross.page == 1
    assert gross.x1 - gross.x0 == samples.PITCH * len("1.785,00 €")
    assert gross.found_by == "label_left+adds_up"
    assert 0.9 <= gross.confidence < 1


def test_words_read_with_little_confidence_make_a_field_need_review():
    record = record_of(samples.INVOICE_DE, confidence=0.5)
    assert {f.status for f in record.fields} == {"needs_review"}
    assert record.status == "needs_review"
    assert "below 0.80" in record.fields[0].reasons[0]


def test_line_items_are_read_from_recognised_table_cells():
    texts = [["Description", "Qty", "Amount"], ["Hammer", "3", "45.00"], ["Saw", "1", "27.50"]]
    cells = [
        TableCell(1, 0, r, c, 1, 1, 100.0 * c, 30.0 * r, 100.0 * c + 90, 30.0 * r + 20, text)
        for r, row in enumerate(texts)
        for c, text in enumerate(row)
    ]
    page, lines, words = samples.set_text(samples.INVOICE_EN)
    record = extract([page], [], cells, lines, words, RecordsSettings())
    assert items_of(record)[1] == {"description": "Saw", "quantity": "1", "amount": "27.50"}


def test_misread_digits_and_labels_are_tolerated():
    text = samples.RECEIPT.replace(
        "TOTAL (RM)                          11.35", "T0TAL (RM)                          1l.35"
    )
    assert values_of(record_of(text))["total"] == "11.35"


def test_the_order_of_the_words_does_not_matter():
    page, lines, words = samples.set_text(samples.INVOICE_DE)
    straight = extract([page], [], [], lines, words, RecordsSettings())
    random.Random(1).shuffle(words)
    assert values_of(extract([page], [], [], lines, words, RecordsSettings())) == values_of(straight)


def test_lines_alone_are_enough():
    page, lines, _ = samples.set_text(samples.RECEIPT)
    record = extract([page], [], [], lines, [], RecordsSettings())
    assert values_of(record)["company"] == "BLUE HARBOUR TRADING SDN BHD"


@pytest.mark.parametrize("text", ["", "x", "42", ":", "€", "\u200b", "TOTAL", "12/03/2018"])
def test_next_to_nothing_is_a_record_of_no_type(text):
    page, lines, words = samples.set_text(text)
    record = extract([page], [], [], lines, words, RecordsSettings())
    assert record.type == "other"


FRAGMENTS = (
    "TOTAL Invoice Rechnung Nr. Date: 12/03/2018 1.234,56 RM € IBAN CASH Dear CHANGE QTY AMOUNT Käufer: ( - % governed "
    "by the laws of Agreement between and Inc. cashier DE89370400440532013000 Betreff: salutation, 53100 KUALA"
)
TOKENS = st.one_of(st.text(max_size=8), st.sampled_from(FRAGMENTS.split()))
BOX = st.tuples(*[st.floats(min_value=0, max_value=900, allow_nan=False)] * 4)


@st.composite
def noise(draw):
    lines, words = [], []
    for number in range(draw(st.integers(0, 15))):
        x, y, w, h = draw(BOX)
        tokens = draw(st.lists(TOKENS, max_size=5))
        page = draw(st.integers(1, 2))
        lines.append(Line(page, number, None, " ".join(tokens), 0.5, x, y, x + w, y + h, "test", "ocr"))
        words += [
            Word(page, number, i, None, t, 0.5, x + 40 * i, y, x + 40 * i + 30, y + h, "test", "ocr")
            for i, t in enumerate(tokens)
        ]
    return lines, draw(st.sampled_from([words, []]))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(noise())
def test_noise_makes_a_record_and_no_crash(drawn):
    lines, words = drawn
    pages = [Page(n, 1000, 1400, 200, 1000, 1400) for n in (1, 2)]
    regions = [Region(1, 0, "title", 0, 0, 900, 200, 0.9, "test")]
    record = extract(pages, regions, [], lines, words, RecordsSettings())
    assert record.status in ("valid", "needs_review", "rejected")
    assert all(0 <= f.confidence <= 1 for f in record.fields)
