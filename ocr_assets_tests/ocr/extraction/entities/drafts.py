"""Documents to ask about, and answers to come back."""

from __future__ import annotations

from dataclasses import replace

from ocr.documents import Field, Record
from ocr.extraction import Draft, draft
from ocr.settings import EntitiesSettings, RecordsSettings
from ocr_assets_tests.ocr.extraction import samples
from ocr_assets_tests.ocr.extraction.samples import set_text

INVOICE = samples.INVOICE_EN + "VAT GB123456789\n"


def draft_of(*pages: str, confidence: float = 1.0) -> Draft:
    """What rules find in a document of these pages."""
    parts = [set_text(text, number, confidence) for number, text in enumerate(pages, start=1)]
    lines, words = [line for _, ls, _ in parts for line in ls], [word for _, _, ws in parts for word in ws]
    return draft([page for page, _, _ in parts], [], [], lines, words, RecordsSettings())


def without(found: Draft, *names: str) -> Draft:
    """The draft as if rules had not found these fields."""
    return replace(found, fields=[f for f in found.fields if f.name not in names])


def settings_for(url: str = "http://127.0.0.1:9/v1", **more: object) -> EntitiesSettings:
    return EntitiesSettings.model_validate({"base_url": url, "model": "reader", "retries": 1, **more})


def field_of(record: Record | None, name: str) -> Field:
    """A field that must be there."""
    assert record is not None
    field = record.field(name)
    assert field is not None
    return field
