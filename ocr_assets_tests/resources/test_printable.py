from __future__ import annotations

import pytest

from resources.printable import printable


@pytest.mark.parametrize(
    "character", ["\u202e", "\u202a", "\u2066", "\u2069", "\u200f", "\x1b", "\n", "\ud800", "\u2028"]
)
def test_what_steers_a_terminal_or_turns_the_writing_is_not_printed(character: str) -> None:
    assert printable(f"RE-{character}770") == "RE-\ufffd770"


@pytest.mark.parametrize(
    "text", ["Müller & Söhne", "1\u202f234,50\u00a0€", "発票 😀", "שלום", "Rech\u00adnung", "می\u200cخواهم"]
)
def test_what_people_write_is_printed_as_it_is(text: str) -> None:
    assert printable(text) == text
