"""Records from text: a document's type and its typed, checked fields, by rules."""

from __future__ import annotations

from ocr.documents import Line, Page, Record, Region, TableCell, Word
from ocr.extraction import rules, schemas
from ocr.extraction.classify import classify
from ocr.extraction.doctype import registry
from ocr.extraction.pairs import key_values
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings


def extract(
    pages: list[Page],
    regions: list[Region],
    cells: list[TableCell],
    lines: list[Line],
    words: list[Word],
    settings: RecordsSettings,
) -> Record:
    """The record of one document: its type, fields with place, confidence and status, and the rules it breaks.

    A document of no known type is `other`, with a field for every "Label: value" in it.
    """
    transcript = Transcript(pages, regions, cells, lines, words)
    name, confidence = classify(transcript)
    declared = registry().get(name)
    if declared is None:
        fields, findings = key_values(transcript), []
    else:
        fields = declared.read(transcript, settings)
        findings = schemas.broken(declared, fields) + rules.complete(declared.fields, fields)
        findings += [finding for rule in declared.rules for finding in rule(fields, settings)]
    status = rules.judge(fields, findings, settings)
    return Record(
        type=name,
        type_confidence=confidence,
        language=transcript.language,
        fields=fields,
        violations=[f.violation for f in findings],
        status=status,
    )
