import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.extraction.entities.place import Places
from ocr_assets_tests.ocr.extraction import samples
from ocr_assets_tests.ocr.extraction.entities.drafts import draft_of

INVOICE = Places(draft_of(samples.INVOICE_DE).transcript, [1])
COLUMNS = Places(
    draft_of("Acme Limited          Invoice 4711\n12 High Street         of 3 May 2024\nYork YO1 7EP").transcript, [1]
)


@pytest.mark.parametrize(
    ("kind", "raw", "value", "found"),
    [
        ("text", "Nordlicht Möbel GmbH", "Nordlicht Möbel GmbH", "Nordlicht Möbel GmbH"),
        ("text", "nordlicht moebel gmbh", "", "Nordlicht Möbel GmbH"),
        ("text", "Nordlicht Möbe1 GmbH", "", None),
        ("text", "Nordlicht Moebel GmbH", "", "Nordlicht Möbel GmbH"),
        ("identifier", "2024-0815", "2024-0815", "2024-0815"),
        ("identifier", "2024-0816", "2024-0816", None),
        ("identifier", "0815", "0815", None),
        ("amount", "1785.00", "1785.00", "1.785,00 €"),
        ("amount", "1.785,00", "1785.00", "1.785,00 €"),
        ("amount", "1.786,00", "1786.00", None),
        ("amount", "17", "17", None),
        ("date", "5 February 2024", "2024-02-05", "05.02.2024"),
        ("date", "2024-02-07", "2024-02-07", None),
        ("currency", "EUR", "EUR", "120,00 €"),
        ("currency", "USD", "USD", None),
        ("iban", "DE89370400440532013000", "DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
    ],
)
def test_a_value_is_found_where_it_stands(kind, raw, value, found):
    span = INVOICE.find(kind, raw, value or raw)
    assert (span.text if span else None) == found


def test_an_address_in_a_column_is_found_line_by_line():
    assert COLUMNS.find("text", "12 High Street", "") is not None
    assert COLUMNS.find("text", "14 High Street", "") is None


def test_a_box_spans_the_words_of_a_value():
    span = INVOICE.find("identifier", "2024-0815", "2024-0815")
    assert span is not None
    assert len(span.words) == 1 and span.box == (span.words[0].x0, span.words[0].y0, span.words[0].x1, span.words[0].y1)


def test_pages_that_were_not_sent_are_not_searched():
    places = Places(draft_of("The first page\nhas some words", "Acme Limited").transcript, [1])
    assert places.find("text", "Acme Limited", "Acme Limited") is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["text", "identifier", "amount", "quantity", "date", "currency"]))
def test_whatever_is_looked_for_what_is_found_has_words(raw, kind):
    span = INVOICE.find(kind, raw, raw)
    assert span is None or span.words
