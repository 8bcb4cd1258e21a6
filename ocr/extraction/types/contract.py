"""Contracts: parties, effective date, governing law and term. English, and German where it is said alike."""

from __future__ import annotations

import re

from ocr.documents import Field
from ocr.extraction import candidates, parties, rules
from ocr.extraction.candidates import Candidate
from ocr.extraction.doctype import DocumentType, FieldRule, labels_of
from ocr.extraction.labels import phrases
from ocr.extraction.passages import Passages
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings

FIELDS = (
    FieldRule("party", "text"),
    FieldRule(
        "effective_date",
        "date",
        phrases=phrases(
            (
                1.0,
                "effective date; effective as of; dated as of; made as of; made and entered into as of; "
                "entered into as of; mit wirkung zum; with effect from; in kraft ab; made effective as of",
            ),
            (0.95, "entered into this; made this; effective; made on"),
            (0.9, "dated; as of"),
            (0.7, "date; vom; datum"),
        ),
    ),
    FieldRule("jurisdiction", "text"),
    FieldRule("term", "text"),
)
DATES = labels_of(FIELDS, "date")
LONGEST_NAME = 8
_ROLE = re.compile(r"the (?:company|part(?:y|ies)|employee|undersigned)\b|\[", re.IGNORECASE)
NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "fifteen": 15, "eighteen": 18, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90,
}  # fmt: skip
_LAW = re.compile(
    r"\b(?i:laws?|gesetze) (?i:of|des) (?i:the )?(?:(?i:state|commonwealth|province|country|republic) (?i:of) )?"
    r"(?P<place>[A-Z]\w*(?:(?: of)? [A-Z]\w*){0,2})"
)
_GOVERNED = re.compile(r"govern|construed|accordance|interpreted|subject to", re.IGNORECASE)
_TERM = re.compile(
    r"(?:period|term) of (?P<term>(?:[a-z\-]+ )?\(?\d{0,3}\)? ?(?:days?|weeks?|months?|years?))"
    r"|for (?P<term2>(?:[a-z\-]+ )?\(\d{1,3}\) (?:days?|weeks?|months?|years?))"
    r"|(?P<term3>\b(?:one|two|three|four|five|six|seven|ten|\d{1,2})(?: \(\d{1,2}\))? (?:months?|years?))"
    r"\s+(?:from|after|following)",
    re.IGNORECASE,
)
_CONFIDENCE = re.compile(r"confiden|obligations?|this agreement", re.IGNORECASE)
_OTHER_DUTY = re.compile(r"employ|solicit|hire|compet|notice|salary|payment", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\b(?:by and between|by and among|between|among|zwischen)\b:?\s+(?P<first>.{3,400}?)"
    r"\s+(?:and|und)\s+(?P<second>.{3,200}?)"
    r"(?=\(|;|(?<! [A-Z])(?<!Inc)(?<!Corp)(?<!Co)(?<!Ltd)\.\s|, (?:a|an|having|with|located|whose)\b|$)",
    re.IGNORECASE | re.DOTALL,
)
_NAME_END = re.compile(
    r"\s*(?:\(|;|,? an? [A-Z]\w+ (?:corporation|limited|company|partnership|business)|"
    r", (?:an?|having|with|located|whose|the|and)\b|,? hereinafter|\d).*$",
    re.DOTALL | re.IGNORECASE,
)


def read(transcript: Transcript, settings: RecordsSettings) -> list[Field]:
    passages = Passages(transcript.rows)
    dates = candidates.labelled(transcript, transcript.dates, DATES)
    total = max(len(transcript.rows), 1)
    effective = candidates.best(
        candidates.less_sure(c, 1 - 0.4 * c.row / total) for c in candidates.of(dates, "effective_date")
    )
    chosen = [
        *find_parties(passages),
        effective,
        find_law(passages),
        find_term(passages),
    ]
    return [candidates.as_field(c) for c in chosen if c is not None]


def find_parties(passages: Passages) -> list[Candidate]:
    """The names after the first "between … and …" that holds a legal form, else after the first."""
    first = None
    for match in _BETWEEN.finditer(passages.text[:6_000]):
        first = first or match
        if parties.LEGAL_FORM.search(match["first"]) or parties.LEGAL_FORM.search(match["second"]):
            first = match
            break
    if first is None:
        return []
    found = []
    for group in ("first", "second"):
        name = _NAME_END.sub("", first[group]).strip(' ,"“”')
        at = first[group].find(name) + first.start(group)
        if (
            name[:1].isupper()
            and len(name.split()) <= LONGEST_NAME
            and parties.is_party(name)
            and not _ROLE.match(name)
        ):
            span = passages.span(at, at + len(name))
            form = parties.LEGAL_FORM.search(name) is not None
            found.append(Candidate("party", name, span, 0.85 if form else 0.6, "between_and"))
    return found


def find_law(passages: Passages) -> Candidate | None:
    """The state or country whose laws govern the contract."""
    for match in _LAW.finditer(passages.text):
        if _GOVERNED.search(passages.text[max(0, match.start() - 160) : match.start()]):
            span = passages.span(*match.span("place"))
            place = match["place"].title() if match["place"].isupper() else match["place"]
            return Candidate("jurisdiction", place, span, 0.85, "governing_law")
    return None


def find_term(passages: Passages) -> Candidate | None:
    """How long the duty of confidence lasts, as a number and a unit (`2 years`)."""
    for match in _TERM.finditer(passages.text):
        around = passages.text[max(0, match.start() - 250) : match.end() + 120]
        if not _CONFIDENCE.search(around) or _OTHER_DUTY.search(around):
            continue
        group = next(g for g, text in match.groupdict().items() if text)
        number = re.search(r"\d+", match[group])
        words = re.findall(r"[a-z]+", match[group].lower())
        count = int(number[0]) if number else sum(NUMBERS.get(w, 0) for w in words)
        if count:
            unit = words[-1].rstrip("s")
            value = f"{count} {unit}{'s' if count != 1 else ''}"
            return Candidate("term", value, passages.span(*match.span(group)), 0.6, "duration_clause")
    return None


TYPE = DocumentType(
    name="contract",
    evidence={
        r"\b(?:this|the) (?:\w+ ){0,3}agreement\b": 2.0,
        r"\bhereby agrees?\b|\bhereinafter\b|\bwhereas\b|\bwitnesseth\b|\bvertragsparteien\b|nachfolgend": 1.5,
        r"\bgoverned by\b|\bgoverning law\b|\bjurisdiction\b|gerichtsstand|anwendbares recht": 1.2,
        r"\bin witness whereof\b|\bby and between\b|\beffective date\b|\bthe parties\b|\bzwischen\b.*\bund\b": 1.0,
        r"\bconfidential information\b|\bdisclosing party\b|\btermination\b|kündigung|\bvertrag\b": 0.8,
        r"\binvoice (?:no|number|date)|rechnungsnummer|\bgrand total\b": -2.0,
        r"\babstract\b|\breferences\b": -1.0,
    },
    fields=FIELDS,
    read=read,
    rules=(rules.plausible_date("effective_date"),),
)
