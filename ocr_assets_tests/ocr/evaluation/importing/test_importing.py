from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterable
from pathlib import Path

import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.evaluation.importing import FORMATS
from ocr.evaluation.importing.belongings import DocumentMissing
from ocr.evaluation.importing.xml import parse_xml
from ocr.evaluation.truth import Truth, TruthError, load_truth, save_truth

CII = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:a" xmlns:ram="urn:b" xmlns:udt="urn:c">
 <rsm:ExchangedDocument><ram:ID>RE-17</ram:ID>
  <ram:IssueDateTime><udt:DateTimeString format="102">20260301</udt:DateTimeString></ram:IssueDateTime>
 </rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  <ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>Baum AG</ram:Name>
   <ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">12/345</ram:ID></ram:SpecifiedTaxRegistration>
   <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE123456788</ram:ID></ram:SpecifiedTaxRegistration>
  </ram:SellerTradeParty></ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    <ram:TaxBasisTotalAmount>100</ram:TaxBasisTotalAmount>
    <ram:TaxTotalAmount currencyID="EUR">19.00</ram:TaxTotalAmount>
    <ram:GrandTotalAmount>GROSS</ram:GrandTotalAmount>
   </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""

ALTO = """<?xml version="1.0"?><alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Description>
<MeasurementUnit>pixel</MeasurementUnit><sourceImageInformation><fileName>scan.png</fileName></sourceImageInformation>
</Description><Layout><Page><PrintSpace><TextBlock>
<TextLine HPOS="10" VPOS="20" WIDTH="100" HEIGHT="12"><String CONTENT="Dear"/><SP/><String CONTENT="Ma"/>
<HYP CONTENT="\u00ad"/></TextLine>
<TextLine HPOS="10" VPOS="40" WIDTH="WIDE" HEIGHT="12"><String CONTENT="dam"/></TextLine>
</TextBlock></PrintSpace></Page></Layout></alto>"""

PAGE = """<?xml version="1.0"?><PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15">
<Page imageFilename="scan.png"><ReadingOrder><OrderedGroup id="o">
<RegionRefIndexed index="0" regionRef="b"/><RegionRefIndexed index="1" regionRef="a"/></OrderedGroup></ReadingOrder>
<TextRegion id="a" type="paragraph"><Coords points="0,50 90,50 90,80 0,80"/>
 <TextLine id="l2"><Coords points="0,50 90,52 90,80 0,80"/>
 <TextEquiv index="1"><Unicode>wrong</Unicode></TextEquiv><TextEquiv index="0"><Unicode>body</Unicode></TextEquiv>
 </TextLine></TextRegion>
<TextRegion id="b" type="heading"><Coords points="0,0 90,0 90,30 0,30"/>
 <TextLine id="l1"><Coords points="0,0 90,0 90,30 0,30"/><TextEquiv><Unicode>Head</Unicode></TextEquiv></TextLine>
</TextRegion>
<TableRegion id="t"><Coords points="0,90 90,90 90,99"/></TableRegion></Page></PcGts>"""

ATTACKS = {
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "entities that grow": '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>',
    "a type elsewhere": '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>',
    "an undefined entity": "<a>&x;</a>",
    "no end": "<a><b></a>",
    "too deep": "<a>" * 200 + "</a>" * 200,
}


def truths(found: Iterable[Truth | TruthError]) -> list[Truth]:
    found = list(found)
    assert all(isinstance(one, Truth) for one in found), found
    return [one for one in found if isinstance(one, Truth)]


def scan(folder: Path, name: str = "scan.png") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(f"pixels of {name}".encode())
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()


def invoice(path: Path, xml: str, attached: str = "factur-x.xml") -> None:
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "Invoice RE-17")
        document.embfile_add(attached, xml.encode())
        document.save(path)


def receipts(folder: Path) -> str:
    for name in ("box", "key"):
        (folder / name).mkdir(parents=True)
    (folder / "box" / "7.csv").write_text("1,2,50,2,50,9,1,9,SHOP, KUALA LUMPUR\n\n1,12,50,12,50,19,1,19,TOTAL 9.00\n")
    key = {"company": "SHOP", "date": "03/01/2018", "total": "RM9.00", "address": ""}
    (folder / "key" / "7.json").write_text(json.dumps(key))
    return scan(folder / "img", "7.jpg")


