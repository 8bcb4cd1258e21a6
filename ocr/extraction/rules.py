"""Business rules: what must hold between a record's fields. Types name the rules they want.

A rule is a function of the fields and the settings that answers `Finding`s: the violation, and the fields it doubts.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from itertools import chain

from ocr.documents import Field, Violation
from ocr.extraction import normalise
from ocr.extraction.doctype import ATTACHED, BusinessRule, FieldRule, Finding
from ocr.settings import RecordsSettings

FUTURE_DAYS = 366
OLDEST = datetime.date(1970, 1, 1)
CENT_PER_ITEM = 0.01
MULTIPLIED = ("quantity", "unit_price", "amount")


def adds_up(parts: Sequence[str], total: str, *, optional: Sequence[str] = ()) -> BusinessRule:
    """The parts' sum is the total, within the tolerance; parts in `optional` count only where they were found."""

    def rule(fields: Sequence[Field], settings: RecordsSettings) -> list[Finding]:
        found = {n: v for n in (*parts, *optional) if (v := _number(fields, n)) is not None}
        actual = _number(fields, total)
        if actual is None or not found.keys() >= set(parts) or abs(sum(found.values()) - actual) <= settings.tolerance:
            return []
        message = f"{' + '.join(found)} = {sum(found.values()):.2f}, but {total} is {actual:.2f}"
        return [_finding(f"{total}_adds_up", "error", message, fields, (*found, total))]

    return rule


def items_sum_to(*totals: str, tax: str) -> BusinessRule:
    """The line items' amounts sum to one of the totals, or to one less the tax (the first found is the one named)."""

    def rule(fields: Sequence[Field], settings: RecordsSettings) -> list[Finding]:
        read = [f for f in fields if f.group is not None and not _stated(f)]
        amounts = [float(f.value) for f in read if f.name == "amount" and f.value]
        expected = {n: v for n in totals if (v := _number(fields, n)) is not None}
        sums = [v - less for v in expected.values() for less in (0.0, _number(fields, tax) or 0.0)]
        slack = settings.tolerance + CENT_PER_ITEM * len(amounts)
        # Credit notes are written with a sign or without, and not always all through.
        if not amounts or not expected or any(abs(abs(sum(amounts)) - abs(v)) <= slack for v in sums):
            return []
        name = next(iter(expected))
        # Reading all lines of a table is harder than reading its total, so this doubts the lines alone.
        message = f"{len(amounts)} line items sum to {sum(amounts):.2f}, but {name} is {expected[name]:.2f}"
        at = next(f for f in fields if f.name == name and f.group is None)
        return [Finding(violation("items_sum", "warning", message, at, "amount"), ("amount",))]

    return rule


def quantities_multiply(fields: Sequence[Field], settings: RecordsSettings) -> list[Finding]:
    """Quantity times unit price is the amount of each line item (discounts may lower it)."""
    findings = []
    for group, item in by_item(fields).items():
        parts = {f.name: float(f.value) for f in item if f.name in MULTIPLIED and f.value and not _stated(f)}
        if parts.keys() >= set(MULTIPLIED):
            expected = parts["quantity"] * parts["unit_price"]
            if abs(parts["amount"]) - abs(expected) > max(settings.tolerance, 0.005 * abs(expected)):
                message = (
                    f"item {group + 1}: quantity × unit price = {expected:.2f}, but its amount is {parts['amount']:.2f}"
                )
                at = next(f for f in item if f.name == "amount")
                findings.append(Finding(violation("item_multiplies", "warning", message, at), MULTIPLIED))
    return findings


def by_item(fields: Sequence[Field]) -> dict[int, list[Field]]:
    """The fields of each line item, by its number, in the order of their numbers."""
    items: dict[int, list[Field]] = {}
    for field in fields:
        if field.group is not None:
            items.setdefault(field.group, []).append(field)
    return dict(sorted(items.items()))


def _stated(field: Field) -> bool:
    """Whether an attached invoice says it: allowances and charges, which are no fields, part its prices from the
    amounts of its items, and these from its totals; `ocr.extraction.attached.arithmetic` knows them."""
    return field.found_by.startswith(ATTACHED)


