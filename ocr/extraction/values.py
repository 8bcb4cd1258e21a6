"""The values in a text: every amount, date and number-like name, and the words that may say what each is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ocr.extraction import normalise
from ocr.extraction.dates import find_dates
from ocr.extraction.rows import Row, Span

_PERCENT = re.compile(r"\d+(?:[.,]\d+)?\s?%")
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?")
_ANY_AMOUNT = re.compile(
    rf"(?<![\w.,/#:\-])(?P<text>\(?[ ]?[\-−–+]?[ ]?(?:(?:{normalise.CURRENCY})\.?[ ]?)?[\-−–]?[ ]?{normalise.NUMBER}"
    rf"(?:[ ]?(?:{normalise.CURRENCY})(?![^\W\d_]))?(?:[\-−–](?![\w\d]))?\)?)(?![\d/:]|[.,\-]\w)",
    re.IGNORECASE,
)
_PERCENT_LABEL = re.compile(r"[^\d\s]\s?%\s*:?\s*$")
_MOST_DIGITS = 11
_DECIMALS_DOUBT = {0: 0.75, 2: 1.0}
_AFTER_COLON = re.compile(r"(?<=[^\d\W]):(?=\S)|(?<=\)):(?=\d)|=(?=\d)")
_IDENTIFIER = re.compile(r"(?<![\w\-/.])#?\s?(?=[\w\-/.]*\d)(?P<text>[A-Za-z0-9][\w\-/.]*\w|\d)(?![\w/])")
_REACH = 9
_FAR = 12


@dataclass(frozen=True, slots=True)
class Value:
    """A value found at `start:end` of row `row` of the transcript. `kind`: amount, date or identifier. `text` is it as
    read, `value` its canonical form; `decimals` counts an amount's; `doubt` (0..1] lowers trust in its reading."""

    kind: str
    row: int
    start: int
    end: int
    value: str
    span: Span
    decimals: int = 0
    currency: str | None = None
    doubt: float = 1.0


@dataclass(frozen=True, slots=True)
class Context:
    """Words that may label a value: those `left` of it (values of its kind `skipped` between) or `above` it."""

    words: str
    relation: str
    distance: int


def find_amounts(rows: Sequence[Row], mark: str | None) -> list[Value]:
    """Amounts: no dates, percentages, times, nor numbers with letters attached."""
    values = []
    for number, row in enumerate(rows):
        text = _blank_others(_AFTER_COLON.sub(" ", normalise.digits(row.text)))
        for match in _ANY_AMOUNT.finditer(text):
            raw = match["text"].strip()
            if mark == ".":
                raw = re.split(r"(?<=\d) (?=\d)", raw)[-1]  # "1 278.61": a quantity and a price
            if raw.count("(") != raw.count(")"):
                raw = raw.strip("() ")
            read = normalise.amount(raw, mark)
            is_rate = _PERCENT_LABEL.search(text[: match.start("text")])
            is_size = text[match.end("text") :][:1].isalpha() and "." not in raw and "," not in raw  # "20G"
            if read is None or is_rate or is_size or len(re.sub(r"\D", "", raw)) > _MOST_DIGITS:
                continue
            start = text.rindex(raw, match.start("text"), match.end("text"))
            sign = re.search(normalise.CURRENCY, raw, re.IGNORECASE)
            exponent = read.as_tuple().exponent
            decimals = -exponent if isinstance(exponent, int) else 0
            found = Value(
                "amount", number, start, start + len(raw), normalise.plain(read), row.span(start, start + len(raw))
            )
            code = normalise.currency(sign[0]) if sign else None
            values.append(replace(found, decimals=decimals, currency=code, doubt=_DECIMALS_DOUBT.get(decimals, 0.85)))
    return values


def find_all_dates(rows: Sequence[Row], day_first: bool) -> list[Value]:
    values = []
    for number, row in enumerate(rows):
        for found in find_dates(row.text, day_first):
            span = row.span(found.start, found.end)
            values.append(
                Value("date", number, found.start, found.end, found.date.isoformat(), span,
                      doubt=0.9 if found.ambiguous else 1.0)
            )  # fmt: skip
    return values


def find_identifiers(rows: Sequence[Row]) -> list[Value]:
    """Words with a digit in them that could be a document's number."""
    values = []
    for number, row in enumerate(rows):
        text = _blank_dates(row.text)
        for match in _IDENTIFIER.finditer(text):
            start, end = match.span("text")
            if text[start - 1 : start] == "(" and text[end : end + 1] == ")":
                continue  # "(389)": a remark on the label before the number
            values.append(Value("identifier", number, start, end, match["text"], row.span(start, end)))
    return values


def contexts(rows: Sequence[Row], value: Value, others: Sequence[Value]) -> Iterator[Context]:
    """The words that may label a value, nearest first. `others`: values of the same kind, in the same rows."""
    row = rows[value.row]
    before = [v for v in others if v.row == value.row and v.end <= value.start]
    skipped = 0
    at = max((v.end for v in before), default=0)
    for start, end in reversed([s for s in row.segments if s[0] < value.start]):
        edge = min(end, value.start)
        since = row.text[max(start, at) : edge] if at > start else row.text[start:edge]
        if _has_letters(since):
            yield Context(since, "left", skipped)
            break
        if at > start:
            skipped += 1
            whole = row.text[start : min((v.start for v in before if v.start >= start), default=edge)]
            if _has_letters(whole):
                yield Context(whole, "left", skipped)
                break
            at = max((v.end for v in before if v.end <= start), default=0)
    yield from _above(rows, value)


def _above(rows: Sequence[Row], value: Value) -> Iterator[Context]:
    row = rows[value.row]
    x0, _, x1, _ = value.span.box
    passed = 0
    for other in reversed(rows[max(0, value.row - _REACH) : value.row]):
        if other.page != row.page or row.y0 - other.y1 > _FAR * row.height:
            return
        for start, end in other.segments:
            span = other.span(start, end)
            left, _, right, _ = span.box
            if min(right, x1) - max(left, x0) > 0.3 * min(right - left, x1 - x0):
                if _has_letters(normalise.digits(span.text)):
                    yield Context(span.text, "above", passed)
                    return
                passed += 1


def _has_letters(text: str) -> bool:
    """Whether a text says something beside figures and currencies."""
    return re.search(r"[^\W\d_]{2,}|#|n°", re.sub(normalise.CURRENCY, " ", text, flags=re.IGNORECASE)) is not None


def _blank_others(text: str) -> str:
    text = _CLOCK.sub(_blanks, _PERCENT.sub(_blanks, text))
    return _blank_dates(text)


def _blank_dates(text: str) -> str:
    for found in find_dates(text):
        text = text[: found.start] + " " * (found.end - found.start) + text[found.end :]
    return text


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])
