"""What any text names, whatever its type: dates, money, mail addresses, IBANs, VAT numbers, organisations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ocr.documents import Field
from ocr.extraction import normalise
from ocr.extraction.candidates import Candidate, as_field
from ocr.extraction.identifiers import IBAN, VAT
from ocr.extraction.passages import Passages
from ocr.extraction.signatories import legal_name, organisations
from ocr.extraction.transcript import Transcript

MOST = 200
_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")


def mentions(transcript: Transcript) -> list[Field]:
    """A field for each different value, at its first place; at most `MOST`."""
    found: dict[tuple[str, str], Candidate] = {}
    for candidate in _all(transcript):
        found.setdefault((candidate.name, candidate.value), candidate)
    return [as_field(candidate) for candidate in list(found.values())[:MOST]]


def _all(transcript: Transcript) -> Iterator[Candidate]:
    for value in transcript.dates:
        yield Candidate("mentioned_date", value.value, value.span, 0.9 * value.doubt, "date_form")
    for value in transcript.amounts:
        if value.currency is not None:
            text = f"{value.value} {value.currency}"
            yield Candidate("mentioned_amount", text, value.span, 0.9 * value.doubt, "amount_with_currency")
    for row in transcript.rows:
        for match in _MAIL.finditer(row.text):
            yield Candidate("email", match[0].rstrip("."), row.span(*match.span()), 0.95, "mail_form")
        for match in IBAN.finditer(row.text):
            if code := normalise.iban(match[0]):
                yield Candidate("iban", code, row.span(*match.span()), 0.97, "iban_check_digits")
        for match in VAT.finditer(row.text):
            if code := normalise.vat_id(match[0]):
                yield Candidate("vat_id", code, row.span(*match.span()), 0.9, "vat_id_form")
    passages = Passages(transcript.rows)
    for start, end in organisations(passages.text):
        name = legal_name(passages.text[start:end])
        yield Candidate("organisation", name, passages.span(start, end), 0.8, "legal_form")
