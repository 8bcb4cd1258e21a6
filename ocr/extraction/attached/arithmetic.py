"""Whether an attached invoice agrees with itself: its items with their quantities and prices, and with its net total.

The rules of the invoice type cannot tell, since allowances and charges are in the XML and no fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from ocr.documents import Field, Violation
from ocr.extraction.attached import Attached
from ocr.extraction.attached.cii import StatedItem
from ocr.extraction.attached.values import decimal, priced_items
from ocr.extraction.doctype import Finding
from ocr.extraction.rules import MULTIPLIED, by_item, violation
from ocr.settings import RecordsSettings

_ROUNDED = Decimal("0.005")
"""Share of an amount that it may be off for a price that was rounded."""


def broken_sums(fields: Sequence[Field], attached: Attached, settings: RecordsSettings) -> list[Finding]:
    """A finding for each item that is not quantity times price, and one where the items do not sum to the net total.

    `fields`: those of the record, with the invoice's items among them.
    """
    tolerance = Decimal(str(settings.tolerance))
    amounts = {group: next((f for f in item if f.name == "amount"), None) for group, item in by_item(fields).items()}
    items = priced_items(attached.invoice)
    found = []
    for number, (item, values) in enumerate(items):
        message = _off(item, values, tolerance)
        if message:
            what = f"item {number + 1} of {attached.name}: {message}"
            found.append(_finding("item_multiplies", what, amounts.get(number), MULTIPLIED, number))
    net = decimal(attached.invoice.fields.get("net_total", ""))
    if items and net is not None:
        total = sum(Decimal(values["amount"]) for _, values in items)
        expected = net + _sum([attached.invoice.allowances]) - _sum([attached.invoice.charges])
        if abs(total - expected) > tolerance:
            message = (
                f"the {len(items)} items of {attached.name} sum to {total:.2f}, "
                f"but by its net total, allowances and charges to {expected:.2f}"
            )
            at = next((f for f in fields if f.name == "net_total" and f.group is None), None)
            found.append(_finding("items_sum", message, at, ("amount",), None))
    return found


def _off(item: StatedItem, values: dict[str, str], tolerance: Decimal) -> str:
    """What is wrong with an item's amount; empty where nothing is, or not all is stated."""
    if not values.keys() >= set(MULTIPLIED):
        return ""
    quantity, price, amount = (Decimal(values[name]) for name in MULTIPLIED)
    expected = list(_expected(quantity * price + _sum(item.charges) - _sum(item.allowances), item))
    if any(abs(abs(amount) - abs(one)) <= max(tolerance, _ROUNDED * abs(one)) for one in expected):
        return ""
    return f"quantity × unit price, allowances and charges make {expected[0]:.2f}, but its amount is {amount:.2f}"


def _expected(net: Decimal, item: StatedItem) -> Iterator[Decimal]:
    """The amount as the standard has it, and with the item's tax, as early files and insurers state it."""
    yield net
    yield net * (1 + _sum([item.tax_rate]) / 100)


def _sum(texts: Iterable[str]) -> Decimal:
    return sum((decimal(text) or Decimal(0) for text in texts), Decimal(0))


def _finding(rule: str, message: str, at: Field | None, doubted: tuple[str, ...], group: int | None) -> Finding:
    if at is None:
        return Finding(Violation(rule, "warning", message, "amount", group=group), doubted)
    return Finding(violation(rule, "warning", message, at, "amount"), doubted)
