"""Bytes → pages, whatever the format: one page at a time, within limits, with typed errors."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from ocr.errors import OverLimit
from ocr.opening.pdf import PdfDocument
from ocr.opening.raster import RasterDocument
from ocr.opening.sniff import PDF, sniff
from ocr.opening.source import SourcePage
from ocr.settings import Limits


class OpenDocument(Protocol):
    """An open document, to be used in a `with` statement. Pages are numbered from 1; memory does not grow with them."""

    media_type: str
    page_count: int
    encrypted: bool
    producer: str

    def page(self, number: int, dpi: int, max_side: int) -> SourcePage:
        """Page `number`: PDF pages rendered at `dpi`, all reduced to `max_side` pixels; raises a `DocumentError`."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_document(data: bytes, limits: Limits) -> OpenDocument:
    """Open a PDF or image file.

    Raises `EmptyDocument`, `UnsupportedType`, `BrokenDocument`, `EncryptedDocument` (no password of `limits` opens it)
    or `OverLimit` (bytes, pages); a page's own faults are raised by `page`.
    """
    if len(data) > limits.max_bytes:
        raise OverLimit(f"{len(data)} bytes are more than the {limits.max_bytes} allowed")
    media_type = sniff(data)
    if media_type == PDF:
        return PdfDocument(data, limits)
    return RasterDocument(data, media_type, limits)
