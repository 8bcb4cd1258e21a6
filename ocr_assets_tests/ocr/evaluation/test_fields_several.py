from __future__ import annotations

import pytest

from ocr.documents import Field, Record
from ocr.evaluation.fields import score_fields
from ocr.evaluation.truth import Truth


def record(*values: tuple[str, str]) -> Record:
    return Record("contract", 1.0, "en", [Field(n, v, v, 1.0, 1, 0, 0, 1, 1, "rule") for n, v in values])


def truth(**fields: str | list[str]) -> Truth:
    several = {name: value for name, value in fields.items() if isinstance(value, list)}
    single = {name: value for name, value in fields.items() if isinstance(value, str)}
    return Truth(sha256="ab" * 32, fields=single, several=several)


def test_values_of_a_field_that_occurs_several_times_count_each_in_any_order() -> None:
    score = score_fields(truth(party=["Acme Inc.", "B LLC"]), record(("party", "B LLC"), ("party", "Acme Inc")))
    assert (score.tolerant.right, score.strict.right) == (2, 1)


def test_a_party_left_out_is_missing_and_one_too_many_is_extra() -> None:
    short = score_fields(truth(party=["Acme Inc.", "B LLC"]), record(("party", "Acme Inc.")))
    assert (short.tolerant.right, short.tolerant.missing) == (1, 1)
    long = score_fields(truth(party=["Acme Inc."]), record(("party", "Acme Inc."), ("party", "New York")))
    assert (long.tolerant.right, long.tolerant.extra) == (1, 1)


def test_a_misread_party_is_one_wrong_value_not_one_missed_and_one_invented() -> None:
    score = score_fields(truth(party=["Acme Inc.", "B LLC"]), record(("party", "B LLC"), ("party", "Acne Inc.")))
    assert (score.tolerant.right, score.tolerant.wrong, score.tolerant.extra) == (1, 1, 0)


@pytest.mark.parametrize(
    ("wanted", "read", "close"),
    [
        ("Restoran Wan Sheng", "Restoran Wan Shenq", True),
        ("Restoran Wan Sheng", "Wan Sheng", False),
        ("RE-2026-0001", "RE-2026-0007", False),
        ("2026-03-01", "2026-03-02", False),
        ("Café Müller", "CAFE MULLER", False),
    ],
)
def test_names_with_few_wrong_letters_are_close_and_numbers_never_are(wanted: str, read: str, close: bool) -> None:
    score = score_fields(truth(company=wanted), record(("company", read)))
    assert score.tolerant.right == 0 and score.fuzzy.right == close
