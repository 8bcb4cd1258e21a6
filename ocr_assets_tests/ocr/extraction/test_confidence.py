"""How sure a field is."""

import pytest

from ocr.documents import Page
from ocr.extraction import extract
from ocr.extraction.confidence import FEATURES, GROUPS, model
from ocr.settings import RecordsSettings
from ocr_assets_tests.ocr.extraction import samples
from ocr_assets_tests.ocr.extraction.samples import record_of


def test_the_model_has_a_weight_for_every_feature_of_every_group():
    assert set(model().weights) == {*GROUPS.values(), "code"}
    assert all(len(weights) == len(FEATURES) for weights in model().weights.values())
    assert 0.5 < model().ceiling <= 1


@pytest.mark.parametrize("name", ["total", "date", "company"])
def test_a_field_of_words_read_badly_is_less_sure(name: str):
    sure, unsure = (record_of(samples.RECEIPT, confidence=c).field(name) for c in (0.99, 0.4))
    assert sure is not None and unsure is not None
    assert 0 < unsure.confidence < sure.confidence <= 1


def test_a_text_of_no_known_type_gives_what_it_mentions():
    text = "Notes of a call\nwrite to ada@example.org about EUR 12.50\nby 3 May 2021, Alpha Beta, L.L.C. knows\n"
    record = record_of(text)
    assert record.type == "other"
    found = {f.name: f.value for f in record.fields}
    assert found["email"] == "ada@example.org"
    assert found["mentioned_date"] == "2021-05-03"
    assert found["mentioned_amount"] == "12.50 EUR"
    assert found["organisation"] == "Alpha Beta LLC"


def test_an_empty_text_is_a_record_of_no_type_without_fields():
    record = extract([], [], [], [], [], RecordsSettings())
    assert (record.type, record.fields, record.violations) == ("other", [], [])


def test_marks_without_a_word_need_review_and_blank_pages_do_not():
    marked = extract([Page(1, 100, 100, 72, 100, 100)], [], [], [], [], RecordsSettings())
    blank = extract([Page(1, 100, 100, 72, 100, 100, blank=True)], [], [], [], [], RecordsSettings())

    assert (marked.status, [v.rule for v in marked.violations]) == ("needs_review", ["no_text"])
    assert (blank.status, [v.rule for v in blank.violations]) == ("valid", ["no_text"])
