"""Forms: a field for every label that has a value."""

from __future__ import annotations

import re

from ocr.documents import Field
from ocr.extraction.doctype import DocumentType
from ocr.extraction.pairs import key_values
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings

MANY_LABELS = 6
_LABEL = re.compile(r"^[^\W\d_][^:]{1,40}:(?:\s|$)|_{4,}|\.{6,}|\[\s?[xX✓]?\s?\]|[☐☑☒□■]")


def read(transcript: Transcript, settings: RecordsSettings) -> list[Field]:
    return key_values(transcript)


def looks(transcript: Transcript) -> float:
    """Many short stretches that end in a colon, lines to write on, boxes to tick."""
    stretches = [row.text[start:end] for row in transcript.rows for start, end in row.segments]
    labels = sum(1 for s in stretches if _LABEL.search(s))
    share = labels / max(len(stretches), 1)
    return (1.5 if labels >= MANY_LABELS else 0.0) + min(3.0 * share, 1.5) if labels >= MANY_LABELS // 2 else 0.0


TYPE = DocumentType(
    name="form",
    evidence={
        r"\bform\b|\bformular\b|\bformulaire\b|\bantrag\b|\bapplication\b|\bfragebogen\b|\bquestionnaire\b": 1.0,
        r"\bplease (?:print|complete|fill)|bitte (?:ausfüllen|ankreuzen)|check (?:one|box)"
        r"|\b(?:yes|ja)\W{1,6}(?:no|nein)\b": 1.5,
        r"\bsignature\b|\bunterschrift\b": 0.7,
        r"\bdate of birth\b|\bgeburtsdatum\b|\bfirst name\b|\bvorname\b|\blast name\b": 1.2,
        r"\bfax (?:cover|transmi)|\bno\. of pages\b|\bnumber of pages\b": 0.8,
        r"\btotal\b|\bcashier\b|\binvoice\b|\brechnung\b": -1.0,
        r"\bthis agreement\b|\babstract\b": -1.5,
    },
    fields=(),
    read=read,
    shape=looks,
)
