"""Documents read up to their text, as extraction gets them; with one set of engines for all."""

from __future__ import annotations

import hashlib
import tempfile
from functools import lru_cache
from pathlib import Path

from ocr import stages
from ocr.assembly import Engines
from ocr.documents import Line, Page, Region, TableCell, Word
from ocr.imaging.images import PageImages

Inputs = tuple[list[Page], list[Region], list[TableCell], list[Line], list[Word]]
JPEG_QUALITY = 85


def read(data: bytes, name: str = "document") -> Inputs:
    """Pages, regions, cells, lines and words of a file. Raises the `DocumentError` it is rejected with."""
    with tempfile.TemporaryDirectory(prefix="records-") as folder:
        found = stages.Reading(
            key="document",
            name=name,
            uri="",
            sha256=hashlib.sha256(data).hexdigest(),
            received_at="",
            load=lambda: data,
            images=PageImages(Path(folder)),
        )
        for stage in (stages.raw_document, stages.pages, stages.regions, stages.text):
            (outcome,) = stage([found], _engines())
            if isinstance(outcome, stages.Rejected):
                raise outcome.error
    return found.pages, found.regions, found.cells, found.lines, found.words


def scanned(data: bytes, dpi: int = 150) -> bytes:
    """A PDF of pictures of another PDF's pages: what a scanner makes of a print of it, without its skew and dirt."""
    import pymupdf

    with pymupdf.open(stream=data, filetype="pdf") as source, pymupdf.open() as made:
        for page in source:
            picture = page.get_pixmap(dpi=dpi).tobytes("jpeg", jpg_quality=JPEG_QUALITY)
            sheet = made.new_page(width=page.rect.width, height=page.rect.height)
            sheet.insert_image(sheet.rect, stream=picture)
        return made.tobytes()


@lru_cache(maxsize=1)
def _engines() -> Engines:
    return Engines()
