import pytest

from ocr.extraction.till import till_items
from ocr.extraction.transcript import Transcript
from ocr_assets_tests.ocr.extraction.samples import set_text

RECEIPT = [
    "Frischemarkt Vogel",
    "Am Alten Markt 92",
    "50667 Köln",
    "ÄPFEL ELSTAR          7,26",
    "  3 x 2,42",
    "KAFFEE GEMAHLEN       7,72",
    "Total                14,98",
    "BAR                  20,00",
]


def transcript_of(rows: list[str]) -> Transcript:
    page, lines, words = set_text("\n".join(rows))
    return Transcript([page], [], [], lines, words)


def test_rows_that_add_up_to_the_total_are_its_items() -> None:
    items = till_items(transcript_of(RECEIPT), [14.98], 0.02)
    values = [{name: value for name, (value, _) in item.parts.items()} for item in items]
    assert values == [
        {"description": "ÄPFEL ELSTAR", "amount": "7.26", "quantity": "3", "unit_price": "2.42"},
        {"description": "KAFFEE GEMAHLEN", "amount": "7.72"},
    ]


def test_rows_that_do_not_add_up_are_not_taken_for_items() -> None:
    assert till_items(transcript_of(RECEIPT), [15.98], 0.02) == []


@pytest.mark.parametrize("lines", [["Hello there"], ["Total 3,00"], ["1,00", "2,00"]])
def test_a_text_without_items_has_none(lines: list[str]) -> None:
    assert till_items(transcript_of(lines), [3.0], 0.02) == []
