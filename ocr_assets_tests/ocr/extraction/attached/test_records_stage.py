"""The records stage looks into PDFs for an attached invoice, and into nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr import stages
from ocr.assembly import Engines
from ocr.documents import RawDocument, Record
from ocr.imaging.images import PageImages
from ocr.settings import ReadingSettings, RecordsSettings
from ocr.stages import Reading
from ocr_assets_tests.ocr.extraction.attached.made import PRINTED, pdf, rules_of, xml
from ocr_assets_tests.ocr.extraction.entities.drafts import settings_for
from ocr_assets_tests.ocr.extraction.samples import set_text


def read(data: bytes, settings: ReadingSettings, media_type: str = "application/pdf") -> tuple[Record, int]:
    """The record, and how often the document's bytes were asked for."""
    asked = []

    def load() -> bytes:
        asked.append(1)
        return data

    reading = Reading("d", "x.pdf", "", "", "", load, PageImages(Path()))
    page, reading.lines, reading.words = set_text(PRINTED)
    reading.pages = [page]
    reading.raw = RawDocument("", "x.pdf", "", media_type, len(data), 1, False, "", "")
    (outcome,) = stages.records([reading], Engines(settings))
    assert isinstance(outcome, Reading) and outcome.record is not None
    return outcome.record, len(asked)


def set_to(value: str) -> ReadingSettings:
    return ReadingSettings(records=RecordsSettings.model_validate({"attached_invoice": value}))


def test_by_default_the_attached_invoice_is_used():
    record, _ = read(pdf(xml(gross_total="178.30")), ReadingSettings())
    gross = record.field("gross_total")
    assert gross is not None and gross.value == "178.30" and rules_of(record) == ["attached_invoice_differs"]


@pytest.mark.parametrize(("setting", "media_type"), [("off", "application/pdf"), ("use", "image/png")])
def test_bytes_are_asked_for_only_where_an_invoice_may_be_attached(setting: str, media_type: str):
    assert read(pdf(xml()), set_to(setting), media_type)[1] == 0


def test_the_setting_makes_records_stale():
    assert len({Engines(set_to(value)).fingerprint("records") for value in ("use", "check", "off")}) == 3


@pytest.mark.parametrize("mode", ["fill", "replace", "compare"])
def test_a_model_is_not_asked_for_what_the_invoice_says(server, mode: str):
    settings = ReadingSettings(entities=settings_for(server.url, mode=mode))
    record, _ = read(pdf(xml()), settings)
    gross = record.field("gross_total")
    assert gross is not None and gross.found_by.startswith("xml:") and not gross.reasons
    assert all(f.found_by.startswith("xml:") for f in record.fields if f.group is not None)


def test_bytes_that_are_no_pdf_any_more_cost_the_document_nothing():
    record, _ = read(b"%PDF-1.7 nothing", ReadingSettings())
    assert rules_of(record) == ["attached_invoice_unusable"]
    assert record.field("gross_total") is not None