def in_order(earlier: str, later: str) -> BusinessRule:
    """One date is not before the other."""

    def rule(fields: Sequence[Field], settings: RecordsSettings) -> list[Finding]:
        first, second = _date(fields, earlier), _date(fields, later)
        if first is None or second is None or first <= second:
            return []
        message = f"{later} {second} is before {earlier} {first}"
        return [_finding(f"{later}_after_{earlier}", "error", message, fields, (earlier, later))]

    return rule


def plausible_date(name: str) -> BusinessRule:
    """A date is neither before 1970 nor more than a year ahead."""

    def rule(fields: Sequence[Field], settings: RecordsSettings) -> list[Finding]:
        date = _date(fields, name)
        if date is None or OLDEST <= date <= datetime.date.today() + datetime.timedelta(days=FUTURE_DAYS):
            return []
        return [_finding("plausible_date", "error", f"{name} {date} is hardly possible", fields, (name,))]

    return rule


def one_currency(fields: Sequence[Field], settings: RecordsSettings) -> list[Finding]:
    """No amount stands beside another currency's sign than the document's."""
    known = next((f.value for f in fields if f.name == "currency" and f.group is None), "")
    findings = []
    for field in fields:
        if not known or field.name in ("currency", "description"):
            continue
        codes = {code for w in field.raw.split() if (code := normalise.currency(w)) and code != known}
        # The dollar sign is written for many currencies.
        if codes and "$" not in field.raw:
            message = f"{field.name} is in {', '.join(sorted(codes))}, the document in {known}"
            findings.append(Finding(violation("one_currency", "warning", message, field), (field.name,)))
    return findings


def complete(declared: Sequence[FieldRule], fields: Sequence[Field]) -> list[Finding]:
    """Every required field was found."""
    names = {f.name for f in fields if f.value}
    return [
        Finding(Violation("required", "error", f"no {rule.name} was found", rule.name))
        for rule in declared
        if rule.required and rule.name not in names
    ]


def violation(rule: str, severity: str, message: str, at: Field, name: str = "") -> Violation:
    """A broken rule with the place of field `at`; `name` is the field it concerns, where that is another."""
    return Violation(rule, severity, message, name or at.name, at.page, at.x0, at.y0, at.x1, at.y1, at.group)


def judge(fields: Sequence[Field], findings: Sequence[Finding], settings: RecordsSettings) -> str:
    """Sets each field's status and reasons, and answers the record's status: the worst there is.

    A field whose value failed its schema is rejected; one a rule doubts, or of little confidence, needs review.
    """
    # Of thousands of items each may break rules of its own.
    in_group: dict[int | None, list[int]] = {}
    for number, finding in enumerate(findings):
        in_group.setdefault(finding.violation.group, []).append(number)
    for field in fields:
        concerning = {None: in_group.get(None, []), field.group: in_group.get(field.group, [])}
        for finding in (findings[number] for number in sorted(chain.from_iterable(concerning.values()))):
            broken = finding.violation
            if broken.rule.startswith("schema") and (broken.field, broken.group) == (field.name, field.group):
                field.status = "rejected"
            if finding.doubts(field):
                field.reasons.append(finding.violation.message)
        if field.confidence < settings.review_below:
            field.reasons.append(
                f"confidence {rounded_down(field.confidence):.2f} is below {settings.review_below:.2f}"
            )
        if field.reasons and field.status == "valid":
            field.status = "needs_review"
    statuses = {f.status for f in fields}
    if "rejected" in statuses:
        return "rejected"
    doubted = "needs_review" in statuses or any(f.violation.severity == "error" for f in findings)
    return "needs_review" if doubted else "valid"


def rounded_down(confidence: float) -> float:
    """To two places; rounded up, 0.797 would seem to be no less than 0.80."""
    return math.floor(100 * confidence) / 100


def _finding(rule: str, severity: str, message: str, fields: Sequence[Field], names: Sequence[str]) -> Finding:
    """A finding on several fields; the violation names the one read with the least confidence."""
    concerned = [f for f in fields if f.name in names and f.group is None]
    weakest = min(concerned, key=lambda f: f.confidence)
    return Finding(violation(rule, severity, message, weakest), tuple(names))


def _number(fields: Sequence[Field], name: str) -> float | None:
    return next((float(f.value) for f in fields if f.name == name and f.group is None and f.value), None)


def _date(fields: Sequence[Field], name: str) -> datetime.date | None:
    found = next((f.value for f in fields if f.name == name and f.value), None)
    return datetime.date.fromisoformat(found) if found else None
