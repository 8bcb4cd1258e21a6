"""ZUGFeRD and Factur-X: the fields of an invoice from the XML (CII) attached to its PDF, or from rows of JSON.

Both generations of the format are read by the names of their elements, without regard to namespaces. Line items are
left out: what a page shows of them (net or gross, with or without allowances) is the seller's choice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from ocr.evaluation.importing.belongings import checked, document_named, files_in, sha256_of, text_of
from ocr.evaluation.importing.values import iso_date, plain_amount
from ocr.evaluation.importing.xml import all_named, parse_xml, text_at
from ocr.evaluation.truth import Truth, TruthError

ATTACHMENTS = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")
ROOTS = ("CrossIndustryInvoice", "CrossIndustryDocument")
ROWS = {
    "invoice_number": "invoice_number",
    "issue_date": "issue_date",
    "currency": "currency",
    "tax_total": "tax_total",
    "grand_total": "gross_total",
}
"""Keys of a row of JSON, and the fields they are."""
AMOUNTS = frozenset({"net_total", "tax_total", "gross_total"})
_SUMS = ("SpecifiedTradeSettlementHeaderMonetarySummation", "SpecifiedTradeSettlementMonetarySummation")


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
    root = parse_xml(attachment(path), f"{path}: attached XML")
    if root.tag not in ROOTS:
        raise TruthError(f"{path}: attached XML: {root.tag} is no invoice (wanted {' or '.join(ROOTS)})")
    return _invoice(f"{path}: attached XML", path, _fields(root))


def attachment(path: Path) -> bytes:
    """The invoice attached to a PDF. Raises `TruthError` where there is none or the PDF cannot be opened."""
    import pymupdf

    try:
        with pymupdf.open(path) as document:
            for name in document.embfile_names():
                if name.lower() in ATTACHMENTS:
                    return document.embfile_get(name)
    except (RuntimeError, ValueError) as error:  # what PyMuPDF's errors are
        raise TruthError(f"{path}: cannot be opened ({error})") from error
    raise TruthError(f"{path}: no attachment named {', '.join(ATTACHMENTS)}")


def _invoice(source: str, path: Path, said: dict[str, str]) -> Truth:
    fields = {name: plain_amount(v, source, name) if name in AMOUNTS else v for name, v in said.items()}
    if "issue_date" in fields:
        fields["issue_date"] = iso_date(fields["issue_date"], source, "issue_date")
    return checked(source, sha256=sha256_of(path), name=path.name, set="zugferd", type="invoice", fields=fields)


def _fields(root: Element) -> dict[str, str]:
    head = next(all_named(root, "ExchangedDocument", "HeaderExchangedDocument"), root)
    settlement = next(
        all_named(root, "ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement"), Element("none")
    )
    sums = next(all_named(settlement, *_SUMS), Element("none"))
    seller = next(all_named(root, "SellerTradeParty"), Element("none"))
    buyer = next(all_named(root, "BuyerTradeParty"), Element("none"))
    found = {
        "invoice_number": text_at(head, "ID"),
        "issue_date": _day(head.find("IssueDateTime/DateTimeString")),
        "due_date": _day(settlement.find("SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString")),
        "seller": text_at(seller, "Name"),
        "buyer": text_at(buyer, "Name"),
        "seller_tax_id": _vat_id(seller),
        "iban": text_at(
            settlement, "SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID"
        ).replace(" ", ""),
        "currency": text_at(settlement, "InvoiceCurrencyCode"),
        "net_total": text_at(sums, "TaxBasisTotalAmount"),
        "tax_total": text_at(sums, "TaxTotalAmount"),
        "gross_total": text_at(sums, "GrandTotalAmount"),
    }
    return {name: value for name, value in found.items() if value}


def _day(written: Element | None) -> str:
    """A date in the format's own form 102 (`YYYYMMDD`) as ISO; what is written otherwise stays and is refused later."""
    text = (written.text or "").strip() if written is not None else ""
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if len(text) >= 8 and text[:8].isdigit() else text


def _vat_id(party: Element) -> str:
    ids = party.findall("SpecifiedTaxRegistration/ID")
    return next(((i.text or "").strip() for i in ids if i.get("schemeID") == "VA"), "")
