"""Contracts: parties, effective date, governing law and term. English, and German where it is said alike."""

from __future__ import annotations

from ocr.documents import Field
from ocr.extraction import candidates, clauses, rules, signatories
from ocr.extraction.doctype import DocumentType, FieldRule
from ocr.extraction.passages import Passages
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings

FIELDS = (
    FieldRule("party", "text", repeated=True),
    FieldRule("effective_date", "date"),
    FieldRule("jurisdiction", "text"),
    FieldRule("term", "text"),
)


def read(transcript: Transcript, settings: RecordsSettings) -> list[Field]:
    passages = Passages(transcript.rows)
    chosen = [
        *signatories.find_parties(passages, transcript.rows),
        clauses.effective_date(passages, transcript.day_first),
        clauses.governing_law(passages),
        clauses.duration(passages),
    ]
    return [candidates.as_field(c) for c in chosen if c is not None]


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
