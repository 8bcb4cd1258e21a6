"""What becomes of a record where the PDF carries the invoice as XML."""

from __future__ import annotations

import time

import pytest

from ocr.documents import Field, Record
from ocr_assets_tests.ocr.extraction.attached.made import HAMMERS, PRINTED, SAW, pdf, record_of, rules_of, xml
from ocr_assets_tests.ocr.extraction.samples import items_of

OTHER_IBAN = "GB29NWBK60161331926819"


def field_of(record: Record, name: str, item: int | None = None) -> Field:
    (found,) = [f for f in record.fields if f.name == name and f.group == item]
    return found


def test_values_of_the_xml_are_the_record_s_and_lie_where_they_are_printed():
    record = record_of(pdf(xml()))
    assert rules_of(record) == [] and record.type == "invoice"
    gross, printed = field_of(record, "gross_total"), field_of(record_of(pdf(None)), "gross_total")
    assert (gross.value, gross.raw, gross.status) == ("78.30", "$78.30", "valid")
    assert gross.found_by.startswith("xml:factur-x.xml+") and gross.confidence > 0.9
    assert (gross.page, gross.x0, gross.y0, gross.x1, gross.y1) == (
        printed.page,
        printed.x0,
        printed.y0,
        printed.x1,
        printed.y1,
    )
    assert field_of(record, "tax_total").value == "5.80", "not that of the currency books are kept in"
    assert field_of(record, "buyer").status == "valid", "a salutation makes no other person"


def test_what_the_xml_does_not_say_is_read_and_what_is_not_printed_is_taken():
    record = record_of(pdf(xml()))
    due, tax_id = field_of(record, "due_date"), field_of(record, "seller_tax_id")
    assert due.value == "2023-04-04" and not due.found_by.startswith("xml:")
    assert (tax_id.value, tax_id.found_by, tax_id.status) == ("DE136695976", "xml:factur-x.xml", "valid")
    assert (tax_id.page, tax_id.x1) == (1, 0)


@pytest.mark.parametrize(
    ("name", "stated", "printed"),
    [
        ("gross_total", "178.30", "78.30"),
        ("iban", OTHER_IBAN, "DE89370400440532013000"),
        ("invoice_number", "A-10043", "A-10042"),
        ("seller", "Another Company Ltd", "Acme Tools Inc"),
    ],
)
def test_a_page_that_says_otherwise_is_told_with_both_values_and_needs_review(name: str, stated: str, printed: str):
    record = record_of(pdf(xml(**{name: stated})))
    (differs,) = [v for v in record.violations if v.rule == "attached_invoice_differs"]
    assert (differs.severity, differs.field, differs.page) == ("warning", name, 1)
    assert stated in differs.message and printed in differs.message and "factur-x.xml" in differs.message
    found = field_of(record, name)
    assert (
        found.value == stated
        and found.status == "needs_review"
        and printed in found.raw.replace(" ", "", 9 * (name == "iban"))
    )
    assert differs.x0 == found.x0 and record.status == "needs_review"


def test_a_value_printed_somewhere_else_is_not_what_the_page_says_of_the_field():
    record = record_of(pdf(xml(gross_total="27.50")))
    assert rules_of(record) == ["attached_invoice_differs"]


def test_check_leaves_what_is_printed_and_tells_what_differs():
    record = record_of(pdf(xml(gross_total="178.30")), "check")
    assert field_of(record, "gross_total").value == "78.30"
    assert field_of(record, "gross_total").status == "needs_review"
    number = field_of(record, "invoice_number")
    assert number.found_by.endswith("+xml:factur-x.xml") and number.confidence >= 0.99
    assert not any(f.found_by.startswith("xml:") for f in record.fields)
    assert rules_of(record) == ["attached_invoice_differs"]


def test_off_is_as_if_nothing_were_attached():
    assert record_of(pdf(xml(gross_total="178.30")), "off") == record_of(pdf(None), "use")


