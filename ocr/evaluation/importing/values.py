"""Values as the records stage writes them: ISO dates, plain decimals, ISO currencies."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from ocr.evaluation.truth import TruthError


def plain_amount(value: str, source: str, field: str) -> str:
    """A decimal as XML and tables write it (`1200.50`). Raises `TruthError` naming source and field."""
    try:
        amount = Decimal(value.strip())
    except InvalidOperation as error:
        raise TruthError(f"{source}: {field}: {value!r} is no amount") from error
    if not amount.is_finite():
        raise TruthError(f"{source}: {field}: {value!r} is no amount")
    return format(amount, "f")


def iso_date(value: str, source: str, field: str, form: str = "%Y-%m-%d") -> str:
    """A date written in `form` (as `datetime.strptime` takes it). Raises `TruthError` naming source and field."""
    try:
        return datetime.strptime(value.strip(), form).date().isoformat()
    except ValueError as error:
        raise TruthError(f"{source}: {field}: {value!r} is no date of the form {form}") from error
