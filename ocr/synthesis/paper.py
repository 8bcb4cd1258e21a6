"""Sheets bound into one PDF with its truth."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from random import Random
from typing import Literal

from ocr.evaluation.truth import Truth
from ocr.synthesis.sheet import A4, Face, Sheet

Kind = Literal["receipt", "invoice", "letter", "form", "article", "report"]
Language = Literal["en", "de"]

MADE = "D:20260101000000Z"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a drawn document says: fields as the records stage names them (empty: it has none), and line items."""

    fields: dict[str, str]
    items: list[dict[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A digital PDF and the truth of it, boxes in points."""

    pdf: bytes
    truth: Truth


class Paper:
    """A PDF being drawn, sheet by sheet, all of one size and face; `dice` decides what is left open."""

    def __init__(self, dice: Random, size: tuple[float, float] = A4, face: Face = "sans") -> None:
        self.dice = dice
        self.size = size
        self.face: Face = face
        self.sheets: list[Sheet] = []

    def sheet(self, size: tuple[float, float] | None = None) -> Sheet:
        """A new sheet after the others."""
        self.sheets.append(Sheet(size or self.size, self.face))
        return self.sheets[-1]

    def bind(self, kind: Kind, language: Language, meaning: Meaning) -> Drawn:
        """The finished document. The same drawing gives the same bytes: no clock and no random number goes in."""
        import pymupdf

        with pymupdf.open() as document:
            pages = [sheet.finish(document, number) for number, sheet in enumerate(self.sheets, start=1)]
            document.set_metadata({"producer": "ocr.synthesis", "creationDate": MADE, "modDate": MADE})
            pdf = document.tobytes(garbage=3, deflate=True, no_new_id=True, reproducible=True)
        truth = Truth(
            sha256=hashlib.sha256(pdf).hexdigest(),
            type=kind,
            language=language,
            pages=pages,
            fields=meaning.fields,
            items=meaning.items,
        )
        return Drawn(pdf, truth)
