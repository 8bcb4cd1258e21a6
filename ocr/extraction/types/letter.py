"""Letters: who writes to whom, when and about what. English, German and French."""

from __future__ import annotations

import re

from ocr.documents import Field
from ocr.extraction import candidates, parties, rules
from ocr.extraction.candidates import Candidate
from ocr.extraction.doctype import DocumentType, FieldRule, labels_of
from ocr.extraction.labels import Labels, fold, phrases
from ocr.extraction.rows import Span
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings

FIELDS = (
    FieldRule("sender", "text"),
    FieldRule("recipient", "text"),
    FieldRule(
        "date",
        "date",
        required=True,
        phrases=phrases(
            (1.0, "date; datum"),
            (0.95, "den"),
            (0.9, "le; dated; unser zeichen datum"),
        ),
    ),
    FieldRule(
        "other_date",
        "date",
        kept=False,
        phrases=phrases(
            (
                0.9,
                "vom; your letter of; ihr schreiben vom; bis zum; by; until; on; am; since; seit; born; "
                "geboren am; ab; votre lettre du; du; from; to",
            ),
        ),
    ),
    FieldRule("subject", "text"),
)
DATES = labels_of(FIELDS, "date")
PARTIES = Labels(
    {
        "sender": phrases(
            (0.95, "sender; absender; expediteur"),
            (0.9, "from"),
            (0.85, "von; de"),
        ),
        "recipient": phrases(
            (0.95, "recipient; empfänger; destinataire"),
            (0.9, "to"),
            (0.85, "an; a"),
        ),
    }
)
_SALUTATION = re.compile(
    r"^\W*(?:dear\b|sehr geehrte|liebe[rs]?\b|guten tag|to whom it may|gentlemen|madame|monsieur|ch(?:er|ère)\b)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\W*(?:(?:yours|very|respectfully)\b.*\b(?:sincerely|faithfully|truly|yours)|sincerely|"
    r"(?:kind|best|warm) (?:regards|wishes)|with (?:kind|best|warm) (?:regards|wishes)|"
    r"regards|(?:mit )?(?:freundliche|beste|herzliche)n? gr|hochachtungsvoll|viele grüße|cordialement|veuillez agréer)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^\W*(?:subject|betreff|betr\.?|re|objet|ref(?:erence)?|concerne)\s*[:.]\s*(?=\S)", re.IGNORECASE
)


def read(transcript: Transcript, settings: RecordsSettings) -> list[Field]:
    found = parties.below_label(transcript, PARTIES, reach=2)
    recipient = candidates.best(candidates.of(found, "recipient"))
    if recipient is None and (block := parties.window_block(transcript)):
        recipient = Candidate("recipient", block[0].text, block[0], 0.8, "address_window")
    sender = candidates.best(candidates.of(found, "sender")) or choose_sender(transcript, recipient)
    chosen = [sender, recipient, choose_date(transcript), choose_subject(transcript)]
    return [candidates.as_field(c) for c in chosen if c is not None]


def choose_date(transcript: Transcript) -> Candidate | None:
    """The labelled date, else the first one above the salutation, else the first."""
    found = candidates.labelled(transcript, transcript.dates, DATES)
    labelled = candidates.best(candidates.of(found, "date"))
    greeting = _first_row(transcript, _SALUTATION) or len(transcript.rows)
    if labelled is not None and labelled.row < greeting:
        return labelled
    other = {id(c.source) for c in candidates.of(found, "other_date")}
    above = [v for v in transcript.dates if v.row < greeting and id(v) not in other]
    value = next(iter(above or transcript.dates), None)
    if value is None:
        return None
    return Candidate(
        "date", value.value, value.span, (0.88 if above else 0.5) * value.doubt, "head_date", value.row, value
    )


def choose_subject(transcript: Transcript) -> Candidate | None:
    """The line after "Subject:", else the line that stands between the date and the salutation."""
    rows = transcript.rows
    greeting = _first_row(transcript, _SALUTATION)
    for number, row in enumerate(rows[: (greeting or 30) + 3]):
        match = _SUBJECT.match(row.text)
        if match:
            span = row.span(match.end(), len(row.text))
            return Candidate("subject", span.text, span, 0.92, "label_left", number)
    if not greeting:
        return None
    row = rows[greeting - 1]
    dated = any(v.row == greeting - 1 and len(v.span.text) > 0.5 * len(row.text) for v in transcript.dates)
    if dated or parties.is_address(row.text) or len(fold(row.text).split()) < 2:
        return None
    span = row.span(0, len(row.text))
    return Candidate("subject", span.text, span, 0.75, "above_salutation", greeting - 1)


def choose_sender(transcript: Transcript, recipient: Candidate | None) -> Candidate | None:
    """The letterhead's name, else the name below the closing formula."""
    head = parties.letterhead(transcript, recipient)
    if head is not None and head.rule == "letterhead":
        return candidates.renamed(head, "sender")
    closing = _first_row(transcript, _CLOSING)
    signature: list[Span] = []
    if closing is not None:
        for row in transcript.rows[closing + 1 : closing + 5]:
            if parties.is_party(row.text) and len(row.text.split()) <= 6:
                signature.append(row.span(*row.segments[0]))
    if signature:
        return Candidate("sender", signature[0].text, signature[0], 0.8, "signature")
    return candidates.renamed(head, "sender") if head is not None else None


def looks(transcript: Transcript) -> float:
    """A salutation above a closing formula is a letter and hardly anything else."""
    greeting, closing = _first_row(transcript, _SALUTATION), _first_row(transcript, _CLOSING)
    both = greeting is not None and closing is not None and greeting < closing
    return 2.0 * both + 1.0 * (greeting is not None and greeting < 30)


def _first_row(transcript: Transcript, pattern: re.Pattern[str]) -> int | None:
    return next((i for i, row in enumerate(transcript.rows) if pattern.search(row.text)), None)


TYPE = DocumentType(
    name="letter",
    evidence={
        r"^\W*(?:dear|sehr geehrte|liebe[rs]?|guten tag|monsieur|madame|chère?) \w": 1.5,
        r"yours (?:sincerely|faithfully|truly)|sincerely yours|kind regards"
        r"|(?:freundliche|beste|herzliche)n? grüße|(?:best|kind|warm) (?:wishes|regards)|hochachtungsvoll|cordialement"
        r"|veuillez agréer": 2.0,
        r"^\W*(?:subject|betreff|betr\.|re|objet)\s*:": 1.0,
        r"\b(?:enclosure|enclosed|anlagen?|cc):|\bencl\.?\b": 0.6,
        r"^\W*(?:to|from|an|von):": 0.5,
        r"\binvoice (?:no|number)|rechnungsnummer|\bgrand total\b|\bgesamtbetrag\b": -1.5,
        r"\bthis agreement\b": -1.5,
    },
    fields=FIELDS,
    read=read,
    shape=looks,
    rules=(rules.plausible_date("date"),),
)
