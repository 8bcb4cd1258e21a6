"""What a contract's sentences say: which law governs it, from when it holds, and for how long."""

from __future__ import annotations

import re

from ocr.extraction.candidates import Candidate
from ocr.extraction.dates import find_dates
from ocr.extraction.passages import Passages

_PLACE = r"(?P<place>[A-Z]\w*(?:(?: of)? [A-Z]\w*){0,2})"
_STATE = r"(?:[Ss]tate|[Cc]ommonwealth|[Pp]rovince|[Cc]ountry|[Rr]epublic|STATE|COMMONWEALTH) (?:of|OF) "
_LAW = re.compile(
    r"\b(?i:laws?|gesetze|recht)(?i:,? and (?:public )?polic(?:y|ies))? (?i:of|in|des|der) (?i:the )?"
    rf"(?:{_STATE})?{_PLACE}"
    rf"|(?i:\blaws?\b)[^.;]{{0,80}}?(?i:of the ){_STATE}{_PLACE.replace('place', 'place2')}"
    rf"|(?<=the ){_PLACE.replace('place', 'place3')} (?:law|Law)s?\b"
)
_GOVERNS = re.compile(r"govern|construed|accordance|interpreted|subject to|unterliegt|maßgeblich", re.IGNORECASE)
_ORGANISED = re.compile(r"organi[sz]ed|incorporated|existing|formed|good standing|registered", re.IGNORECASE)
_NO_PLACE = re.compile(
    r"^(?:The|Any|Such|Conflicts?|Choice|This|Agreement|Law|Laws)\b|^(?:United States)$", re.IGNORECASE
)

_SINCE = re.compile(
    r"(?P<strong>effective(?: date)?\W{0,3}(?:is|as of|on|from)?|as of|with effect from|"
    r"mit wirkung (?:zum|vom)|in kraft ab)"
    r"\W{0,4}(?:the )?$"
    r"|(?P<made>(?:dated?|made|entered into|executed|datum|vom)\W{0,3}(?:(?:this|on|the|as of)\W{0,2}){0,2})$",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:certain|pursuant to|under|in) (?:the |that |an? )?[\w\s]{0,60}agreement,? (?:dated|made)?[\w\s]{0,12}$",
    re.IGNORECASE,
)

