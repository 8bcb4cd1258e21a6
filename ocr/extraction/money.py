"""The currency of a document."""

from __future__ import annotations

import re
from collections import Counter

from ocr.extraction import normalise
from ocr.extraction.candidates import Candidate
from ocr.extraction.transcript import Transcript

_LABELLED = re.compile(
    r"(?:rechnungsw[äa]hrung|w[äa]hrung|currency|devise|monnaie)\W{1,4}(?P<code>[A-Za-z]{2,4}|[€$£])(?!\w)",
    re.IGNORECASE,
)
_SIGN = re.compile(rf"(?<![^\W\d_])(?P<code>{normalise.CURRENCY})(?![^\W\d_])", re.IGNORECASE)
_NAMED = {r"\bU\.?S\.? dollars?\b": "USD", r"\beuros?\b": "EUR", r"\bringgit\b": "MYR", r"\bpounds? sterling\b": "GBP"}
_WORDS = frozenset({"TRY", "PEN", "COP", "ALL", "FR", "RS", "KR", "SAR", "EUROS"})
"""Codes that are words as well: they count only beside a figure."""


def currency_of(transcript: Transcript, total: Candidate | None) -> Candidate | None:
    """The currency by its label, by the sign beside the total, or by the commonest sign in the document."""
    for row in transcript.rows:
        match = _LABELLED.search(row.text)
        code = normalise.currency(match["code"]) if match else None
        if match and code:
            return Candidate("currency", code, row.span(*match.span("code")), 0.96, "label_left")
    if total is not None and total.source is not None and total.source.currency is not None:
        code = _dollar(transcript, total.source.currency)
        sign = _SIGN.search(total.span.text)
        if sign:
            return Candidate(
                "currency", code, total.span, 0.95 if code == total.source.currency else 0.85, "beside_total"
            )
    return _commonest(transcript)


def _commonest(transcript: Transcript) -> Candidate | None:
    beside = {(v.row, v.currency) for v in transcript.amounts if v.currency}
    votes: Counter[str] = Counter()
    places = {}
    for number, row in enumerate(transcript.rows):
        for match in _SIGN.finditer(row.text):
            code = normalise.currency(match["code"])
            if code is None or (match["code"].upper() in _WORDS and (number, code) not in beside):
                continue
            code = _dollar(transcript, code)
            votes[code] += 1
            places.setdefault(code, row.span(*match.span("code")))
        for pattern, code in _NAMED.items():
            if match := re.search(pattern, row.text, re.IGNORECASE):
                votes[code] += 1
                places.setdefault(code, row.span(*match.span()))
    if votes:
        code, count = votes.most_common(1)[0]
        return Candidate("currency", code, places[code], 0.75 + 0.2 * count / votes.total(), "commonest_sign")
    return None


def _dollar(transcript: Transcript, code: str) -> str:
    return "MYR" if code == "USD" and transcript.ringgit else code
