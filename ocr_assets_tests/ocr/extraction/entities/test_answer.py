import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.extraction.doctype import FieldRule
from ocr.extraction.entities.answer import Answer, UnusableAnswer, parse

FIELDS = (FieldRule("seller", "text"), FieldRule("total", "amount"), FieldRule("party", "text", repeated=True))
ITEMS = (FieldRule("description", "text"), FieldRule("amount", "amount"))
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["seller", "total", "items", "x"]), inner),
    max_leaves=12,
)


def test_values_are_read_from_an_object():
    answer = parse('{"seller": " Acme\\nTools ", "total": 12.50, "party": ["A", "B"]}', FIELDS, ())
    assert answer == Answer(values={"seller": ["Acme Tools"], "total": ["12.50"], "party": ["A", "B"]})


@pytest.mark.parametrize("nothing", [None, "", "null", "N/A", "not found", "  -  ", "Unknown", "None."])
def test_what_says_that_there_is_nothing_is_nothing(nothing):
    assert parse(json.dumps({"seller": nothing}), FIELDS, ()) == Answer()


def test_fences_and_thoughts_around_an_object_are_passed_over():
    text = 'Let me see: {"thought": 1} …\n```json\n{"seller": {"value": "Acme"}, "extra": "x"}\n```\nThat is all.'
    assert parse(text, FIELDS, ()).values == {"seller": ["Acme"]}


def test_names_that_were_not_asked_for_are_passed_over():
    assert parse('{"seller": "A", "status": "valid", "items": [{"amount": "1"}]}', FIELDS, ()).items == []


def test_a_value_that_is_no_value_is_named():
    answer = parse('{"seller": true, "total": {"a": 1}, "party": ["A", ["B"]]}', FIELDS, ())
    assert answer.values == {"party": ["A"]}
    assert answer.malformed == ["seller", "total", "party"]


def test_line_items_keep_their_order_and_empty_ones_go():
    text = '{"items": [{"description": "A", "amount": 1.0}, {"amount": null}, 7, {"description": "B"}]}'
    assert parse(text, (), ITEMS).items == [{"description": "A", "amount": "1.0"}, {"description": "B"}]


@pytest.mark.parametrize(
    "text", ["", "No.", "[1, 2]", '{"colour": "blue"}', '{"seller": "Acm', "{" * 10_000, "9" * 9_999]
)
def test_what_is_no_answer_is_unusable(text):
    with pytest.raises(UnusableAnswer):
        parse(text, FIELDS, ITEMS)


@given(
    st.text() | JSON.map(json.dumps) | st.tuples(JSON.map(json.dumps), st.integers(0, 200)).map(lambda t: t[0][: t[1]])
)
def test_whatever_comes_only_asked_for_texts_go_out(text):
    try:
        answer = parse(text, FIELDS, ITEMS)
    except UnusableAnswer:
        return
    assert answer.values.keys() <= {"seller", "total", "party"}
    assert all(isinstance(v, str) and v.strip() == v != "" for values in answer.values.values() for v in values)
    assert all(len(values) == 1 for name, values in answer.values.items() if name != "party")
    assert all(row.keys() <= {"description", "amount"} for row in answer.items)
