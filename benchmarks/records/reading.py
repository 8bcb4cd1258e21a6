"""Documents read up to their text, as extraction gets them; with one set of engines for all."""

from __future__ import annotations

from functools import lru_cache

from ocr import reading
from ocr.assembly import Engines
from ocr.documents import Line, Page, Region, TableCell, Word

Inputs = tuple[list[Page], list[Region], list[TableCell], list[Line], list[Word]]
JPEG_QUALITY = 85


def read(data: bytes) -> Inputs:
    """Pages, regions, cells, lines and words of a file. Raises the `DocumentError` it is rejected with."""
    found = reading.read(data, _engines(), until="text")
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
