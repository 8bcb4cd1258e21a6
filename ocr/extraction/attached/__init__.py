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


def find(data: bytes, limits: Limits) -> tuple[list[Attached], list[Finding]]:
    """The invoices attached to a PDF, and a finding for each file that is called like one and cannot be used."""
    from ocr.opening.pdf import PdfDocument

    try:
        with PdfDocument(data, limits) as document:
            files = document.attached_files(NAMES, MOST_BYTES)
    except UnusableAttachment as error:
        return [], [_unusable(error.name, error)]
    except DocumentError as error:
        return [], [_unusable("the PDF", error)]
    invoices, findings = [], []
    for name, content in files:
        try:
            if isinstance(content, UnusableAttachment):
                raise content
            invoices.append(Attached(name, stated_invoice(parse_xml(content))))
        except (UnusableAttachment, UnusableMarkup) as error:
            findings.append(_unusable(name, error))
    return invoices, findings


def _unusable(name: str, error: Exception) -> Finding:
    return Finding(Violation("attached_invoice_unusable", "warning", f"{name} is left aside: {error}"))
