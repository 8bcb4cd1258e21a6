import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.extraction.dates import find_dates, parse_date, reads_day_first

DATES = st.dates(datetime.date(1950, 1, 1), datetime.date(2049, 12, 31))
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}


@given(DATES, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y"]))
def test_a_date_in_figures_reads_as_itself(date, form):
    assert parse_date(date.strftime(form)) == date


@given(DATES)
def test_a_date_with_the_month_first_reads_as_itself_where_the_document_writes_so(date):
    assert parse_date(date.strftime("%m/%d/%Y"), day_first=False) == date


@given(
    DATES,
    st.sampled_from(["en", "de", "fr"]),
    st.sampled_from(["{d} {m} {y}", "{d}. {m} {y}", "{m} {d}, {y}", "{d}-{a}-{y}"]),
)
def test_a_date_with_its_month_named_reads_as_itself(date, language, form):
    name = MONTHS[language].split()[date.month - 1]
    short = MONTHS["en"].split()[date.month - 1][:3].upper()
    assert parse_date(form.format(d=date.day, m=name, a=short, y=date.year)) == date


@given(st.dates(datetime.date(1990, 1, 1), datetime.date.today()))
def test_a_year_of_two_digits_is_the_one_nearest_to_now(date):
    assert parse_date(date.strftime("%d.%m.%y")) == date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("25/12/201808:13:39", "2018-12-25"),
        ("3rd of August 2014", "2014-08-03"),
        ("August 3 , 2014", "2014-08-03"),
        ("19 MAR 2018 18:26", "2018-03-19"),
        ("1er mars 2020", "2020-03-01"),
        ("12/31/2024", "2024-12-31"),
        ("29 maart 2014", "2014-03-29"),
    ],
)
def test_dates_as_paper_has_them(text, date):
    assert find_dates(text)[0].date.isoformat() == date


@pytest.mark.parametrize("text", ["31.02.2020", "99/99/9999", "07-386 7524", "1.234.567,00", "12:30:45", ""])
def test_what_is_no_calendar_date_is_not_found(text):
    assert find_dates(text) == []


def test_a_document_s_unmistakable_dates_tell_the_order_of_its_others():
    assert not reads_day_first("11/03/2017 and 11/17/2017")
    assert reads_day_first("11/03/2017 and 17/11/2017")
    assert not reads_day_first("11/03/2017", american=True)
    assert find_dates("11/03/2017")[0].ambiguous


@given(st.text(max_size=40))
def test_no_text_breaks_the_search(text):
    assert all(0 <= f.start < f.end <= len(text) for f in find_dates(text))