def test_items_are_those_of_the_xml_at_the_rows_that_show_them():
    record = record_of(pdf(xml()))
    assert items_of(record) == [
        {"description": "Hammer with handle", "quantity": "3", "unit_price": "15.00", "amount": "45.00"},
        {"description": "Steel saw", "quantity": "1", "unit_price": "27.50", "amount": "27.50"},
    ]
    items = [f for f in record.fields if f.group is not None]
    assert all(f.found_by == "xml:factur-x.xml+printed" and f.status == "valid" for f in items)
    assert field_of(record, "unit_price", 1).x0 < field_of(record, "amount", 1).x0, "one is left of the other"
    assert field_of(record, "amount", 0).y1 < field_of(record, "amount", 1).y0


def test_an_item_the_page_shows_otherwise_needs_review_and_the_others_do_not():
    less = "<ram:AllowanceTotalAmount>2.00</ram:AllowanceTotalAmount>"
    record = record_of(pdf(xml((HAMMERS, SAW | {"price": "29.50", "amount": "29.50"}), sums=less)))
    found = [(v.field, v.group) for v in record.violations if v.rule == "attached_invoice_differs"]
    assert found == [("unit_price", 1), ("amount", 1)]
    amount = field_of(record, "amount", 1)
    assert (amount.value, amount.raw, amount.status) == ("29.50", "27.50", "needs_review")
    assert field_of(record, "amount", 0).status == "valid"


def test_an_item_that_no_page_shows_needs_review():
    record = record_of(pdf(xml((HAMMERS, SAW, {**SAW, "name": "Express fee", "price": "9.99", "amount": "9.99"}))))
    (differs,) = [v for v in record.violations if v.rule == "attached_invoice_differs"]
    assert "item 3" in differs.message and "9.99" in differs.message and differs.group == 2
    assert field_of(record, "amount", 2).status == "needs_review"


ONES = {**SAW, "price": "1.00", "amount": "1.00"}


def stranger_to_the_page(record: Record, item: int) -> bool:
    """Whether nothing of an item is said to be printed, and its amount needs a person."""
    parts = [f for f in record.fields if f.group == item]
    return not any(f.found_by.endswith("+printed") for f in parts) and parts[-1].status == "needs_review"


def test_a_number_that_stands_for_something_else_is_no_item_s_amount():
    printed = PRINTED.replace("500 Market Street", "Market Street 1").replace("Hammer", "1  Hammer")
    record = record_of(pdf(xml(tuple({**ONES, "name": f"Part {n}"} for n in range(9))), printed=printed))
    assert all(stranger_to_the_page(record, item) for item in range(9))


def test_the_position_of_an_item_is_not_its_amount_nor_its_quantity():
    printed = PRINTED.replace("Hammer with handle", "9  Hammer with handle").replace("Steel saw", "1  Steel saw")
    saw = {**SAW, "price": "1.00", "amount": "1.00"}
    record = record_of(pdf(xml((HAMMERS | {"quantity": "9"}, saw)), printed=printed))
    assert (field_of(record, "amount", 1).raw, field_of(record, "amount", 1).status) == ("27.50", "needs_review")
    assert (field_of(record, "quantity", 0).raw, field_of(record, "quantity", 0).status) == ("3", "needs_review")


