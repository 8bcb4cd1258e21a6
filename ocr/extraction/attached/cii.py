"""The invoice in the XML of ZUGFeRD and Factur-X (UN/CEFACT Cross Industry Invoice), as it stands there.

All generations of the format, from ZUGFeRD 1.0 on, are read by the names of their elements, without regard to
namespaces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ocr.markup import UnusableMarkup, all_named, text_at

NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
"""What the standards call the attached file. Order-X, with orders, has another name."""
ROOTS = ("CrossIndustryInvoice", "CrossIndustryDocument")
MOST_ITEMS = 5_000
_SUMS = ("SpecifiedTradeSettlementHeaderMonetarySummation", "SpecifiedTradeSettlementMonetarySummation")
_LINE_SUMS = ("SpecifiedTradeSettlementLineMonetarySummation", "SpecifiedTradeSettlementMonetarySummation")
_CREDITS = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
"""Codes of credit notes (UNTDID 1001, as EN 16931 allows them), whose amounts are stated without a sign."""
_NO_ITEMS = frozenset({"GROUP", "INFORMATION"})
_REASON = "AssociatedDocumentLineDocument/LineStatusReasonCode"
_NONE = Element("none")


@dataclass(frozen=True, slots=True)
class StatedItem:
    """`parts`: description, quantity, unit_price and amount, as far as stated; the price is of `basis` units, price and
    amount are without the tax of `tax_rate` percent, the amount is less `allowances` and with `charges`."""

    parts: dict[str, str]
    basis: str
    tax_rate: str
    allowances: tuple[str, ...] = ()
    charges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatedInvoice:
    """`fields`: values by the names of the invoice type's fields; dates are ISO, all else is as it stands there. The
    net total is that of the items less `allowances` and with `charges`."""

    fields: dict[str, str]
    items: list[StatedItem] = field(default_factory=list)
    is_credit: bool = False
    allowances: str = ""
    charges: str = ""


def stated_invoice(root: Element) -> StatedInvoice:
    """What an invoice's XML says. Raises `UnusableMarkup` where it is no invoice, or one of endless items."""
    if root.tag not in ROOTS:
        raise UnusableMarkup(f"{root.tag} is no invoice (wanted {' or '.join(ROOTS)})")
    head = next(all_named(root, "ExchangedDocument", "HeaderExchangedDocument"), root)
    lines = list(all_named(root, "IncludedSupplyChainTradeLineItem"))
    if len(lines) > MOST_ITEMS:
        raise UnusableMarkup(f"it has {len(lines):,} items, more than {MOST_ITEMS:,}")
    items = [_item(line) for line in lines if text_at(line, _REASON) not in _NO_ITEMS]
    sums = _sums(root)
    return StatedInvoice(
        fields={name: value for name, value in _fields(root, head).items() if value},
        items=[item for item in items if "amount" in item.parts],
        is_credit=text_at(head, "TypeCode") in _CREDITS,
        allowances=text_at(sums, "AllowanceTotalAmount"),
        charges=text_at(sums, "ChargeTotalAmount"),
    )


def _fields(root: Element, head: Element) -> dict[str, str]:
    settlement, sums = _settlement(root), _sums(root)
    seller, buyer = _first(root, "SellerTradeParty"), _first(root, "BuyerTradeParty")
    currency = text_at(settlement, "InvoiceCurrencyCode")
    return {
        "invoice_number": text_at(head, "ID"),
        "issue_date": _day(head.find("IssueDateTime/DateTimeString")),
        "due_date": _day(settlement.find("SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString")),
        "seller": text_at(seller, "Name"),
        "buyer": text_at(buyer, "Name"),
        "seller_tax_id": _vat_id(seller),
        "iban": text_at(
            settlement, "SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID"
        ).replace(" ", ""),
        "currency": currency,
        "net_total": text_at(sums, "TaxBasisTotalAmount"),
        "tax_total": _tax(sums, currency),
        "gross_total": text_at(sums, "GrandTotalAmount"),
    }


def _item(line: Element) -> StatedItem:
    price = _first(line, "NetPriceProductTradePrice")
    parts = {
        "description": text_at(line, "SpecifiedTradeProduct/Name"),
        "quantity": (_first(line, "BilledQuantity").text or "").strip(),
        "unit_price": text_at(price, "ChargeAmount"),
        "amount": text_at(_first(line, *_LINE_SUMS), "LineTotalAmount"),
    }
    rate = _first(line, "RateApplicablePercent", "ApplicablePercent")
    return StatedItem(
        {name: value for name, value in parts.items() if value},
        text_at(price, "BasisQuantity"),
        (rate.text or "").strip(),
        _added(line, "false"),
        _added(line, "true"),
    )


def _added(line: Element, charge: str) -> tuple[str, ...]:
    """Amounts of a line's allowances (`charge` is `false`) or of its charges (`true`)."""
    found = [
        text_at(one, "ActualAmount")
        for one in all_named(line, "SpecifiedTradeAllowanceCharge")
        if text_at(one, "ChargeIndicator/Indicator") == charge
    ]
    return tuple(filter(None, found))


def _settlement(root: Element) -> Element:
    return _first(root, "ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")


def _sums(root: Element) -> Element:
    return _first(_settlement(root), *_SUMS)


def _first(element: Element, *names: str) -> Element:
    return next(all_named(element, *names), _NONE)


def _tax(sums: Element, currency: str) -> str:
    """The tax in the invoice's currency: it may be stated again in the one books are kept in."""
    amounts = sums.findall("TaxTotalAmount")
    own = [one for one in amounts if one.get("currencyID", currency) == currency]
    return next(((one.text or "").strip() for one in own or amounts), "")


def _day(written: Element | None) -> str:
    """A date in the format's own form 102 (`YYYYMMDD`) as ISO; what is written otherwise stays and is refused later."""
    text = (written.text or "").strip() if written is not None else ""
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if len(text) >= 8 and text[:8].isdigit() else text


def _vat_id(party: Element) -> str:
    ids = party.findall("SpecifiedTaxRegistration/ID")
    return next(((i.text or "").strip() for i in ids if i.get("schemeID") == "VA"), "")
