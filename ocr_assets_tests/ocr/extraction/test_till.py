import pytest

from ocr.extraction.till import till_items
from ocr.extraction.transcript import Transcript
from ocr_assets_tests.ocr.extraction.samples import items_of, record_of, set_text

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


CLOSINGS = [
    "28  SUBTOTAL:           14.98",
    "Item: 2  Total with GST @ 6%   14.98",
    "TYPE: 2  TOTAL          14.98",
    "FINAL TOTAL             14.98",
    "TAKEOUT TOTAL (INCL GST)  14.98",
    "ROUND ADJ.               0.00",
    "ROUND:                   0.00",
    "PAID AMOUNT             14.98",
    "AMT PAID INCL. GST      14.98",
    "GROSS AMT:              14.98",
    "AMOUNT                RM14.98",
    "STTL                    14.98",
    "6% GST                   0.85",
]


@pytest.mark.parametrize("closing", CLOSINGS)
def test_a_closing_line_is_no_item(closing: str) -> None:
    rows = ["TEA 2.00", "KAFFEE GEMAHLEN 12.98", closing, "CASH 20.00"]
    assert [item.parts["description"][0] for item in till_items(transcript_of(rows), [14.98], 0.02)] == [
        "TEA",
        "KAFFEE GEMAHLEN",
    ]
    text = "\n".join(["DESCRIPTION              AMOUNT", *(f"{r.rpartition(' ')[0]:<25}{r.split()[-1]}" for r in rows)])
    assert [values["description"] for values in items_of(record_of(f"RECEIPT CASHIER\n{text}\nTHANK YOU"))] == [
        "TEA",
        "KAFFEE GEMAHLEN",
    ]


@pytest.mark.parametrize("name", ["ROUND STEAK", "COLGATE TOTAL", "1 CASH BOX", "AMOUNT BOOK A5", "TYPE 2 FUSE"])
def test_goods_whose_names_sound_like_a_closing_line_are_items(name: str) -> None:
    items = till_items(transcript_of([f"{name}   2.00", "SOAP   1.00", "TOTAL   3.00"]), [3.0], 0.02)
    assert [item.parts["description"][0] for item in items] == [name, "SOAP"]
