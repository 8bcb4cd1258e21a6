"""Account and tax numbers that nobody has, with the check digits their issuers prescribe."""

from __future__ import annotations

from random import Random
from typing import Literal

Country = Literal["DE", "AT", "GB", "IE", "US"]


def iban(dice: Random, land: Country) -> str:
    """An account number of that country with right check digits (ISO 13616), without spaces; empty for the USA."""
    if land == "US":
        return ""
    letters = "".join(dice.choices("ABCDEFGHKLMNPRSTW", k=4))
    account = {
        "DE": digits(dice, 18),
        "AT": digits(dice, 16),
        "GB": letters + digits(dice, 14),
        "IE": letters + digits(dice, 14),
    }[land]
    return f"{land}{98 - _mod97(f'{account}{land}00'):02d}{account}"


def grouped(code: str) -> str:
    """An IBAN as it is printed, in groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def tax_id(dice: Random, land: Country) -> str:
    """A VAT number (in the USA an employer number) with the check digit its country prescribes."""
    if land == "DE":
        serial = str(dice.randint(1, 9)) + digits(dice, 7)
        product = 10
        for digit in serial:  # ISO 7064 mod 11,10
            product = 2 * ((int(digit) + product) % 10 or 10) % 11
        return f"DE{serial}{(11 - product) % 10}"
    if land == "AT":
        serial = digits(dice, 7)
        weighted = [int(d) * (1 + i % 2) for i, d in enumerate(serial)]
        return f"ATU{serial}{(96 - sum(w // 10 + w % 10 for w in weighted)) % 10}"
    if land in ("GB", "IE"):
        serial = digits(dice, 7)
        weighted = sum(int(digit) * weight for digit, weight in zip(serial, range(8, 1, -1), strict=True))
        if land == "GB":
            return f"GB{serial}{97 - weighted % 97:02d}"
        return f"IE{serial}{'WABCDEFGHIJKLMNOPQRSTUV'[weighted % 23]}"
    return f"{dice.randint(10, 98)}-{digits(dice, 7)}"


def bic(dice: Random, land: Country) -> str:
    """A bank code of that country; empty for the USA."""
    if land == "US":
        return ""
    return "".join(dice.choices("BCDGKLMNPRST", k=4)) + land + "".join(dice.choices("2356", k=2))


def digits(dice: Random, count: int) -> str:
    """That many random digits."""
    return "".join(dice.choices("0123456789", k=count))


def _mod97(code: str) -> int:
    return int("".join(str(int(character, 36)) for character in code)) % 97
