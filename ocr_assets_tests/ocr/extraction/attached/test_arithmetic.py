"""An attached invoice whose items do not make its net total, or not their own amounts."""

from __future__ import annotations

import pytest

from ocr.documents import Record
from ocr_assets_tests.ocr.extraction.attached.made import HAMMERS, PRINTED, SAW, pdf, record_of, xml

ALLOWED = """<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>{charge}</udt:Indicator>
 </ram:ChargeIndicator><ram:ActualAmount>{amount}</ram:ActualAmount></ram:SpecifiedTradeAllowanceCharge>"""
SILENT = "Invoice A-10042 of 2023-03-20, see what is attached"


def broken(record: Record) -> list[tuple[str, str, int | None]]:
    return [(v.rule, v.severity, v.group) for v in record.violations if v.rule in ("items_sum", "item_multiplies")]


def test_an_invoice_that_agrees_with_itself_breaks_no_sum():
    assert broken(record_of(pdf(xml()))) == []


@pytest.mark.parametrize("printed", [PRINTED, SILENT])
def test_items_that_do_not_make_the_net_total_need_review(printed: str):
    fee = SAW | {"name": "Express fee", "price": "9.99", "amount": "9.99"}
    record = record_of(pdf(xml((HAMMERS, SAW, fee)), printed=printed))
    assert broken(record) == [("items_sum", "warning", None)]
    (said,) = [v.message for v in record.violations if v.rule == "items_sum"]
    assert "82.49" in said and "72.50" in said and "factur-x.xml" in said
    assert {f.status for f in record.fields if f.name == "amount"} == {"needs_review"}
    (net,) = [f for f in record.fields if f.name == "net_total"]
    assert net.status == "valid"


def test_allowances_and_charges_part_the_items_from_the_net_total():
    sums = "<ram:ChargeTotalAmount>{}</ram:ChargeTotalAmount><ram:AllowanceTotalAmount>{}</ram:AllowanceTotalAmount>"
    dear = SAW | {"price": "37.50", "amount": "37.50"}
    assert broken(record_of(pdf(xml((HAMMERS, dear), sums=sums.format("2.00", "12.00")), printed=SILENT))) == []
    assert broken(record_of(pdf(xml((HAMMERS, dear), sums=sums.format("12.00", "2.00")), printed=SILENT))) == [
        ("items_sum", "warning", None)
    ]


@pytest.mark.parametrize("price", ["2.75", "275.00"])
def test_an_item_that_is_not_quantity_times_price_needs_review_and_no_other(price: str):
    record = record_of(pdf(xml((HAMMERS, SAW | {"price": price})), printed=SILENT))
    assert broken(record) == [("item_multiplies", "warning", 1)]
    assert {f.group for f in record.fields if f.status == "needs_review" and f.group is not None} == {1}


def test_an_item_may_state_no_tax_or_an_amount_with_its_tax():
    untaxed = xml((HAMMERS, SAW | {"amount": "29.70"})).replace("<ram:RateApplicablePercent>8<", "<ram:Other>8<")
    untaxed = untaxed.replace(">8</ram:RateApplicablePercent>", ">8</ram:Other>")
    taxed = xml((HAMMERS, SAW | {"amount": "29.70"}))
    assert ("item_multiplies", "warning", 1) in broken(record_of(pdf(untaxed, printed=SILENT)))
    assert ("item_multiplies", "warning", 1) not in broken(record_of(pdf(taxed, printed=SILENT)))


def test_allowances_and_charges_of_an_item_part_its_amount_from_its_price():
    added = ALLOWED.format(charge="false", amount="4.00") + ALLOWED.format(charge="true", amount="1.50")
    assert broken(record_of(pdf(xml((HAMMERS, SAW | {"price": "30.00", "added": added})), printed=SILENT))) == []


def test_what_is_only_compared_is_not_judged_by_itself():
    assert broken(record_of(pdf(xml((HAMMERS, SAW | {"amount": "99.00"}))), "check")) == []
