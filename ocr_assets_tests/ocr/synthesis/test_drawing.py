from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.evaluation.text import compare
from ocr.extraction import normalise
from ocr.synthesis.drawing import KINDS, LANGUAGES, draw

SEEDS = st.integers(0, 2**32)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_draws_the_same_bytes_and_another_seed_others(kind, language):
    assert draw(kind, language, 5) == draw(kind, language, 5)
    assert draw(kind, language, 5).pdf != draw(kind, language, 6).pdf


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(KINDS), st.sampled_from(LANGUAGES), SEEDS)
def test_truth_is_what_stands_in_the_pdf(kind, language, seed):
    drawn = draw(kind, language, seed)
    with pymupdf.open(stream=drawn.pdf) as document:
        assert document.page_count == len(drawn.truth.pages)
        for page, truth in zip(document, drawn.truth.pages, strict=True):
            assert compare(truth.text or "", page.get_text()).bag.f1 == 1.0


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(KINDS), st.sampled_from(LANGUAGES), SEEDS)
def test_nothing_is_written_over_the_edge_or_over_something_else(kind, language, seed):
    drawn = draw(kind, language, seed)
    with pymupdf.open(stream=drawn.pdf) as document:
        for page, truth in zip(document, drawn.truth.pages, strict=True):
            boxes = [pymupdf.Rect(line.box) for line in truth.lines or []]
            assert all(box in page.rect for box in boxes)
            for number, box in enumerate(boxes):
                for other in boxes[number + 1 :]:
                    common = pymupdf.Rect(box) & other
                    overlap = 0 if common.is_empty else min(common.height / other.height, common.height / box.height)
                    assert overlap < 0.3, (box, other)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(LANGUAGES), SEEDS)
def test_invoices_add_up_and_their_account_numbers_are_valid(language, seed):
    truth = draw("invoice", language, seed).truth
    fields, items = truth.fields, truth.items or []
    net = sum(Decimal(item["amount"]) for item in items)
    assert Decimal(fields["net_total"]) == net
    assert Decimal(fields["net_total"]) + Decimal(fields["tax_total"]) == Decimal(fields["gross_total"])
    for item in items:
        exact = Decimal(item["quantity"]) * Decimal(item["unit_price"])
        assert abs(exact - Decimal(item["amount"])) <= Decimal("0.005")
    assert fields["iban"] == "" or normalise.iban(fields["iban"])
    assert fields["due_date"] == "" or fields["due_date"] > fields["issue_date"]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(LANGUAGES), SEEDS)
def test_receipts_add_up(language, seed):
    truth = draw("receipt", language, seed).truth
    prices = sum(Decimal(item["amount"]) for item in truth.items or [])
    on_top = Decimal(truth.fields["tax"]) if truth.fields["currency"] == "USD" else 0
    assert prices + on_top == Decimal(truth.fields["total"])


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("receipt", "company date address total tax currency"),
        (
            "invoice",
            "invoice_number issue_date due_date seller buyer seller_tax_id iban currency "
            "net_total tax_total gross_total",
        ),
        ("letter", "sender recipient date subject"),
        ("form", ""),
    ],
)
def test_truth_names_every_field_of_its_type(kind, names):
    assert set(draw(kind, "en", 1).truth.fields) == set(names.split())


def test_fields_that_are_printed_as_they_are_stand_in_the_text():
    for language in LANGUAGES:
        for seed in range(20):
            truth = draw("invoice", language, seed).truth
            text = "\n".join(page.text or "" for page in truth.pages).replace(" ", "")
            for name in ("invoice_number", "seller", "buyer", "seller_tax_id", "iban"):
                assert truth.fields[name].replace(" ", "") in text, (name, language, seed)


def test_documents_vary():
    drawn = [draw("invoice", "de", seed).truth.fields for seed in range(100)]
    assert len({fields["seller"] for fields in drawn}) > 90
    assert len({fields["gross_total"] for fields in drawn}) == 100
    assert Counter(draw("invoice", "en", seed).truth.fields["currency"] for seed in range(60)).keys() == {
        "EUR",
        "GBP",
        "USD",
    }


def test_length_sets_pages_and_items():
    assert len(draw("report", "en", 1, 4).truth.pages) == 4
    long = draw("invoice", "de", 1, 50).truth
    assert len(long.items or []) == 50
    assert len(long.pages) > 1
