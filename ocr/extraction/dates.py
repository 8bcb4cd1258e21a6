"""Dates as people write them, in English, German and French → ISO 8601."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

EARLIEST = 1900
_MONTHS = {
    1: "january jan januari januar jänner janvier janv",
    2: "february feb februari februar février fevrier févr fevr",
    3: "march mar maart märz maerz mrz mars",
    4: "april apr avril avr",
    5: "may mai mei",
    6: "june jun juni juin",
    7: "july jul juli juillet juil",
    8: "august aug augustus août aout",
    9: "september sep sept septembre",
    10: "october oct oktober okt octobre",
    11: "november nov novembre",
    12: "december dec dezember dez décembre decembre déc",
}
MONTHS = {name: number for number, names in _MONTHS.items() for name in names.split()}
_NAME = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?P<year>(?:19|20)\d{2}|\d{2}(?!\d))"
_CLOCK = r"(?=\d{1,2}:\d{2})"  # a recogniser lost the space between the date and the time
_END = rf"(?:(?!\d)|{_CLOCK})"
_FORMS = [
    rf"(?<!\d)(?P<year>(?:19|20)\d{{2}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_END}",
    rf"(?<![\d.])(?P<first>\d{{1,2}})\s?(?P<mark>[-/.])\s?(?P<second>\d{{1,2}})\s?(?P=mark)\s?{_YEAR}{_END}",
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:\s?(?:st|nd|rd|th|er)\b)?[\s.\-/]*(?:day\s+of\s+|of\s+|de\s+)?(?P<name>{_NAME})\b[\s.,\-/']*{_YEAR}{_END}",
    rf"\b(?P<name>{_NAME})[\s.\-/]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s?[,\s\-/]\s*(?P<year>(?:19|20)\d{{2}}){_END}",
]
_PATTERNS = [re.compile(form, re.IGNORECASE) for form in _FORMS]


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text, at `start:end`. `ambiguous`: day and month could be the other way about."""

    start: int
    end: int
    date: datetime.date
    ambiguous: bool


def find_dates(text: str, day_first: bool = True) -> list[FoundDate]:
    """Every calendar date in a text, left to right; `day_first` decides `03/04/2024` (never `03.04.2024`)."""
    found: list[FoundDate] = []
    for match in _matches(text):
        date, ambiguous = _read(match, day_first)
        if date is not None and not any(f.start < match.end() and match.start() < f.end for f in found):
            found.append(FoundDate(match.start(), match.end(), date, ambiguous))
    return sorted(found, key=lambda f: f.start)


def parse_date(text: str, day_first: bool = True) -> datetime.date | None:
    """The date a text is, if it is one date and nothing else."""
    found = find_dates(text.strip(), day_first)
    return found[0].date if len(found) == 1 and found[0].end - found[0].start == len(text.strip()) else None


def reads_day_first(text: str, american: bool = False) -> bool:
    """Whether a document writes the day before the month, by its own dates where one of them can only be read so.

    `american` (other signs of an American sender) decides where its dates do not tell.
    """
    votes = 0
    for match in _PATTERNS[1].finditer(text):
        first, second = int(match["first"]), int(match["second"])
        votes += (12 < first <= 31 and second <= 12) - (12 < second <= 31 and first <= 12)
    return votes > 0 or (votes == 0 and not american)


def _matches(text: str) -> Iterator[re.Match[str]]:
    for pattern in _PATTERNS:
        yield from pattern.finditer(text)


def _read(match: re.Match[str], day_first: bool) -> tuple[datetime.date | None, bool]:
    parts = match.groupdict()
    year = _full_year(parts["year"])
    if parts.get("first") is None:
        month = MONTHS[parts["name"].lower()] if parts.get("name") else int(parts["month"])
        return _date(year, month, int(parts["day"])), False
    first, second = int(parts["first"]), int(parts["second"])
    usual = day_first or parts["mark"] == "."
    day, month = (first, second) if usual else (second, first)
    date, other = _date(year, month, day), _date(year, day, month)
    return date or other, bool(date and other and day != month and parts["mark"] != ".")


def _full_year(text: str) -> int:
    """Two digits mean the year nearest to now that is not more than ten years ahead."""
    if len(text) == 4:
        return int(text)
    now = datetime.date.today().year
    year = now - now % 100 + int(text)
    return year if year <= now + 10 else year - 100


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day) if year >= EARLIEST else None
    except ValueError:
        return None
