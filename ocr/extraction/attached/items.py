"""The line items of an attached invoice beside those of the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from rapidfuzz import fuzz, process

from ocr.documents import Field, Violation
from ocr.extraction.attached import Attached
from ocr.extraction.attached.item_rows import ItemRows
from ocr.extraction.attached.places import Printed
from ocr.extraction.attached.sureness import AGREED, DIFFERS, DISPUTED, STATED
from ocr.extraction.attached.values import decimal, priced_items, printed_forms
from ocr.extraction.doctype import ATTACHED, Finding
from ocr.extraction.entities.place import compact
from ocr.extraction.rows import Span
from ocr.extraction.rules import violation

_LIKE = 80.0
_NUMBERS = ("quantity", "unit_price", "amount")


@dataclass
class Matched:
    """An item of the XML: its values, the row that shows it, and the item read from the page that it is (or None)."""

    number: int
    values: dict[str, str]
    forms: dict[str, list[Decimal]]
    row: int | None = None
    read: int | None = None
    spans: dict[str, Span] = field(default_factory=dict)


def merged_items(
    read: Mapping[int, Sequence[Field]], attached: Attached, printed: Printed, *, use: bool
) -> tuple[list[Field], list[Finding]]:
    """The items as they are to stand in the record (those of the XML, or without `use` those `read`), and what differs.

    An item is shown by the row with its description and its amount, without or with tax.
    """
    matched = _match(read, attached, printed)
    findings = [finding for one in matched for finding in _differences(one, read, attached, use)]
    if not use:
        agreed = {one.read: one for one in matched if one.row is not None}
        return [_surer(f, agreed.get(group), attached) for group, item in read.items() for f in item], findings
    doubted = {(f.violation.group, f.violation.field) for f in findings}
    fields = [
        _stated(one, name, value, read, printed, attached, (one.number, name) in doubted)
        for one in matched
        for name, value in one.values.items()
    ]
    return fields, findings


def _match(read: Mapping[int, Sequence[Field]], attached: Attached, printed: Printed) -> list[Matched]:
    matched = [
        Matched(n, values, {name: printed_forms(name, values[name], item) for name in _NUMBERS if name in values})
        for n, (item, values) in enumerate(priced_items(attached.invoice))
    ]
    at_row = {row: group for group, item in read.items() if (row := _row_of(item, printed)) is not None}
    used: set[int] = set()
    rows = ItemRows(printed.transcript, [one.values.get("description", "") for one in matched])
    for one in matched:
        found = rows.find(one.values.get("description", ""), one.forms, used)
        if found is not None:
            one.row, spans = found
            one.read = at_row.get(one.row)
            one.spans = {name: span for name, span in spans.items() if not _denied(one, name, read)}
            used.add(one.row)
    taken = {one.read for one in matched}
    left = {group: compact(_value(item, "description")) for group, item in read.items() if group not in taken}
    for one in matched:
        if one.row is None:
            one.read = _partner(one, left, same_count=len(matched) == len(read))
            left.pop(one.read, None)
    return matched


def _denied(one: Matched, name: str, read: Mapping[int, Sequence[Field]]) -> bool:
    """Whether the item read from a row says otherwise in its column of that name, wherever else the number stands."""
    shown = _value(read.get(one.read, ()), name) if name in one.forms and one.read is not None else ""
    return bool(shown) and not _shows(one, name, shown)


def _row_of(item: Sequence[Field], printed: Printed) -> int | None:
    amount = next((f for f in item if f.name == "amount"), None)
    return printed.row_of(amount) if amount is not None else None


def _partner(one: Matched, left: Mapping[int, str], *, same_count: bool) -> int | None:
    """The item of the page, of the descriptions `left`, that has the same; else, of as many, the one at its place."""
    wanted = compact(one.values.get("description", ""))
    named = {group: name for group, name in left.items() if name} if wanted else {}
    best = process.extractOne(wanted, named, scorer=fuzz.ratio, score_cutoff=_LIKE)
    if best is not None:
        return best[2]
    return one.number if same_count and one.number in left else None


def _shows(one: Matched, name: str, shown: str) -> bool:
    """Whether a number read from the page is what the page may show for an item's part, whatever its sign."""
    number = decimal(shown)
    return number is not None and abs(number) in {abs(form) for form in one.forms[name]}


def _differences(one: Matched, read: Mapping[int, Sequence[Field]], attached: Attached, use: bool) -> list[Finding]:
    """What the page shows of an item otherwise; an item it does not show, where it shows items at all."""
    found = []
    if one.read is None and one.row is None and read:
        what = f"{one.values.get('description', '')[:50]!r} with its amount {one.values['amount']}"
        message = f"item {one.number + 1}: {what}, in {attached.name}, is not on the page"
        group = one.number if use else None
        found.append(Finding(Violation(DIFFERS, "warning", message, "amount", group=group), ("amount",) if use else ()))
    for shown in read.get(one.read, ()) if one.read is not None else ():
        unplaced = shown.name in one.forms and shown.name not in one.spans and decimal(shown.value) is not None
        if unplaced and not _shows(one, shown.name, shown.value):
            message = (
                f"item {one.number + 1}: {shown.name} is {one.values[shown.name]!r} in {attached.name}, "
                f"but {shown.value!r} on the page"
            )
            at = replace(shown, group=one.number) if use else shown
            found.append(Finding(violation(DIFFERS, "warning", message, at), (shown.name,)))
    return found


def _stated(
    one: Matched,
    name: str,
    value: str,
    read: Mapping[int, Sequence[Field]],
    printed: Printed,
    attached: Attached,
    doubted: bool,
) -> Field:
    source = f"{ATTACHED}{attached.name}"
    span = one.spans.get(name)
    if span is not None:
        box = (span.page, *span.box)
        return Field(name, span.text, value, AGREED, *box, f"{source}+printed", group=one.number)
    confidence = DISPUTED if doubted else STATED
    shown = next((f for f in read.get(one.read, ()) if f.name == name), None) if one.read is not None else None
    if shown is not None:
        place = (shown.page, shown.x0, shown.y0, shown.x1, shown.y1)
        return Field(name, shown.raw, value, confidence, *place, source, group=one.number)
    page = printed.rows[one.row].page if one.row is not None else printed.first_page
    return Field(name, value, value, confidence, page, 0, 0, 0, 0, source, group=one.number)


def _surer(shown: Field, matched: Matched | None, attached: Attached) -> Field:
    """A field of an item of the page, the surer where the XML says the same."""
    if matched is None or shown.name not in matched.forms or not _shows(matched, shown.name, shown.value):
        return shown
    found_by = f"{shown.found_by}+{ATTACHED}{attached.name}"
    return replace(shown, confidence=max(shown.confidence, AGREED), found_by=found_by)


def _value(item: Sequence[Field], name: str) -> str:
    return next((f.value for f in item if f.name == name), "")
