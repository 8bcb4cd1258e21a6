import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.errors import EmptyDocument, UnsupportedType
from ocr.opening.sniff import sniff
from ocr_assets_tests.ocr.opening.made import encoded, text_pdf


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
def test_images_are_known_by_their_content(kind: str) -> None:
    assert sniff(encoded(np.zeros((8, 8), np.uint8), kind)) == f"image/{kind.lower()}"


@pytest.mark.parametrize("before", [b"", b"\n", b"\xef\xbb\xbf", b"junk " * 100])
def test_a_pdf_header_may_come_late(before: bytes) -> None:
    assert sniff(before + text_pdf()) == "application/pdf"


def test_a_pdf_without_header_is_known_by_its_end() -> None:
    assert sniff(text_pdf().replace(b"%PDF-1.7", b"%", 1)) == "application/pdf"


@pytest.mark.parametrize("data", [b"", b"\x00" * 50, b" \r\n\t"])
def test_nothing_is_an_empty_document(data: bytes) -> None:
    with pytest.raises(EmptyDocument):
        sniff(data)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04....", "ZIP"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"Dear Sir or Madam", "plain text"),
        (b"BM is how this text begins", "plain text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office"),
        (b"\x00\x01\x02\x03\xfe\xff", "unknown"),
        ("Grüße aus Köln".encode(), "plain text"),
    ],
)
def test_what_is_not_read_is_named(data: bytes, what: str) -> None:
    with pytest.raises(UnsupportedType, match=what):
        sniff(data)


@given(st.binary(max_size=3000))
def test_any_bytes_get_a_type_or_a_typed_error(data: bytes) -> None:
    try:
        assert "/" in sniff(data)
    except (EmptyDocument, UnsupportedType) as error:
        assert error.message
