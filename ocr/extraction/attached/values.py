"""Values of an attached invoice in the form fields have, and whether a printed one says the same."""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation

from rapidfuzz import fuzz

from ocr.extraction import normalise
from ocr.extraction.attached.cii import StatedInvoice, StatedItem
from ocr.extraction.doctype import FieldKind
from ocr.extraction.entities.place import SHORT, compact

LONGEST = 2_000
"""Characters of a text that are kept."""
_SAME_TEXT = 90.0
_LARGEST = Decimal(10) ** 12
_FINEST = Decimal("0.0001")
_CENT = Decimal("0.01")


def canonical(kind: FieldKind, text: str) -> str | None:
    """A value as it stands in a `Field`; None where the text is none of its kind."""
    match kind:
        case "amount" | "quantity":
            number = decimal(text)
            return None if number is None else _plain(number, least=0 if kind == "quantity" else 2)
        case "date":
            try:
                return datetime.date.fromisoformat(text).isoformat()
            except ValueError:
                return None
        case "currency":
            return normalise.currency(text)
        case "iban":
            return normalise.iban(text)
        case "vat_id":
            return normalise.vat_id(text)
        case "identifier" | "text":
            return " ".join(text.split())[:LONGEST].strip() or None


def decimal(text: str) -> Decimal | None:
    """A number as XML writes it; None where it is none, or none that an invoice has."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < _LARGEST else None


def item_values(item: StatedItem) -> dict[str, str]:
    """Canonical values of an item's parts by name, as far as they are values; the price is that of one unit."""
    kinds: dict[str, FieldKind] = {"quantity": "quantity", "unit_price": "amount", "amount": "amount"}
    values = {name: canonical(kinds.get(name, "text"), text) for name, text in item.parts.items()}
    basis, price = decimal(item.basis), decimal(item.parts.get("unit_price", ""))
    if basis and price is not None:
        values["unit_price"] = canonical("amount", str(price / basis))
    return {name: value for name, value in values.items() if value is not None}


def priced_items(invoice: StatedInvoice) -> list[tuple[StatedItem, dict[str, str]]]:
    """The items whose amount is one, with their canonical values; they are the record's line items, numbered so."""
    items = [(item, item_values(item)) for item in invoice.items]
    return [(item, values) for item, values in items if "amount" in values]


def printed_forms(name: str, value: str, item: StatedItem) -> list[Decimal]:
    """The numbers a page may show for an item's part: prices and amounts stand there without or with their tax."""
    number, rate = Decimal(value), decimal(item.tax_rate)
    if name == "quantity" or not rate:
        return [number]
    return [number, (number * (1 + rate / 100)).quantize(_CENT)]


def same(kind: FieldKind, one: str, other: str, *, unsigned: bool = False) -> bool:
    """Whether two canonical values say the same; `unsigned`: of amounts, whatever their sign."""
    if kind in ("amount", "quantity"):
        first, second = decimal(one), decimal(other)
        if first is None or second is None:
            return False
        return abs(first) == abs(second) if unsigned else first == second
    first, second = compact(one), compact(other)
    if kind == "text":
        # XML has a salutation or a number before the name, or the page has.
        shorter, longer = sorted((first, second), key=len)
        return (len(shorter) >= SHORT and shorter in longer) or fuzz.ratio(first, second) >= _SAME_TEXT
    return first == second


def _plain(number: Decimal, least: int) -> str:
    """A number with no more than four decimals, and after the first `least` no zeros at their end."""
    fine = number.quantize(_FINEST)
    whole, _, decimals = normalise.plain(min(number, fine, key=_decimals)).partition(".")
    kept = decimals[:least] + decimals[least:].rstrip("0")
    return f"{whole}.{kept}" if kept else whole


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
