"""Attached files from strangers: what is wrong with one is told, and nothing else happens."""

from __future__ import annotations

import time

import pymupdf
import pytest

from ocr.documents import Violation
from ocr.extraction.attached import MOST_BYTES, Attached, find
from ocr.extraction.attached.cii import MOST_ITEMS
from ocr.extraction.doctype import Finding
from ocr.settings import Limits
from ocr_assets_tests.ocr.extraction.attached.made import ITEM, SAW, pdf, record_of, rules_of, xml

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
UNUSABLE = {
    "broken": (xml()[:-40], "not valid XML"),
    "empty": (b"", "it is empty"),
    "blank": (b"  \n", "it is empty"),
    "billion laughs": (f'<!DOCTYPE i [<!ENTITY l0 "lol">{LAUGHS}]><i>&l9;</i>', "DOCTYPE"),
    "huge": (xml() + " " * MOST_BYTES, "larger than"),
    "of a strange encoding": (b'<?xml version="1.0" encoding="gb2312"?><a>x</a>', "encoding"),
    "an order": ("<SCRDMCCBDACIOMessageStructure/>", "is no invoice"),
    "of endless items": (
        xml().replace("</rsm:Supply", ITEM.format(**SAW) * (MOST_ITEMS + 1) + "</rsm:Supply"),
        "items",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_unusable_invoice_is_told_by_name_and_the_page_is_read(name: str):
    content, why = UNUSABLE[name]
    started = time.perf_counter()
    record = record_of(pdf(content))
    assert time.perf_counter() - started < 10
    (told,) = [v for v in record.violations if v.rule.startswith("attached")]
    assert (told.rule, told.severity) == ("attached_invoice_unusable", "warning")
    assert "factur-x.xml" in told.message and why in told.message
    gross = record.field("gross_total")
    assert gross is not None and gross.value == "78.30"


@pytest.mark.parametrize("name", ["order-x.xml", "terms.txt", "logistics.xml"])
def test_other_attachments_are_nobody_s_business(name: str):
    data = pdf(xml(gross_total="178.30"), name)
    assert find(data, Limits()) is None and rules_of(record_of(data)) == []


@pytest.mark.parametrize("name", ["factur-x.xml", "Factur-X.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml"])
def test_the_standards_names_are_known_in_any_case(name: str):
    found = find(pdf(xml(), name), Limits())
    assert isinstance(found, Attached) and found.name == name.lower()


def test_the_attachment_of_an_encrypted_pdf_is_read_with_its_password():
    with pymupdf.open(stream=pdf(xml()), filetype="pdf") as document:
        data = document.tobytes(encryption=pymupdf.mupdf.PDF_ENCRYPT_AES_256, user_pw="key", owner_pw="own")
    found = find(data, Limits(passwords=["key"]))
    assert isinstance(found, Attached) and found.invoice.fields["gross_total"] == "78.30"
    assert isinstance(find(data, Limits()), Finding)


def test_a_file_that_unpacks_without_end_is_not_unpacked():
    data = pdf(b"<a>" + b" " * 200_000_000 + b"</a>")
    assert len(data) < 1_000_000
    found = find(data, Limits())
    assert isinstance(found, Finding) and isinstance(found.violation, Violation)
    assert "larger than" in found.violation.message


def test_what_only_calls_itself_a_pdf_has_nothing_attached():
    with pymupdf.open() as document:
        picture = document.new_page(width=20, height=20).get_pixmap().tobytes("png")
    assert find(picture, Limits()) is None
