"""The values of an attached invoice beside those read from the pages: put in their place, or compared with them.

By law the XML is the invoice (EN 16931), the pages a picture of it: its values are the record's, with the place where
the page shows the same. Where the page shows another value, both are told, and a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr.documents import Field, Violation
from ocr.extraction import Draft
from ocr.extraction.attached import TYPE, Attached
from ocr.extraction.attached.items import merged_items
from ocr.extraction.attached.places import Printed
from ocr.extraction.attached.sureness import AGREED, DIFFERS, DISPUTED, STATED
from ocr.extraction.attached.values import canonical, same
from ocr.extraction.doctype import ATTACHED, FieldRule, Finding
from ocr.extraction.rules import by_item, violation


def merge(draft: Draft, attached: Attached, *, use: bool) -> None:
    """Put an attached invoice's values into the draft of an invoice, or (without `use`) only compare them.

    Values that are none of their kind are left aside, with a finding.
    """
    if draft.declared is None or draft.type != TYPE:
        message = f"{attached.name} is an invoice, the pages look like: {draft.type}"
        draft.findings.append(Finding(Violation("attached_invoice_type", "warning", message)))
        return
    printed = Printed(draft.transcript, draft.declared)
    for rule in draft.declared.fields:
        text = attached.invoice.fields.get(rule.name)
        if rule.item or not rule.kept or text is None:
            continue
        value = canonical(rule.kind, text)
        if value is None:
            message = f"{rule.name} in {attached.name} is no {rule.kind}: {text[:100]!r}"
            draft.findings.append(Finding(Violation("attached_invoice_malformed", "warning", message, rule.name)))
        elif use:
            _put(draft, rule, value, printed, attached)
        else:
            _compare(draft, rule, value, attached)
    if attached.invoice.items:
        items, findings = merged_items(by_item(draft.fields), attached, printed, use=use)
        draft.findings += findings
        if items:
            draft.fields = [field for field in draft.fields if field.group is None] + items


def _put(draft: Draft, rule: FieldRule, value: str, printed: Printed, attached: Attached) -> None:
    mine = [f for f in draft.fields if f.name == rule.name and f.group is None]
    source = f"{ATTACHED}{attached.name}"
    found = _agreeing(mine, rule, value, attached)
    span = None if found else printed.labelled(rule, value) if mine else printed.anywhere(rule, value)
    if found:
        stated = _field(rule.name, value, found, AGREED, f"{source}+{found.found_by}")
    elif span is not None:
        stated = Field(rule.name, span.text, value, AGREED, span.page, *span.box, f"{source}+printed")
    elif mine:
        stated = _field(rule.name, value, mine[0], DISPUTED, source)
        draft.findings.append(_differs(rule.name, value, mine[0], attached))
    else:
        stated = Field(rule.name, value, value, STATED, printed.first_page, 0, 0, 0, 0, source)
    draft.fields = [field for field in draft.fields if field.name != rule.name or field.group is not None] + [stated]


def _compare(draft: Draft, rule: FieldRule, value: str, attached: Attached) -> None:
    mine = [f for f in draft.fields if f.name == rule.name and f.group is None]
    found = _agreeing(mine, rule, value, attached)
    if found is not None:
        found.confidence = max(found.confidence, AGREED)
        found.found_by = f"{found.found_by}+{ATTACHED}{attached.name}"
    elif mine:
        draft.findings.append(_differs(rule.name, value, mine[0], attached))


def _agreeing(mine: Sequence[Field], rule: FieldRule, value: str, attached: Attached) -> Field | None:
    unsigned = attached.invoice.is_credit
    return next((f for f in mine if same(rule.kind, f.value, value, unsigned=unsigned)), None)


def _field(name: str, value: str, place: Field, confidence: float, found_by: str) -> Field:
    """A stated value where the page shows it, or another in its stead."""
    return Field(name, place.raw, value, confidence, place.page, place.x0, place.y0, place.x1, place.y1, found_by)


def _differs(name: str, value: str, place: Field, attached: Attached) -> Finding:
    message = f"{name} is {value!r} in {attached.name}, but {place.value!r} on the page"
    return Finding(violation(DIFFERS, "warning", message, place), (name,))
