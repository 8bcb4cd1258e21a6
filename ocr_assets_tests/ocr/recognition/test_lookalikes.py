import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.recognition.lookalikes import settled


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("18o7,", "1807,"),
        ("l945", "1945"),
        ("194l;", "1941;"),
        ("£l00,0oo", "£100,000"),
        ("l6th", "16th"),
        ("15oth", "150th"),
        ("RMO.50", "RM0.50"),
        ("5.o0", "5.00"),
        ("INV0ICE", "INVOICE"),
        ("c0ffee", "coffee"),
        ("Bi11#", "Bill#"),
    ],
)
def test_neighbours_tell_letters_from_digits(read, meant):
    assert settled(read) == meant


@pytest.mark.parametrize(
    "word",
    ["look", "loose", "Oliver", "IO", "O2", "H2O", "5l", "10l", "B0-17", "I00100", "NO.12", "No.", "80o", "v11", "a1b"],
)
def test_what_may_well_be_meant_stays(word):
    assert settled(word) == word


@given(st.text(alphabet="abcDEF .,:;-!?", max_size=30))
def test_words_without_digits_or_look_alikes_stay(word):
    assert settled(word) == word


@given(st.text(alphabet="oOlI|01259abRM.,-/", max_size=20))
def test_only_look_alikes_change_and_each_for_one_character(word):
    meant = settled(word)

    assert len(meant) == len(word)
    assert all(a == b or {a, b} & set("01") for a, b in zip(word, meant, strict=True))
