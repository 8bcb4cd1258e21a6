"""Two invoices attached to one PDF that do not say the same."""

from __future__ import annotations

from decimal import Decimal

from ocr.documents import Violation
from ocr.extraction.attached import Attached
from ocr.extraction.attached.values import canonical, priced_items, same
from ocr.extraction.doctype import Finding, kinds
from ocr.extraction.rules import MULTIPLIED


def contradiction(taken: Attached, other: Attached) -> Finding | None:
    """What another invoice says otherwise than the one that is taken; None where each only says more than the other.

    Doubts the fields that differ, of all items where the items do.
    """
    differ = {name: _both(name, taken, other) for name in taken.invoice.fields if name in other.invoice.fields}
    differ = {name: both for name, both in differ.items() if both is not None}
    said = [f"{name} ({one!r} and {two!r})" for name, (one, two) in differ.items()]
    doubted = list(differ)
    if taken.invoice.items and other.invoice.items and _amounts(taken) != _amounts(other):
        said.append("line items")
        doubted += ["description", *MULTIPLIED]
    if not said:
        return None
    message = f"{taken.name} and {other.name} are both attached and differ in {', '.join(said)}: the first is taken"
    return Finding(Violation("attached_invoices_differ", "warning", message, doubted[0]), tuple(doubted))


def _both(name: str, taken: Attached, other: Attached) -> tuple[str, str] | None:
    """The two values of a field that are not the same; None where they are, or one is no value."""
    kind = kinds().get(name, "text")
    one, two = (canonical(kind, invoice.invoice.fields[name]) for invoice in (taken, other))
    return None if one is None or two is None or same(kind, one, two) else (one, two)


def _amounts(attached: Attached) -> list[Decimal]:
    """The amounts of the items: what else is said of them depends on the profile."""
    return sorted(Decimal(values["amount"]) for _, values in priced_items(attached.invoice))
