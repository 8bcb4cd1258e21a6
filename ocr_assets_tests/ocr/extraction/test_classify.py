import pytest

from ocr.extraction.doctype import registry
from ocr_assets_tests.ocr.extraction import samples


@pytest.mark.parametrize(
    ("text", "name", "language"),
    [
        (samples.RECEIPT, "receipt", "en"),
        (samples.INVOICE_DE, "invoice", "de"),
        (samples.INVOICE_EN, "invoice", "en"),
        (samples.LETTER, "letter", "de"),
        (samples.CONTRACT, "contract", "en"),
        (samples.FORM, "form", "en"),
        ("A walk in the wood\nand nothing else to tell of it", "other", "en"),
        ("", "other", "und"),
    ],
)
def test_a_document_s_type_is_told_by_its_words_and_looks(text, name, language):
    record = samples.record_of(text)
    assert record.type == name
    assert 0 < record.type_confidence <= 1
    if name != "receipt":
        assert record.language == language


def test_every_type_is_declared_in_a_file_of_its_own():
    assert {"receipt", "invoice", "letter", "form", "article", "report", "contract"} <= registry().keys()
    assert all(name == declared.name for name, declared in registry().items())
