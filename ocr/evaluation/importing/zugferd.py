"""ZUGFeRD and Factur-X: the fields of an invoice from the XML (CII) attached to its PDF, or from rows of JSON.

The XML is read as the records stage reads it (`ocr.extraction.attached`), where that is not switched off. Line items
are left out: what a page shows of them (net or gross, with or without allowances) is the seller's choice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from ocr.errors import DocumentError
from ocr.evaluation.importing.belongings import checked, document_named, files_in, sha256_of, text_of
from ocr.evaluation.importing.values import iso_date, plain_amount
from ocr.evaluation.truth import Truth, TruthError
from ocr.extraction.attached import cii
from ocr.markup import UnusableMarkup, parse_xml

ROWS = {
    "invoice_number": "invoice_number",
    "issue_date": "issue_date",
    "currency": "currency",
    "tax_total": "tax_total",
    "grand_total": "gross_total",
}
"""Keys of a row of JSON, and the fields they are."""
AMOUNTS = frozenset({"net_total", "tax_total", "gross_total"})


def read_zugferd(path: Path, documents: Path | None = None) -> Iterator[Truth | TruthError]:
    """The invoices of a PDF, of all PDFs below a folder, or of a `.jsonl` file (PDFs in `documents`, else in `pdf`)."""
    try:
        if path.suffix == ".jsonl":
            folders = [documents] if documents else [path.parent / "pdf", path.parent]
            makers = list(_row_makers(path, folders))
        else:
            makers = [lambda pdf=pdf: _from_pdf(pdf) for pdf in files_in(path, ".pdf")]
    except TruthError as error:
        yield error
        return
    for make in makers:
        try:
            yield make()
        except TruthError as error:
            yield error


def _row_makers(path: Path, folders: list[Path]) -> Iterator[Callable[[], Truth]]:
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        if line.strip():
            yield lambda line=line, source=f"{path}: line {number}": _from_row(line, source, folders)


def _from_row(line: str, source: str, folders: list[Path]) -> Truth:
    try:
        row = json.loads(line)
        name, said = str(row["file"]), {ours: str(row[theirs]) for theirs, ours in ROWS.items() if row.get(theirs)}
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise TruthError(f"{source}: an object with file and fields is wanted ({error})") from error
    return _invoice(source, document_named(name, folders, source), said)


def _from_pdf(path: Path) -> Truth:
    source = f"{path}: attached XML"
    try:
        said = cii.stated_invoice(parse_xml(attachment(path)))
    except UnusableMarkup as error:
        raise TruthError(f"{source}: {error}") from error
    return _invoice(source, path, said.fields)


def attachment(path: Path) -> bytes:
    """The invoice attached to a PDF. Raises `TruthError` where there is none or more than one, or the PDF cannot be
    opened."""
    from ocr.extraction.attached import MOST_BYTES
    from ocr.opening.attachments import UnusableAttachment
    from ocr.opening.pdf import PdfDocument
    from ocr.settings import Limits

    try:
        with PdfDocument(path.read_bytes(), Limits()) as document:
            found = document.attached_files(cii.NAMES, MOST_BYTES)
    except (OSError, DocumentError) as error:
        raise TruthError(f"{path}: cannot be opened ({error})") from error
    except UnusableAttachment as error:
        raise TruthError(f"{path}: {error.name}: {error}") from error
    if not found:
        raise TruthError(f"{path}: no attachment named {', '.join(cii.NAMES)}")
    if len(found) > 1:
        raise TruthError(f"{path}: several attachments may be the invoice: {', '.join(name for name, _ in found)}")
    content = found[0][1]
    if isinstance(content, UnusableAttachment):
        raise TruthError(f"{path}: {content.name}: {content}")
    return content


def _invoice(source: str, path: Path, said: dict[str, str]) -> Truth:
    fields = {name: plain_amount(v, source, name) if name in AMOUNTS else v for name, v in said.items()}
    if "issue_date" in fields:
        fields["issue_date"] = iso_date(fields["issue_date"], source, "issue_date")
    return checked(source, sha256=sha256_of(path), name=path.name, set="zugferd", type="invoice", fields=fields)
