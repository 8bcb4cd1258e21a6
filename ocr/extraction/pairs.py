"""Key-value pairs: "Label: value" wherever it stands, the fields of documents of no known type."""

from __future__ import annotations

import re

from ocr.documents import Field
from ocr.extraction.candidates import Candidate, as_field
from ocr.extraction.rows import Row, Span
from ocr.extraction.transcript import Transcript

MOST = 300
_KEY = re.compile(r"^\W*(?P<key>[^\W\d_][^:=]{0,48}?)\s*(?P<colon>:)(?!//)\s*(?P<value>.*)$")
_LONGEST = 14
_NOT_A_KEY = re.compile(r"\b(?:https?|\d{1,2})$", re.IGNORECASE)


def key_values(transcript: Transcript) -> list[Field]:
    """A field for each pair, named by its label (`date_of_birth`); at most `MOST`."""
    found: list[Field] = []
    for number, row in enumerate(transcript.rows):
        for place, (start, end) in enumerate(row.segments):
            match = _KEY.match(row.text[start:end])
            if match is None or _NOT_A_KEY.search(match["key"]) or len(match["key"].split()) > 6:
                continue
            if len(match["value"].split()) > _LONGEST:
                continue  # running text with a colon in it
            name = "_".join(re.findall(r"[^\W_]+", match["key"].casefold()))
            value = _value(transcript.rows, number, place, start + match.start("value"), end)
            if name and value is not None:
                span, score, rule = value
                found.append(as_field(Candidate(name, span.text, span, score, rule)))
    return found[:MOST]


def _value(rows: list[Row], number: int, place: int, start: int, end: int) -> tuple[Span, float, str] | None:
    row = rows[number]
    if row.text[start:end].strip():
        return row.span(start, end), 0.85, "key_value_same"
    if place + 1 < len(row.segments):
        following = row.text[slice(*row.segments[place + 1])]
        return None if _KEY.match(following) else (row.span(*row.segments[place + 1]), 0.75, "key_value_right")
    key = row.span(row.segments[place][0], end)
    for below in rows[number + 1 : number + 2]:
        for segment in below.segments:
            span = below.span(*segment)
            close = below.page == row.page and below.y0 - row.y1 < 1.5 * row.height
            if close and abs(span.box[0] - key.box[0]) < 2 * row.height and not _KEY.match(span.text):
                return span, 0.6, "key_value_below"
    return None
