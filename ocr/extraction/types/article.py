"""Articles: papers and print in running text. Their title and date."""

from __future__ import annotations

from ocr.documents import Field
from ocr.extraction.doctype import DocumentType, FieldRule
from ocr.extraction.headings import title_and_date
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings

LONG_ROWS = 25


def read(transcript: Transcript, settings: RecordsSettings) -> list[Field]:
    return title_and_date(transcript)


def looks(transcript: Transcript) -> float:
    """Running text: many long rows of words, hardly an amount."""
    long = [row for row in transcript.rows if len(row.text.split()) >= 7]
    figures = sum(1 for v in transcript.amounts if v.decimals == 2)
    running = len(long) >= LONG_ROWS and len(long) >= 0.5 * len(transcript.rows)
    return 1.5 if running and figures < 0.1 * len(transcript.rows) else 0.0


TYPE = DocumentType(
    name="article",
    evidence={
        r"^\W*(?:abstract|zusammenfassung|résumé)\b": 2.0,
        r"^\W*(?:\d+\.?\s*)?(?:references|bibliography|literatur(?:verzeichnis)?|bibliographie)\W*$": 1.5,
        r"\bet al\b|\bdoi\b|\barxiv\b|\bissn\b": 1.2,
        r"\b(?:fig(?:ure)?|abb(?:ildung)?)\.? \d": 0.6,
        r"^\W*(?:\d+\.?\s*)?(?:introduction|einleitung|conclusions?)\W*$": 0.8,
        r"\bjournal\b|\bproceedings\b|\buniversit": 0.6,
        r"\bkeywords\b": 0.8,
        r"\bthis agreement\b|\binvoice (?:no|number)|\brechnung\b": -2.0,
    },
    fields=(FieldRule("title", "text"), FieldRule("date", "date")),
    read=read,
    shape=looks,
)
