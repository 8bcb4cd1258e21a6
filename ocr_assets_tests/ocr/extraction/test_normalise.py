from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.extraction import normalise

AMOUNTS = st.decimals(min_value=-9_999_999, max_value=9_999_999, places=2, allow_nan=False, allow_infinity=False)
MARKS = st.sampled_from(
    [(",", "."), (".", ","), (" ", ","), ("\u202f", ","), ("'", "."), ("’", "."), ("", ","), ("", ".")]
)
FRAMES = st.sampled_from(["{}", "€ {}", "{} €", "RM{}", "USD {}", "{} CHF", "${}", "£ {}", "Rs. {}", "{} Fr."])
NEGATIVES = st.sampled_from(["-{}", "({})", "{}-", "−{}"])


def written(value: Decimal, group: str, mark: str) -> str:
    return f"{abs(value):,.2f}".replace(",", "\0").replace(".", mark).replace("\0", group)


@given(AMOUNTS, MARKS, FRAMES, NEGATIVES)
def test_an_amount_written_in_any_locale_reads_as_itself(value, marks, frame, negative):
    text = frame.format(written(value, *marks))
    if value < 0:
        text = negative.format(text)
    assert normalise.amount(text) == value


@given(AMOUNTS)
def test_the_canonical_form_of_an_amount_reads_as_itself(value):
    assert Decimal(normalise.plain(value)) == value
    assert normalise.amount(normalise.plain(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("12.-", "12"),
        ("12,–", "12"),
        ("CHF 12.—", "12"),
        ("RM 9.00", "9.00"),
        ("RM9.00", "9.00"),
        ("(5.00)", "-5.00"),
        ("5,00-", "-5.00"),
        ("-.02", "-0.02"),
        ("0.025", "0.025"),
        ("1,0000", "1.0000"),
        ("1.234", "1234"),
        ("1.234.567", "1234567"),
        ("1O.5O", "10.50"),
        ("l2,S0", "12.50"),
    ],
)
def test_amounts_as_paper_has_them(text, value):
    assert normalise.amount(text) == Decimal(value)


def test_a_lone_mark_before_three_digits_is_read_by_the_document_s_habit():
    assert normalise.amount("9.000") == 9000
    assert normalise.amount("9.000", decimal_mark=".") == 9
    assert normalise.amount("9.000", decimal_mark=",") == 9000


@pytest.mark.parametrize("text", ["", "total", "12/03/2018", "1.2.3", "SOIL", "BOB", "€"])
def test_what_is_no_amount_is_none(text):
    assert normalise.amount(text) is None


@given(st.text(max_size=30))
def test_no_text_breaks_a_parser_or_changes_length_when_repaired(text):
    normalise.amount(text)
    normalise.currency(text)
    normalise.iban(text)
    normalise.vat_id(text)
    assert len(normalise.digits(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("€", "EUR"),
        ("RM", "MYR"),
        ("rm", "MYR"),
        ("usd", "USD"),
        ("£", "GBP"),
        ("Rs.", "INR"),
        ("zł", "PLN"),
        ("x", None),
    ],
)
def test_currencies_become_iso_codes(text, code):
    assert normalise.currency(text) == code


COUNTRIES = st.sampled_from(["DE", "FR", "NL", "GB", "AT", "CH"])


@given(COUNTRIES, st.integers(min_value=0, max_value=10**30 - 1), st.integers(min_value=1, max_value=9), st.data())
def test_an_iban_is_right_exactly_when_its_check_digits_are(country, account, change, data):
    length = normalise.IBAN_LENGTHS[country] - 4
    account_text = str(account).zfill(30)[-length:]
    number = int("".join(str(int(c, 36)) for c in account_text + country + "00"))
    right = f"{country}{98 - number % 97:02d}{account_text}"
    spaced = " ".join(right[i : i + 4] for i in range(0, len(right), 4))
    assert normalise.iban(spaced.lower()) == right
    place = data.draw(st.integers(min_value=4, max_value=len(right) - 1))
    wrong = right[:place] + str((int(right[place]) + change) % 10) + right[place + 1 :]
    assert normalise.iban(wrong) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("DE 136 695 976", "DE136695976"),
        ("ATU12345678", "ATU12345678"),
        ("NL810433941B01", "NL810433941B01"),
        ("FR 11 999999998", "FR11999999998"),
        ("DE12345", None),
        ("XX123456789", None),
    ],
)
def test_vat_numbers_have_the_form_of_their_country(text, value):
    assert normalise.vat_id(text) == value
