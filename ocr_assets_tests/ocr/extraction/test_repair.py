"""Misread digits that a rule gives away."""

import dataclasses

from ocr.extraction import extract
from ocr.settings import RecordsSettings
from ocr_assets_tests.ocr.extraction import samples
from ocr_assets_tests.ocr.extraction.samples import record_of, set_text


def test_a_digit_read_for_one_that_looks_alike_is_put_right_where_that_makes_the_sum_right():
    page, lines, words = set_text(samples.INVOICE_DE.replace("1.785,00", "1.735,00"))
    words = [dataclasses.replace(w, least_confidence=0.6) if w.text == "1.735,00" else w for w in words]
    gross = extract([page], [], [], lines, words, RecordsSettings()).field("gross_total")
    assert gross is not None
    assert (gross.value, gross.raw) == ("1785.00", "1.735,00 €")
    assert gross.found_by.endswith("repaired") and gross.status == "needs_review"
    assert "1785.00" in gross.reasons[0]


def test_another_reading_of_the_recogniser_s_is_taken_where_it_makes_the_sum_right():
    page, lines, words = set_text(samples.INVOICE_DE.replace("1.785,00", "4.785,00"))
    words = [
        dataclasses.replace(w, alternatives=["1.785,00"], alternative_confidences=[0.3]) if w.text == "4.785,00" else w
        for w in words
    ]
    gross = extract([page], [], [], lines, words, RecordsSettings()).field("gross_total")
    assert gross is not None and gross.value == "1785.00"


def test_a_sum_that_no_single_digit_mends_is_left_as_it_was_read():
    record = record_of(samples.INVOICE_DE.replace("1.785,00", "2.222,00"))
    gross = record.field("gross_total")
    assert gross is not None and gross.value == "2222.00" and gross.status == "needs_review"


def test_letters_in_an_iban_are_read_as_digits_where_its_check_digits_then_agree():
    iban = record_of(samples.INVOICE_DE.replace("DE89 3704", "DE89 37O4")).field("iban")
    assert iban is not None and iban.value == "DE89370400440532013000"
    assert iban.found_by.endswith("repaired") and iban.status == "needs_review"


def test_a_violation_says_where_on_the_page_it_is():
    record = record_of(samples.INVOICE_DE.replace("1.785,00", "2.222,00"))
    (found,) = [v for v in record.violations if v.rule == "gross_total_adds_up"]
    assert found.page == 1 and found.x0 is not None and found.y1 is not None and found.y1 > (found.y0 or 0)