def test_a_receipt_of_sroie_has_its_lines_with_boxes_and_its_fields_normalised(tmp_path: Path) -> None:
    sha256 = receipts(tmp_path)
    (truth,) = truths(FORMATS["sroie"](tmp_path, None))
    assert (truth.sha256, truth.type, truth.caseless) == (sha256, "receipt", True)
    assert truth.pages[0].wording == "SHOP, KUALA LUMPUR\nTOTAL 9.00"
    assert truth.pages[0].lines is not None and truth.pages[0].lines[0].box == (1, 2, 50, 9)
    assert truth.fields == {"company": "SHOP", "date": "2018-01-03", "total": "9.00"}
    assert load_truth(save_truth(truth, tmp_path / "into")) == truth


def test_a_bad_receipt_is_named_with_its_field_and_the_others_go_on(tmp_path: Path) -> None:
    receipts(tmp_path)
    (tmp_path / "box" / "1.csv").write_text("1,2,x,2,50,9,1,9,SHOP\n")
    (tmp_path / "key" / "2.json").write_text('{"total": 9.0}')
    (tmp_path / "key" / "3.json").write_text('{"total": "9.00"}')
    scan(tmp_path / "img", "1.jpg")
    scan(tmp_path / "img", "2.jpg")
    found = list(FORMATS["sroie"](tmp_path, None))
    said = [str(one) for one in found if isinstance(one, TruthError)]
    assert sum(isinstance(one, Truth) for one in found) == 1
    assert "1.csv: line 1" in said[0] and "2.json: total" in said[1]
    assert isinstance(found[2], DocumentMissing) and "3.json" in said[2]


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml"])
def test_an_invoice_is_known_by_the_xml_attached_to_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.pdf"
    invoice(path, CII.replace("GROSS", "119.00"), name)
    (truth,) = truths(FORMATS["zugferd"](tmp_path, None))
    assert truth.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert truth.fields == {
        "invoice_number": "RE-17",
        "issue_date": "2026-03-01",
        "seller": "Baum AG",
        "seller_tax_id": "DE123456788",
        "currency": "EUR",
        "net_total": "100",
        "tax_total": "19.00",
        "gross_total": "119.00",
    }


def test_invoices_that_do_not_fit_are_named_with_what_is_wrong(tmp_path: Path) -> None:
    invoice(tmp_path / "amount.pdf", CII.replace("GROSS", "much"))
    invoice(tmp_path / "day.pdf", CII.replace("GROSS", "119").replace("20260301", "1 March"))
    invoice(tmp_path / "entity.pdf", ATTACKS["external entity"])
    invoice(tmp_path / "other.pdf", "<order/>")
    invoice(tmp_path / "plain.pdf", "<a/>", "notes.xml")
    (tmp_path / "torn.pdf").write_bytes(b"%PDF-1.7 torn")
    said = [str(one) for one in FORMATS["zugferd"](tmp_path, None)]
    for name, what in [
        ("amount", "gross_total: 'much'"),
        ("day", "issue_date: '1 March'"),
        ("entity", "DOCTYPE"),
        ("other", "order is no invoice"),
        ("plain", "no attachment"),
        ("torn", "cannot be opened"),
    ]:
        assert any(f"{name}.pdf" in one and what in one for one in said), (name, said)
    assert len(said) == 6


def test_of_two_attached_invoices_none_is_the_truth(tmp_path: Path) -> None:
    invoice(tmp_path / "one.pdf", CII.replace("GROSS", "119.00"))
    with pymupdf.open(tmp_path / "one.pdf") as document:
        document.embfile_add("xrechnung.xml", CII.replace("GROSS", "999.00").encode())
        document.save(tmp_path / "two.pdf")
    (tmp_path / "one.pdf").unlink()
    (said,) = FORMATS["zugferd"](tmp_path, None)
    assert isinstance(said, TruthError) and "factur-x.xml, xrechnung.xml" in str(said)


def test_rows_of_json_name_invoices_and_contracts_too(tmp_path: Path) -> None:
    scan(tmp_path / "pdf", "a.pdf")
    rows = tmp_path / "invoices.jsonl"
    rows.write_text('{"file": "a.pdf", "invoice_number": "1", "grand_total": "9.5"}\n{"file": "../a.pdf"}\nnothing\n')
    first, outside, broken = FORMATS["zugferd"](rows, None)
    assert isinstance(first, Truth) and first.fields == {"invoice_number": "1", "gross_total": "9.5"}
    assert isinstance(outside, Truth) and outside.name == "a.pdf"
    assert isinstance(broken, TruthError) and "line 3" in str(broken)


