"""The invoice attached to a PDF as XML (ZUGFeRD, Factur-X): what it says beside what is printed."""

from __future__ import annotations

from dataclasses import dataclass

from ocr.documents import Violation
from ocr.errors import DocumentError
from ocr.extraction.attached.cii import NAMES, StatedInvoice, stated_invoice
from ocr.extraction.doctype import Finding
from ocr.markup import UnusableMarkup, parse_xml
from ocr.opening.attachments import UnusableAttachment
from ocr.settings import Limits

TYPE = "invoice"
"""The document type of what carries an invoice, whatever its pages look like."""
CERTAIN = 0.99
"""How sure that type is."""
MOST_BYTES = 5_000_000
"""An invoice takes some kilobytes an item."""


@dataclass(frozen=True, slots=True)
class Attached:
    """An invoice, and what the file is called that it was read from."""

    name: str
    invoice: StatedInvoice


def find(data: bytes, limits: Limits) -> Attached | Finding | None:
    """The invoice attached to a PDF, or the finding that says why it cannot be used; None where none is attached."""
    from ocr.opening.pdf import PdfDocument

    name = "the PDF"
    try:
        with PdfDocument(data, limits) as document:
            file = document.attached_file(NAMES, MOST_BYTES)
        if file is None:
            return None
        name = file[0]
        return Attached(name, stated_invoice(parse_xml(file[1])))
    except (UnusableAttachment, UnusableMarkup, DocumentError) as error:
        called = error.name if isinstance(error, UnusableAttachment) else name
        return Finding(Violation("attached_invoice_unusable", "warning", f"{called} is left aside: {error}"))