def test_amounts_printed_with_one_another_s_descriptions_are_contradicted():
    swapped = (HAMMERS | {"amount": "27.50"}, SAW | {"amount": "45.00"})
    record = record_of(pdf(xml(swapped)))
    assert [(field_of(record, "amount", n).raw, field_of(record, "amount", n).status) for n in (0, 1)] == [
        ("45.00", "needs_review"),
        ("27.50", "needs_review"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ("Hammer with       3     15.00    45.00", "handle"),
        ("Hammer with handle", "4 pieces    3     15.00    45.00"),
        ("3     15.00    45.00", "Hammer with handle"),
        ("Hammer with handle    3     15.00", "                                   45.00"),
    ],
)
def test_a_description_may_stand_in_several_rows_or_in_another_than_its_amount(rows: tuple[str, str]):
    saw = [row.replace("Hammer with", "Saw of").replace("handle", "steel") for row in rows]
    saw = [
        row.replace(" 3 ", " 1 ").replace("3  ", "1  ").replace("15.00", "27.50").replace("45.00", "27.50")
        for row in saw
    ]
    table = PRINTED.index("Hammer"), PRINTED.index("\nSubtotal")
    printed = PRINTED[: table[0]] + "\n".join([*rows, *saw]) + "\n" + PRINTED[table[1] :]
    saw_of_steel = SAW | {"name": "Saw of steel"}
    record = record_of(pdf(xml((HAMMERS, saw_of_steel)), printed=printed))
    amounts = [field_of(record, "amount", n) for n in (0, 1)]
    assert [(f.raw, f.found_by.endswith("+printed")) for f in amounts] == [("45.00", True), ("27.50", True)]
    other = record_of(pdf(xml((HAMMERS | {"amount": "99.00"}, saw_of_steel | {"amount": "45.00"})), printed=printed))
    assert not any(field_of(other, "amount", n).found_by.endswith("+printed") for n in (0, 1))


def test_thousands_of_items_that_no_page_shows_are_told_soon():
    printed = PRINTED + f"{'1' * 80}\n" * 5
    items = tuple({**SAW, "name": f"{number}"} for number in range(3000))
    started = time.perf_counter()
    record = record_of(pdf(xml(items), printed=printed))
    assert time.perf_counter() - started < 10
    assert sum(v.rule == "attached_invoice_differs" for v in record.violations) > 2900


def test_whole_numbers_are_amounts_where_an_item_s_amounts_are_printed_so():
    printed = PRINTED.replace("15.00          45.00", "15             45")
    record = record_of(pdf(xml(), printed=printed))
    amount = field_of(record, "amount", 0)
    assert (amount.raw, amount.found_by, amount.x0 > field_of(record, "unit_price", 0).x0) == (
        "45",
        "xml:factur-x.xml+printed",
        True,
    )


def test_a_total_is_not_confirmed_by_a_number_that_is_no_amount():
    printed = PRINTED.replace("Total                                              $78.30", "Page 78").replace(
        "Subtotal                                           $72.50", ""
    )
    record = record_of(pdf(xml(gross_total="78.00"), printed=printed))
    assert not field_of(record, "gross_total").found_by.endswith("+printed")


def test_a_short_number_somewhere_on_the_page_is_not_the_invoice_s():
    printed = PRINTED.replace("Invoice Number: A-10042", "").replace("2023-03-20", "").replace("2023-04-04", "")
    number = field_of(record_of(pdf(xml(invoice_number="500"), printed=printed)), "invoice_number")
    assert (number.value, number.found_by) == ("500", "xml:factur-x.xml")


def test_prices_printed_with_their_tax_say_the_same():
    printed = PRINTED.replace("15.00          45.00", "16.20          48.60").replace(
        "27.50          27.50", "29.70  29.70"
    )
    record = record_of(pdf(xml(), printed=printed))
    assert rules_of(record) == []
    assert (field_of(record, "amount", 0).value, field_of(record, "amount", 0).raw) == ("45.00", "48.60")


def test_a_credit_note_agrees_with_a_page_that_prints_a_sign():
    record = record_of(pdf(xml(code="381"), printed=PRINTED.replace("$78.30", "-$78.30")))
    assert "attached_invoice_differs" not in rules_of(record)


def test_the_xml_makes_an_invoice_of_pages_that_say_nothing():
    record = record_of(pdf(xml(), printed="-"))
    assert record.type == "invoice" and rules_of(record) == []
    assert field_of(record, "gross_total").value == "78.30" and len(items_of(record)) == 2


def test_values_that_are_none_are_left_aside_and_said():
    record = record_of(pdf(xml(gross_total="many", issue_date="someday")))
    broken = [(v.rule, v.field) for v in record.violations if v.rule == "attached_invoice_malformed"]
    assert sorted(broken) == [
        ("attached_invoice_malformed", "gross_total"),
        ("attached_invoice_malformed", "issue_date"),
    ]
    assert field_of(record, "gross_total").value == "78.30"
