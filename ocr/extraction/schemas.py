"""The pandera schema of each type: what a field's normalised value must look like, and what breaks it."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ocr.documents import Field
from ocr.extraction import normalise
from ocr.extraction.doctype import DocumentType, FieldRule, Finding
from ocr.extraction.rules import by_item, violation

if TYPE_CHECKING:
    from pandera.pandas import Check, DataFrameSchema

_AMOUNT = r"-?\d{1,12}(?:\.\d{1,4})?"


@lru_cache(maxsize=32)
def schema_of(declared: DocumentType) -> DataFrameSchema:
    """The schema of a type's records, one row each: a nullable column of text per field outside line items.

    Line items, which repeat, are rows of the same schema with only their own columns filled.
    """
    import pandera.pandas as pa

    columns = {rule.name: pa.Column(nullable=True, checks=_checks(rule)) for rule in declared.fields if rule.kept}
    return pa.DataFrameSchema(columns, strict=False)


def broken(declared: DocumentType, fields: Sequence[Field]) -> list[Finding]:
    """A finding of rule `schema_<check>` for every value that does not fit its type's schema."""
    import pandas as pd
    import pandera.pandas as pa

    schema = schema_of(declared)
    rows = [[f for f in fields if f.group is None], *by_item(fields).values()]
    frame = pd.DataFrame([{f.name: f.value for f in row} for row in rows], columns=list(schema.columns), dtype=object)
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return [_finding(case, rows[case["index"]]) for case in errors.failure_cases.to_dict("records")]
    return []


def _finding(case: dict[Hashable, Any], row: Sequence[Field]) -> Finding:
    name, value = str(case["column"]), case["failure_case"]
    message = f"{name} {value!r} is not {case['check']}"
    at = next(f for f in row if f.name == name and f.value == value)
    return Finding(violation(f"schema_{case['check']}".replace(" ", "_"), "error", message, at), (name,))


def _checks(rule: FieldRule) -> list[Check]:
    import pandera.pandas as pa

    if rule.kind in ("amount", "quantity"):
        return [pa.Check.str_matches(rf"^{_AMOUNT}$", error="a plain decimal")]
    if rule.kind == "date":
        return [pa.Check(_is_date, element_wise=True, error="an ISO date")]
    if rule.kind == "currency":
        return [pa.Check.isin(sorted(normalise.CODES), error="an ISO 4217 code")]
    if rule.kind == "iban":
        return [pa.Check(lambda v: normalise.iban(v) == v, element_wise=True, error="an IBAN with right check digits")]
    if rule.kind == "vat_id":
        return [pa.Check(lambda v: normalise.vat_id(v) == v, element_wise=True, error="a VAT number of its country")]
    return [pa.Check.str_length(1, 2_000, error="a text of 1 to 2000 characters")]


def _is_date(value: str) -> bool:
    try:
        return datetime.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
