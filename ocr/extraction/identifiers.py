"""IBANs and VAT numbers in a text, told by their form and their check digits."""

from __future__ import annotations

import re

from ocr.extraction import normalise
from ocr.extraction.candidates import Candidate
from ocr.extraction.transcript import Transcript

IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{2,4}){3,8}\b")
VAT = re.compile(
    r"\b(?:[A-Z]{2}\s?U?\d[\d ]{6,12}\d|ATU\d{8}|FR\s?[A-Z0-9]{2}\s?\d{9}|IE\d[A-Z0-9]\d{5}[A-Z]{1,2}|NL\d{9}B\d{2}"
    r"|ES[A-Z0-9]\d{7}[A-Z0-9])\b"
)


def find_vat_id(transcript: Transcript) -> Candidate | None:
    """The first valid VAT number that is not labelled as the buyer's."""
    for row in transcript.rows:
        for match in VAT.finditer(row.text):
            value = normalise.vat_id(match[0])
            if value and not re.search(r"client|customer|kunde|buyer|iban", row.text[: match.start()], re.IGNORECASE):
                return Candidate("seller_tax_id", value, row.span(*match.span()), 0.85, "vat_id_form")
    return None


def find_iban(transcript: Transcript) -> Candidate | None:
    """The first IBAN with right check digits; else the first with an IBAN's form, as it was read, to be rejected."""
    doubtful = None
    for row in transcript.rows:
        for match in IBAN.finditer(row.text):
            words = match[0].split(" ")
            for count in range(len(words), 0, -1):
                text = " ".join(words[:count])
                span = row.span(match.start(), match.start() + len(text))
                if value := normalise.iban(text):
                    return Candidate("iban", value, span, 0.97, "iban_check_digits")
            if doubtful is None and re.search(r"iban\W*$", row.text[: match.start()], re.IGNORECASE):
                span = row.span(*match.span())
                doubtful = Candidate("iban", match[0].replace(" ", ""), span, 0.6, "label_left")
    return doubtful