@pytest.mark.parametrize("packed", [False, True])
def test_contracts_of_kleister_have_all_their_parties(tmp_path: Path, packed: bool) -> None:
    lines = ["effective_date=2007-01-03 party=Acme_Inc. party=B_LLC term=2_years", "colour=red", "party=C"]
    (tmp_path / "expected.tsv").write_text("\n".join(lines) + "\n")
    names = "a.pdf\tkeys\tlong text\nb.pdf\tkeys\ttext\nc.pdf\tkeys\ttext\n"
    if packed:
        (tmp_path / "in.tsv.xz").write_bytes(lzma.compress(names.encode()))
    else:
        (tmp_path / "in.tsv").write_text(names)
    for name in ("a.pdf", "b.pdf"):
        scan(tmp_path / "documents", name)
    first, second, third = FORMATS["kleister"](tmp_path, None)
    assert isinstance(first, Truth) and first.several == {"party": ["Acme Inc.", "B LLC"]}
    assert first.fields == {"effective_date": "2007-01-03", "jurisdiction": "", "term": "2 years"}
    assert isinstance(second, TruthError) and "line 2: colour" in str(second)
    assert isinstance(third, DocumentMissing)


def test_kleister_tables_of_different_length_are_refused(tmp_path: Path) -> None:
    (tmp_path / "expected.tsv").write_text("party=A\n")
    (tmp_path / "in.tsv").write_text("a.pdf\nb.pdf\n")
    (refused,) = FORMATS["kleister"](tmp_path, None)
    assert "1 lines, but in.tsv names 2" in str(refused)


def test_alto_lines_have_text_and_box_and_a_box_that_is_none_is_named(tmp_path: Path) -> None:
    sha256 = scan(tmp_path / "img")
    (tmp_path / "alto").mkdir()
    good = tmp_path / "alto" / "good.xml"
    good.write_text(ALTO.replace("WIDE", "50"))
    (truth,) = truths(FORMATS["alto"](good, None))
    assert truth.sha256 == sha256 and truth.pages[0].wording == "Dear Ma-\ndam"
    assert truth.pages[0].lines is not None and truth.pages[0].lines[0].box == (10, 20, 110, 32)
    (tmp_path / "alto" / "bad.xml").write_text(ALTO)
    refused, other = FORMATS["alto"](tmp_path / "alto", None)
    assert isinstance(other, Truth) and "bad.xml: TextLine[].WIDTH: 'WIDE'" in str(refused)


def test_page_xml_gives_regions_and_lines_in_reading_order(tmp_path: Path) -> None:
    scan(tmp_path)
    (tmp_path / "scan.xml").write_text(PAGE)
    (truth,) = truths(FORMATS["page"](tmp_path, None))
    assert truth.pages[0].wording == "Head\nbody"
    regions = truth.pages[0].regions or []
    assert [(r.kind, r.box) for r in regions] == [
        ("heading", (0, 0, 90, 30)),
        ("text", (0, 50, 90, 80)),
        ("table", (0, 90, 90, 99)),
    ]


def test_a_polygon_that_is_none_is_named(tmp_path: Path) -> None:
    scan(tmp_path)
    (tmp_path / "scan.xml").write_text(PAGE.replace("0,0 90,0 90,30 0,30", "0,0 wide"))
    (refused,) = FORMATS["page"](tmp_path, None)
    assert "scan.xml: TextRegion[b].Coords" in str(refused) or "TextLine[l1].Coords" in str(refused)


@pytest.mark.parametrize("attack", ATTACKS)
def test_xml_that_could_harm_is_refused(attack: str) -> None:
    with pytest.raises(TruthError, match=r"a\.xml"):
        parse_xml(ATTACKS[attack].encode(), "a.xml")


@given(st.binary(max_size=200))
def test_no_bytes_break_the_xml_reader(data: bytes) -> None:
    try:
        parse_xml(data, "a.xml")
    except TruthError as error:
        assert str(error).startswith("a.xml")


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_folder_is_an_answer_not_a_crash(tmp_path: Path, format_: str) -> None:
    (refused,) = FORMATS[format_](tmp_path, None)
    assert isinstance(refused, TruthError) and str(tmp_path) in str(refused)
