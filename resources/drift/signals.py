"""The signals: what is told of each document and stage, in one number or label each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ocr.assembly import STAGES

Worse = Literal["up", "down", ""]


@dataclass(frozen=True, slots=True)
class Signal:
    """`text` says what it is. `worse`: the direction that is worse, where there is one.

    `label`: it is a word, not a number. `alike`: it is compared among documents of one form (digital, scanned) and
    type, so that a pile of invoices after a pile of letters is no change of the pages. `mix`: it tells what kinds of
    documents come, and such a pile changes it. `watched`: alarms go by it; the others are shown only.
    """

    stage: str
    name: str
    text: str
    worse: Worse = ""
    label: bool = False
    alike: bool = True
    mix: bool = False
    watched: bool = True


def _mix(stage: str, name: str, text: str, label: bool = True) -> Signal:
    return Signal(stage, name, text, label=label, alike=False, mix=True)


_RAW = (
    Signal("raw_document", "bytes_a_page", "size of the file, bytes a page"),
    Signal("raw_document", "page_count", "pages"),
    _mix("raw_document", "media_type", "type of the file"),
)
_PAGES = (
    Signal("pages", "skew", "degrees, median of scanned pages, positive counter-clockwise"),
    Signal("pages", "skew_confidence", "how sure the skew is, mean of scanned pages", "down"),
    Signal("pages", "rotated", "share of pages that did not stand upright", "up"),
    Signal("pages", "rotation_confidence", "how sure the rotation is, mean of scanned pages", "down"),
    Signal("pages", "sharpness", "mean of scanned pages", "down"),
    Signal("pages", "contrast", "mean of scanned pages", "down"),
    Signal("pages", "noise", "grain of the paper in levels, mean of scanned pages", "up"),
    Signal("pages", "resolution", "dots an inch, mean of scanned pages"),
    _mix("pages", "to_ocr", "share of pages to be read by OCR", label=False),
    Signal("pages", "blank", "share of blank pages", "up"),
    Signal("pages", "lost_pages", "share of pages that could not be made", "up"),
)
_REGIONS = (
    Signal("regions", "regions_a_page", "regions a page"),
    Signal("regions", "region_score", "mean score of the regions", "down"),
    Signal("regions", "coverage", "share of the pages' area in regions"),
    Signal("regions", "text_share", "share of regions that are text"),
    Signal("regions", "heading_share", "share of regions that are titles or headings"),
    Signal("regions", "table_share", "share of regions that are tables"),
    Signal("regions", "figure_share", "share of regions that are figures"),
    Signal("regions", "lines_found", "lines found on scanned pages, a page"),
)
_TEXT = (
    Signal("text", "word_confidence", "mean probability that a word is right, words read by OCR", "down"),
    Signal("text", "doubtful_lines", "share of lines read by OCR that are more likely wrong than right", "up"),
    Signal("text", "odd_characters", "share of characters that are no letter, digit or common sign", "up"),
    Signal("text", "accented_letters", "share of letters outside a to z"),
    Signal("text", "words_a_page", "words a page"),
    Signal("text", "word_length", "letters a word"),
    Signal("text", "read_twice", "share of words by OCR that a second engine decided or agreed with"),
)
_RECORDS = (
    _mix("records", "document_type", "the document's type"),
    Signal("records", "type_confidence", "how sure the type is", "down"),
    _mix("records", "language", "the document's language"),
    Signal("records", "fields", "fields found"),
    Signal("records", "field_confidence", "mean probability that a field is right", "down"),
    Signal("records", "needs_review", "share of fields that need review or are rejected", "up"),
    Signal("records", "violations", "rules broken", "up"),
    Signal("records", "missing_fields", "required fields that were not found", "up"),
)
_EMBEDDINGS = (
    Signal("embeddings", "chunks_a_page", "passages a page"),
    Signal("embeddings", "centroid_distance", "cosine distance of the document from the reference's centroid"),
    Signal("embeddings", "neighbour_distance", "cosine distance of the document from the nearest of the reference"),
)

DISTANCES = ("centroid_distance", "neighbour_distance")
"""Signals that are not stored: they are told from a document's vector and those of the reference."""

_OF_EVERY_STAGE = tuple(
    signal
    for stage in STAGES
    for signal in (
        Signal(stage, f"{stage}_rejected", "the document was rejected at this stage", "up", alike=False),
        # Time depends on the machine and what else it does: it comes in waves, which no test of documents may count.
        Signal(stage, f"{stage}_seconds", "seconds a page", "up", watched=False),
    )
)

SIGNALS: dict[str, Signal] = {
    signal.name: signal for signal in (*_RAW, *_PAGES, *_REGIONS, *_TEXT, *_RECORDS, *_EMBEDDINGS, *_OF_EVERY_STAGE)
}
WATCHED = [signal for signal in SIGNALS.values() if signal.watched]
STORED = [signal for signal in SIGNALS.values() if signal.name not in DISTANCES]
