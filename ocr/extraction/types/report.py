"""Reports: what an office, a company or a study hands in. Their title and date."""

from __future__ import annotations

from ocr.documents import Field
from ocr.extraction.doctype import DocumentType, FieldRule
from ocr.extraction.headings import title_and_date
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings


def read(transcript: Transcript, settings: RecordsSettings) -> list[Field]:
    return title_and_date(transcript)


def looks(transcript: Transcript) -> float:
    """Reports have several pages."""
    return 0.5 if len(transcript.pages) >= 4 else 0.0


TYPE = DocumentType(
    name="report",
    evidence={
        r"\b(?:annual|quarterly|interim|final|progress|technical|audit|status|monthly|weekly) report\b": 2.0,
        r"^\W*(?:the )?\w*(?:report|bericht|rapport)\b": 1.2,
        r"\b(?:jahresbericht|geschäftsbericht|abschlussbericht|prüfbericht|gutachten|rapport annuel)\b": 2.0,
        r"\bexecutive summary\b|\btable of contents\b|\binhaltsverzeichnis\b|\bsommaire\b": 1.2,
        r"\b(?:findings|recommendations|empfehlungen|ergebnisse)\b": 0.8,
        r"\bprepared (?:by|for)\b|\breporting period\b|\bberichtszeitraum\b": 1.0,
        r"\babstract\b|\bthis agreement\b|\binvoice (?:no|number)|\brechnung\b": -1.5,
    },
    fields=(FieldRule("title", "text"), FieldRule("date", "date")),
    read=read,
    shape=looks,
)
