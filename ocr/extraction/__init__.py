"""Records from text: a document's type and its typed, checked fields, by rules."""

from __future__ import annotations

from dataclasses import dataclass, field

from ocr.documents import Field, Line, Page, Record, Region, TableCell, Violation, Word
from ocr.extraction import rules, schemas
from ocr.extraction.classify import classify
from ocr.extraction.confidence import calibrate
from ocr.extraction.doctype import DocumentType, Finding, blamed, registry, use_types
from ocr.extraction.mentions import mentions
from ocr.extraction.pairs import key_values
from ocr.extraction.repair import repair
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings


@dataclass
class Draft:
    """What was found in a document, before it is judged. `declared` is None where the document is of no known type."""

    transcript: Transcript
    type: str
    type_confidence: float
    declared: DocumentType | None
    fields: list[Field]
    findings: list[Finding] = field(default_factory=list)


def extract(
    pages: list[Page],
    regions: list[Region],
    cells: list[TableCell],
    lines: list[Line],
    words: list[Word],
    settings: RecordsSettings,
) -> Record:
    """The record of one document: its type, fields with place, confidence and status, and the rules it breaks.

    A document of no known type is `other`, with a field for every "Label: value" in it and for what it mentions.
    """
    return conclude(draft(pages, regions, cells, lines, words, settings), settings)


def draft(
    pages: list[Page],
    regions: list[Region],
    cells: list[TableCell],
    lines: list[Line],
    words: list[Word],
    settings: RecordsSettings,
    calibrated: bool = True,
    known: tuple[str, float] | None = None,
) -> Draft:
    """A document's type and the fields its type's rules find; confidence as the rules have it, or `calibrated`.

    `known`: the type and how sure it is, where something else than the text tells it.
    """
    if settings.types:
        use_types(settings.types)
    transcript = Transcript(pages, regions, cells, lines, words)
    name, confidence = known or classify(transcript)
    declared = registry().get(name)
    found = Draft(transcript, name, confidence, declared, [], _nothing_read(pages, lines))
    if declared is None:
        found.fields = [*key_values(transcript), *mentions(transcript)]
    else:
        with blamed(declared):
            found.fields = declared.read(transcript, settings)
        repair(declared, transcript, found.fields, settings)
        if calibrated:
            calibrate(transcript, found.fields, doubts(found, settings), confidence)
    return found


def _nothing_read(pages: list[Page], lines: list[Line]) -> list[Finding]:
    """What is said of a document without a word: that it is blank, or that something on it could not be read."""
    if lines or not pages:
        return []
    marked = [page.number for page in pages if not page.blank]
    if not marked:
        return [Finding(Violation("no_text", "warning", "every page is blank"))]
    return [Finding(Violation("no_text", "error", "no text was found, though there are marks", page=marked[0]))]


def doubts(found: Draft, settings: RecordsSettings) -> list[Finding]:
    """The business rules that a draft's fields break."""
    if found.declared is None:
        return []
    with blamed(found.declared):
        return [finding for rule in found.declared.rules for finding in rule(found.fields, settings)]


def conclude(found: Draft, settings: RecordsSettings) -> Record:
    """The record of a draft: its fields checked against schema and business rules, and judged."""
    findings = list(found.findings)
    if found.declared is not None:
        findings += schemas.broken(found.declared, found.fields) + rules.complete(found.declared.fields, found.fields)
        findings += doubts(found, settings)
    status = rules.judge(found.fields, findings, settings)
    return Record(
        type=found.type,
        type_confidence=found.type_confidence,
        language=found.transcript.language,
        fields=found.fields,
        violations=[f.violation for f in findings],
        status=status,
    )
