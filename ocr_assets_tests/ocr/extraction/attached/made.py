"""PDFs of a printed invoice with an XML attached, and the records they give."""

from __future__ import annotations

import pymupdf

from ocr.documents import Page, Record, Word
from ocr.extraction import conclude
from ocr.extraction.attached.drafting import draft
from ocr.settings import Limits, RecordsSettings

PRINTED = """
Acme Tools Inc.
500 Market Street, Springfield IL 62701

Invoice Number: A-10042
Invoice Date: 2023-03-20
Due Date: 2023-04-04
Bill To:
Jane Doe

Description            Quantity     Unit Price     Amount
Hammer with handle     3            15.00          45.00
Steel saw              1            27.50          27.50

Subtotal                                           $72.50
Tax 8%                                             $5.80
Total                                              $78.30
IBAN: DE89 3704 0044 0532 0130 00
"""
ITEM = """<ram:IncludedSupplyChainTradeLineItem>
  <ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>
  <ram:SpecifiedTradeProduct><ram:Name>{name}</ram:Name></ram:SpecifiedTradeProduct>
  <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>{price}</ram:ChargeAmount>
   <ram:BasisQuantity unitCode="C62">{basis}</ram:BasisQuantity></ram:NetPriceProductTradePrice>
  </ram:SpecifiedLineTradeAgreement>
  <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="C62">{quantity}</ram:BilledQuantity>
  </ram:SpecifiedLineTradeDelivery>
  <ram:SpecifiedLineTradeSettlement>{added}
   <ram:ApplicableTradeTax><ram:RateApplicablePercent>8</ram:RateApplicablePercent></ram:ApplicableTradeTax>
   <ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>{amount}</ram:LineTotalAmount>
   </ram:SpecifiedTradeSettlementLineMonetarySummation>
  </ram:SpecifiedLineTradeSettlement>
 </ram:IncludedSupplyChainTradeLineItem>"""
HAMMERS = {
    "name": "Hammer with handle",
    "price": "1500.00",
    "basis": "100",
    "quantity": "3.0000",
    "amount": "45.00",
    "added": "",
}
SAW = {"name": "Steel saw", "price": "27.50", "basis": "1", "quantity": "1", "amount": "27.50", "added": ""}
INVOICE = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:a" xmlns:ram="urn:b" xmlns:udt="urn:c">
 <rsm:ExchangedDocument><ram:ID>{invoice_number}</ram:ID><ram:TypeCode>{code}</ram:TypeCode>
  <ram:IssueDateTime><udt:DateTimeString format="102">{issue_date}</udt:DateTimeString></ram:IssueDateTime>
 </rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>{items}
  <ram:ApplicableHeaderTradeAgreement>
   <ram:SellerTradeParty><ram:Name>{seller}</ram:Name>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE136695976</ram:ID></ram:SpecifiedTaxRegistration>
   </ram:SellerTradeParty>
   <ram:BuyerTradeParty><ram:Name>Ms Jane Doe</ram:Name></ram:BuyerTradeParty>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>USD</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradeSettlementPaymentMeans><ram:PayeePartyCreditorFinancialAccount>
    <ram:IBANID>{iban}</ram:IBANID></ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation>{sums}
    <ram:TaxBasisTotalAmount>72.50</ram:TaxBasisTotalAmount>
    <ram:TaxTotalAmount currencyID="EUR">5.30</ram:TaxTotalAmount>
    <ram:TaxTotalAmount currencyID="USD">5.80</ram:TaxTotalAmount>
    <ram:GrandTotalAmount>{gross_total}</ram:GrandTotalAmount>
   </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""
SAID = {
    "invoice_number": "A-10042",
    "code": "380",
    "issue_date": "20230320",
    "seller": "Acme Tools Inc.",
    "iban": "DE89370400440532013000",
    "gross_total": "78.30",
    "sums": "",
}


def xml(items: tuple[dict[str, str], ...] = (HAMMERS, SAW), /, **other: str) -> str:
    """The invoice that is printed, as XML; with other items, or other values."""
    return INVOICE.format(**(SAID | other), items="".join(ITEM.format(**item) for item in items))


def pdf(attached: str | bytes | None, name: str = "factur-x.xml", printed: str = PRINTED) -> bytes:
    """A printed invoice with a file attached."""
    with pymupdf.open() as document:
        page = document.new_page()
        for number, row in enumerate(printed.split("\n")):
            page.insert_text((40, 60 + 18 * number), row, fontname="cour", fontsize=9)
        if attached is not None:
            document.embfile_add(name, attached.encode() if isinstance(attached, str) else attached)
        return document.tobytes(deflate=True)


def record_of(data: bytes, setting: str = "use") -> Record:
    """What the records stage makes of a PDF's text layer and of what is attached to it."""
    pages, words = [], []
    with pymupdf.open(stream=data, filetype="pdf") as document:
        for number, page in enumerate(document, 1):
            width, height = page.rect.width, page.rect.height
            pages.append(Page(number, int(width), int(height), 72, width, height, needs_ocr=False))
            for x0, y0, x1, y1, text, block, line, place in page.get_text("words"):
                words.append(
                    Word(number, 10 * block + line, place, None, text, 1.0, x0, y0, x1, y1, "pdf", "text_layer")
                )
    settings = RecordsSettings.model_validate({"attached_invoice": setting})
    return conclude(draft(pages, [], [], [], words, settings, Limits(), lambda: data), settings)


def rules_of(record: Record) -> list[str]:
    """The rules about an attached invoice that a record breaks."""
    return [v.rule for v in record.violations if v.rule.startswith("attached")]
