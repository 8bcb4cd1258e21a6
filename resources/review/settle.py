"""A record as the corpus shows it: judged by the thresholds in force, with what people said in review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr.documents import Field, Record
from ocr.evaluation.acceptance import BY_CONFIDENCE, doubted
from ocr.evaluation.truth import Truth
from ocr.extraction.rules import rounded_down
from resources.review.thresholds import Thresholds

FOUND_BY = "review"


def settle(record: Record, thresholds: Thresholds, truth: Truth | None) -> Record:
    """The record with statuses by the thresholds, and the values people gave in place of those that were read.

    A value a person gave is valid and certain; `reasons` says who gave it and what had been read. Where no thresholds
    were drawn, and in line items, the statuses of the records stage stand.
    """
    fields = [_judged(field, record.type, thresholds) for field in record.fields]
    reviewed = truth.reviews if truth is not None else {}
    for name, review in reviewed.items():
        assert truth is not None
        fields = _answered(fields, name, truth.fields.get(name, ""), f"{review.by} on {review.at[:10]}")
    return replace(record, fields=fields, status=_status(record, fields, set(reviewed)))


def _judged(field: Field, type_: str, thresholds: Thresholds) -> Field:
    if not thresholds.version or field.group is not None or doubted(field):
        return field
    least = thresholds.of(type_, field.name)
    if field.confidence >= least:
        return replace(field, status="valid", reasons=[])
    reason = f"{BY_CONFIDENCE}{rounded_down(field.confidence):.2f} is below {min(least, 1.0):.2f}"
    return replace(field, status="needs_review", reasons=[reason])


def _answered(fields: Sequence[Field], name: str, value: str, by: str) -> list[Field]:
    """The fields with that of one name as a person gave it; without it where they said there is none."""
    read = next((field for field in fields if field.name == name and field.group is None), None)
    others = [field for field in fields if field is not read]
    if not value:
        return others
    if read is None:
        said = Field(name, "", value, 1.0, 1, 0.0, 0.0, 0.0, 0.0, FOUND_BY, "valid", [f"given by {by}"])
        return [*others, said]
    reason = f"accepted by {by}" if read.value == value else f"read as {read.value!r}, corrected by {by}"
    said = replace(read, value=value, confidence=1.0, status="valid", reasons=[reason], found_by=FOUND_BY)
    return [said if field is read else field for field in fields]


def _status(record: Record, fields: Sequence[Field], reviewed: set[str]) -> str:
    """The worst there is; a rule that was broken by what a person has looked at counts no more."""
    statuses = {field.status for field in fields}
    if "rejected" in statuses:
        return "rejected"
    broken = any(v.severity == "error" and v.field not in reviewed for v in record.violations)
    return "needs_review" if broken or "needs_review" in statuses else "valid"