_UNITS = {
    "ninety": 90, "eighty": 80, "seventy": 70, "sixty": 60, "fifty": 50, "forty": 40, "thirty": 30, "twenty": 20,
    "nineteen": 19, "eighteen": 18, "seventeen": 17, "sixteen": 16, "fifteen": 15, "fourteen": 14, "thirteen": 13,
    "twelve": 12, "eleven": 11, "ten": 10, "nine": 9, "eight": 8, "seven": 7, "six": 6, "five": 5, "four": 4,
    "three": 3, "two": 2, "one": 1,
}  # fmt: skip
_NUMBER_WORD = "|".join(_UNITS)
_DURATION = re.compile(
    rf"\b(?P<count>\d{{1,3}}(?:\.\d)?|(?:{_NUMBER_WORD})(?:[\s\-](?:{_NUMBER_WORD}))?)"
    r"(?:\s*[\-–]?\s*\((?P<figure>\d{1,3}(?:\.\d)?)\))?"
    r"[\s\-]+(?:calendar )?(?P<unit>day|week|month|year)s?\b",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\b(?:terminat(?:es?|ing)|expires?|cease|remains? in (?:full )?(?:force|effect)|in (?:full )?force|"
    r"continues? (?:in|for)|(?:initial )?term (?:of this|shall|is|hereof)|surviv\w+|be in effect|shall govern|lapse)\b"
    r"|^\W*term\b",
    re.IGNORECASE,
)
_WHOSE = re.compile(
    r"this (?:letter )?(?:confidentiality |non-?disclosure )?(?:agreement|undertaking)|confidential|hereunder|disclos|"
    r"obligations? (?:of|under|set|here|as)",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"^\W*(?:period\W+)?(?:commencing |beginning |running )?(?:from|after|following|of|as of|on)\W+(?:and after )?"
    r"(?:the )?(?:(?:effective )?date|execution|signing|last disclosure|disclosure|receipt)|date (?:here|of this)"
    r"|^\W*thereafter",
    re.IGNORECASE,
)
_OTHER_DUTY = re.compile(
    r"\bemploy(?:ed|ment|ee)s?\b|solicit|\bhire|compet|\bnotice|salary|payment|severance|vest|option|cure\b|release|standstill|"
    r"acquire|securities|retire|revo[ck]|prior to|preceding|return",
    re.IGNORECASE,
)
_SURVIVES = re.compile(r"\bsurviv", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[a-z)”\"]\.\s+(?=[A-Z(\d“\"])")
_LEAST = 0.6


def governing_law(passages: Passages) -> Candidate | None:
    """The state or country whose laws govern the contract."""
    text = passages.text
    for match in _LAW.finditer(text):
        group = next(name for name, place in match.groupdict().items() if place)
        around = text[max(0, match.start() - 160) : match.end() + 60]
        before = text[max(0, match.start() - 60) : match.start()]
        if _ORGANISED.search(before) or _NO_PLACE.search(match[group]) or not _GOVERNS.search(around):
            continue
        place = match[group].title() if match[group].isupper() else match[group]
        return Candidate("jurisdiction", place, passages.span(*match.span(group)), 0.88, "governing_law")
    return None


def effective_date(passages: Passages, day_first: bool) -> Candidate | None:
    """The date the contract is made or takes effect: by the words before a date, earlier ones first."""
    text = passages.text
    best: Candidate | None = None
    for found in find_dates(text, day_first):
        before = text[max(0, found.start - 90) : found.start]
        cue = _SINCE.search(before)
        if cue is None or _OTHERS.search(before):
            continue
        early = 1 - 0.35 * min(found.start / 2_500, 1.0)
        score = (0.95 if cue["strong"] else 0.8) * early
        if re.search(r"effective[^.]{0,40}$", before, re.IGNORECASE):
            score += 0.12
        if best is None or score > best.score:
            span = passages.span(found.start, found.end)
            best = Candidate("effective_date", found.date.isoformat(), span, min(score, 0.96), "date_clause")
    return best


def duration(passages: Passages) -> Candidate | None:
    """How long the contract or its duty of confidence lasts, as a number and a unit (`2 years`)."""
    text = passages.text
    best: tuple[float, Candidate] | None = None
    for match in _DURATION.finditer(text):
        sentence, at = _sentence(text, match.start(), match.end())
        before, after = sentence[: match.start() - at], text[match.end() : match.end() + 70]
        weight = (
            0.45 * bool(_ENDS.search(before)) + 0.25 * bool(_WHOSE.search(before)) + 0.3 * bool(_FROM.search(after))
        )
        weight -= 0.5 * bool(_OTHER_DUTY.search(before[-160:] + after[:60])) + 0.1 * bool(_SURVIVES.search(before))
        value = _value(match)
        if value and weight >= _LEAST and (best is None or weight > best[0]):
            best = weight, Candidate("term", value, passages.span(*match.span()), min(weight, 0.9), "duration_clause")
    return best[1] if best else None


def _value(match: re.Match[str]) -> str:
    text = match["figure"] or match["count"]
    count = text if text[0].isdigit() else str(sum(_UNITS[w] for w in re.split(r"[\s\-]+", text.casefold())))
    unit = match["unit"].casefold()
    return f"{count} {unit}{'' if count == '1' else 's'}" if float(count) else ""


def _sentence(text: str, start: int, end: int) -> tuple[str, int]:
    """The sentence around a stretch and where it begins; at most 400 characters before it."""
    begin = max(0, start - 400)
    ends = [mark.end() for mark in _SENTENCE_END.finditer(text[begin:start])]
    first = begin + (ends[-1] if ends else 0)
    return text[first:end], first
