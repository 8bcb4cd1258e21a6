"""Attached files from strangers: what is wrong with one is told, and nothing else happens."""

from __future__ import annotations

import time

import pymupdf
import pytest

from ocr.extraction.attached import MOST_BYTES, find
from ocr.extraction.attached.cii import MOST_ITEMS
from ocr.opening.attachments import MOST_FILES
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
    assert find(data, Limits()) == ([], []) and rules_of(record_of(data)) == []


@pytest.mark.parametrize("name", ["factur-x.xml", "Factur-X.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml"])
def test_the_standards_names_are_known_in_any_case(name: str):
    (found,), findings = find(pdf(xml(), name), Limits())
    assert found.name == name.lower() and findings == []


def test_the_attachment_of_an_encrypted_pdf_is_read_with_its_password():
    with pymupdf.open(stream=pdf(xml()), filetype="pdf") as document:
        data = document.tobytes(encryption=pymupdf.mupdf.PDF_ENCRYPT_AES_256, user_pw="key", owner_pw="own")
    (found,), _ = find(data, Limits(passwords=["key"]))
    assert found.invoice.fields["gross_total"] == "78.30"
    assert [finding.violation.rule for finding in find(data, Limits())[1]] == ["attached_invoice_unusable"]


def test_a_file_that_unpacks_without_end_is_not_unpacked():
    data = pdf(b"<a>" + b" " * 200_000_000 + b"</a>")
    assert len(data) < 1_000_000
    invoices, (finding,) = find(data, Limits())
    assert invoices == [] and "larger than" in finding.violation.message


def test_what_only_calls_itself_a_pdf_has_nothing_attached():
    with pymupdf.open() as document:
        picture = document.new_page(width=20, height=20).get_pixmap().tobytes("png")
    assert find(picture, Limits()) == ([], [])


def with_another(content: str | bytes, name: str = "zugferd-invoice.xml", times: int = 1) -> bytes:
    """A PDF with the invoice that is printed, and with other files."""
    with pymupdf.open(stream=pdf(xml()), filetype="pdf") as document:
        for number in range(times):
            data = content.encode() if isinstance(content, str) else content
            document.embfile_add(f"{name}{number}", data, filename=name)
        return document.tobytes()


@pytest.mark.parametrize("setting", ["use", "check"])
@pytest.mark.parametrize(("name", "value"), [("gross_total", "99.00"), ("invoice_number", "B-1")])
def test_two_invoices_that_contradict_one_another_are_told_and_need_review(setting: str, name: str, value: str):
    record = record_of(with_another(xml(**{name: value})), setting)
    (told,) = [v for v in record.violations if v.rule.startswith("attached")]
    assert (told.rule, told.severity, told.field) == ("attached_invoices_differ", "warning", name)
    assert "factur-x.xml" in told.message and "zugferd-invoice.xml" in told.message and value in told.message
    assert [f.name for f in record.fields if f.status == "needs_review" and f.group is None] == [name]
    assert record.status == "needs_review"


def test_two_invoices_with_other_items_need_review():
    record = record_of(with_another(xml((SAW,))))
    assert rules_of(record) == ["attached_invoices_differ"]
    assert {f.status for f in record.fields if f.group is not None} == {"needs_review"}


def test_two_invoices_of_which_one_says_less_do_not_contradict_one_another():
    assert rules_of(record_of(with_another(xml(())))) == []


def test_beside_an_unusable_invoice_the_other_is_used():
    record = record_of(with_another("<broken"))
    assert rules_of(record) == ["attached_invoice_unusable"]
    gross = record.field("gross_total")
    assert gross is not None and gross.found_by.startswith("xml:factur-x.xml")


def test_of_endless_invoices_none_is_read():
    record = record_of(with_another(xml(), times=MOST_FILES))
    assert rules_of(record) == ["attached_invoice_unusable"]
