"""The title and the date of running text."""

from __future__ import annotations

from statistics import median

from ocr.documents import Field
from ocr.extraction.candidates import Candidate, as_field
from ocr.extraction.parties import joined
from ocr.extraction.rows import Row
from ocr.extraction.transcript import Transcript

TITLE_ROWS = 25
_LARGER = 1.2


def title_and_date(transcript: Transcript) -> list[Field]:
    """The title (the title region's rows, else the largest rows at the head) and the first date of the first page."""
    found = [title(transcript)]
    first = next((v for v in transcript.dates if v.span.page == transcript.rows[0].page), None)
    if first is not None:
        found.append(Candidate("date", first.value, first.span, 0.6 * first.doubt, "first_date", first.row, first))
    return [as_field(c) for c in found if c is not None]


def title(transcript: Transcript) -> Candidate | None:
    page = transcript.rows[0].page
    rows = [r for r in transcript.rows if r.page == page]
    region = next((r for r in transcript.regions if r.kind == "title" and r.page == page), None)
    if region is not None:
        inside = [r for r in rows if region.y0 <= (r.y0 + r.y1) / 2 <= region.y1]
        if inside:
            return _of(inside, 0.85, "title_region")
    usual = median(r.height for r in rows)
    head = [r for r in rows[:TITLE_ROWS] if sum(c.isalpha() for c in r.text) >= 4]
    largest = max((r.height for r in head), default=0.0)
    if largest < _LARGER * usual:
        return _of(head[:1], 0.4, "first_row") if head else None
    tall = [r for r in head if r.height >= 0.9 * largest]
    together = [r for r in tall if r.y0 - tall[0].y0 < 5 * largest]
    return _of(together, 0.75, "largest_rows")


def _of(rows: list[Row], score: float, rule: str) -> Candidate:
    span = joined([row.span(0, len(row.text)) for row in rows])
    return Candidate("title", span.text, span, score, rule)
