import pytest

from ocr.documents import Field
from ocr.extraction import rules, schemas
from ocr.extraction.doctype import registry
from ocr.settings import RecordsSettings
from ocr_assets_tests.ocr.extraction import samples
from ocr_assets_tests.ocr.extraction.samples import record_of

SETTINGS = RecordsSettings()


def field(name: str, value: str, group: int | None = None, raw: str = "", confidence: float = 0.95) -> Field:
    return Field(name, raw or value, value, confidence, 1, 0, 0, 10, 10, "test", group=group)


TOTALS = rules.adds_up(("net_total", "tax_total"), "gross_total")


def test_totals_that_add_up_within_the_tolerance_break_no_rule():
    fields = [field("net_total", "100.00"), field("tax_total", "19.00"), field("gross_total", "119.01")]
    assert TOTALS(fields, SETTINGS) == []


def test_totals_that_do_not_add_up_doubt_all_three_and_name_the_weakest():
    fields = [field("net_total", "100.00"), field("tax_total", "19.00", confidence=0.5), field("gross_total", "120.00")]
    (finding,) = TOTALS(fields, SETTINGS)
    assert set(finding.doubted) == {"net_total", "tax_total", "gross_total"}
    assert finding.violation.field == "tax_total"
    assert finding.violation.severity == "error"


def test_what_was_not_found_breaks_no_arithmetic():
    assert TOTALS([field("gross_total", "120.00")], SETTINGS) == []


def test_items_may_sum_to_the_net_or_the_gross_total():
    items = [field("amount", "40.00", 0), field("amount", "60.00", 1)]
    rule = rules.items_sum_to("net_total", "gross_total", tax="tax_total")
    assert rule([*items, field("net_total", "100.00")], SETTINGS) == []
    assert rule([*items, field("gross_total", "119.00"), field("tax_total", "19.00")], SETTINGS) == []
    (finding,) = rule([*items, field("net_total", "90.00")], SETTINGS)
    assert finding.doubted == ("amount",)


def test_quantity_times_price_may_be_lowered_by_a_discount_but_not_raised():
    def item(amount: str) -> list[Field]:
        return [field("quantity", "2", 0), field("unit_price", "5.00", 0), field("amount", amount, 0)]

    assert rules.quantities_multiply(item("9.00"), SETTINGS) == []
    assert len(rules.quantities_multiply(item("12.00"), SETTINGS)) == 1


def test_an_invoice_is_not_due_before_it_was_written():
    rule = rules.in_order("issue_date", "due_date")
    assert rule([field("issue_date", "2024-02-01"), field("due_date", "2024-02-01")], SETTINGS) == []
    assert len(rule([field("issue_date", "2024-02-01"), field("due_date", "2024-01-01")], SETTINGS)) == 1


@pytest.mark.parametrize(("date", "broken"), [("2024-02-01", 0), ("1066-10-14", 1), ("2999-01-01", 1)])
def test_a_date_is_neither_ancient_nor_far_ahead(date, broken):
    assert len(rules.plausible_date("date")([field("date", date)], SETTINGS)) == broken


def test_an_amount_in_another_currency_is_doubted():
    fields = [
        field("currency", "EUR"),
        field("gross_total", "5.00", raw="£ 5.00"),
        field("net_total", "4.00", raw="€ 4.00"),
    ]
    (finding,) = rules.one_currency(fields, SETTINGS)
    assert finding.violation.field == "gross_total"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gross_total", "12,50"),
        ("issue_date", "31.12.2024"),
        ("currency", "XYZ"),
        ("iban", "DE89370400440532013001"),
        ("seller_tax_id", "DE12"),
        ("invoice_number", ""),
    ],
)
def test_a_value_that_breaks_the_schema_is_rejected(name, value):
    fields = [field(name, value)]
    findings = schemas.broken(registry()["invoice"], fields)
    assert [f.violation.field for f in findings] == [name]
    assert rules.judge(fields, findings, SETTINGS) == "rejected"
    assert fields[0].status == "rejected"


def test_values_in_canonical_form_fit_the_schema():
    fields = [field("gross_total", "-12.50"), field("issue_date", "2024-12-31"), field("amount", "1.00", 0)]
    assert schemas.broken(registry()["invoice"], fields) == []


@pytest.mark.parametrize("name", sorted(registry()))
def test_every_type_has_a_schema(name):
    assert set(schemas.schema_of(registry()[name]).columns) == {f.name for f in registry()[name].fields if f.kept}


def test_a_wrong_iban_is_kept_as_read_and_rejected():
    record = record_of(samples.INVOICE_DE.replace("0130 00", "0130 01"))
    iban = record.field("iban")
    assert iban is not None and iban.status == "rejected"
    assert iban.value == "DE89370400440532013001"
    assert record.status == "rejected"


def test_a_changed_total_is_caught():
    record = record_of(samples.INVOICE_DE.replace("1.785,00", "1.985,00"))
    assert "gross_total_adds_up" in {v.rule for v in record.violations}
    gross = record.field("gross_total")
    assert gross is not None and gross.status == "needs_review"


def test_a_required_field_that_is_missing_is_a_violation():
    record = record_of(samples.INVOICE_DE.replace("Rechnung Nr. 2024-0815", "Rechnung"))
    assert ("required", "invoice_number") in {(v.rule, v.field) for v in record.violations}
    assert record.status == "needs_review"


def test_a_receipt_s_change_must_fit_what_was_paid():
    record = record_of(samples.RECEIPT.replace("8.65", "7.65"))
    assert "cash_adds_up" in {v.rule for v in record.violations}


def item(number: int, quantity: str, price: str, amount: str) -> list[Field]:
    values = {"quantity": quantity, "unit_price": price, "amount": amount}
    return [field(name, value, number) for name, value in values.items()]


def test_an_item_that_breaks_its_arithmetic_is_doubted_and_no_other():
    fields = [*item(0, "2", "3.00", "6.00"), *item(1, "2", "3.00", "9.00")]
    findings = rules.quantities_multiply(fields, SETTINGS)
    assert [(f.violation.rule, f.violation.field, f.violation.group) for f in findings] == [
        ("item_multiplies", "amount", 1)
    ]
    rules.judge(fields, findings, SETTINGS)
    assert [f.status for f in fields] == ["valid"] * 3 + ["needs_review"] * 3


def test_a_value_of_one_item_that_breaks_the_schema_leaves_the_others_alone():
    fields = [*item(0, "2", "3.00", "6.00"), *item(1, "2", "3,00", "6.00"), *item(2, "2", "3,00", "6.00")]
    findings = schemas.broken(registry()["invoice"], fields)
    assert [(f.violation.field, f.violation.group) for f in findings] == [("unit_price", 1), ("unit_price", 2)]
    rules.judge(fields, findings, SETTINGS)
    assert [f.group for f in fields if f.status == "rejected"] == [1, 2]


def test_items_are_the_surer_the_more_of_their_arithmetic_holds():
    def sure(text: str, name: str) -> float:
        found = record_of(text)
        return min(f.confidence for f in found.fields if f.group == 0 and f.name == name)

    no_sum = samples.INVOICE_EN.replace("$72.50", "$93.50").replace("$78.30", "$99.30")
    no_product = no_sum.replace("3            15.00", "1            15.00")
    assert sure(samples.INVOICE_EN, "amount") > sure(no_sum, "amount") > sure(no_product, "amount")
    assert sure(samples.INVOICE_EN, "quantity") > sure(no_product, "quantity")
    assert {f.found_by for f in record_of(samples.INVOICE_EN).fields if f.name == "amount"} == {
        "item_columns+multiplies+adds_up"
    }
