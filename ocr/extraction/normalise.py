"""Amounts, currencies, IBANs and VAT numbers: what is written on paper → one canonical form.

Values are strings as they stand in a `Field`: amounts as plain decimals (`-1234.56`), currencies as ISO 4217 codes.
Every parser answers None for what it cannot read; none raises. Dates are in `ocr.extraction.dates`.
"""

from __future__ import annotations

import re
from decimal import Decimal

CONFUSABLE = str.maketrans({"O": "0", "o": "0", "Q": "0", "l": "1", "I": "1", "|": "1", "S": "5", "B": "8", "Z": "2"})
"""Letters that recognisers read for digits; one character for one, so that offsets stay."""

SYMBOLS = {
    "€": "EUR",
    "$": "USD",
    "US$": "USD",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "zł": "PLN",
    "Kč": "CZK",
    "RM": "MYR",
    "Rs": "INR",
    "Fr": "CHF",
    "SFr": "CHF",
    "S$": "SGD",
    "A$": "AUD",
    "C$": "CAD",
    "kr": "SEK",
    "Euro": "EUR",
}
CODES = frozenset(
    [
        "AED",
        "ARS",
        "AUD",
        "BGN",
        "BRL",
        "CAD",
        "CHF",
        "CLP",
        "CNY",
        "COP",
        "CZK",
        "DKK",
        "EGP",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "ISK",
        "JPY",
        "KRW",
        "KZT",
        "MAD",
        "MXN",
        "MYR",
        "NGN",
        "NOK",
        "NZD",
        "PEN",
        "PHP",
        "PKR",
        "PLN",
        "RON",
        "RSD",
        "RUB",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TRY",
        "TWD",
        "UAH",
        "USD",
        "VND",
        "ZAR",
    ]
)
_BY_FOLDED = {symbol.casefold(): code for symbol, code in SYMBOLS.items()} | {c.casefold(): c for c in CODES}

CURRENCY = "|".join(sorted((re.escape(s) for s in [*SYMBOLS, *CODES]), key=len, reverse=True))
_SPACES = " \u00a0\u202f\u2009"
_MINUS = "-−–"
NUMBER = (
    rf"(?:\d{{1,3}}(?:[.,'’{_SPACES}]\d{{3}})+(?=[.,]\d{{2}}(?!\d))|\d{{1,3}}(?:[.,'’]\d{{3}})+(?!\d)|\d+|(?<!\d)(?=\.\d{{2}}(?!\d)))"
    rf"(?:[.,]\d{{1,4}}(?!\d)|[.,][{_MINUS}—]{{1,2}})?"
)
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[{_MINUS}+])?\s*(?:(?P<before>(?<![^\W\d_])(?:{CURRENCY}))\.?)?\s*(?P<inner>[{_MINUS}+])?\s*"
    rf"(?P<number>{NUMBER})\s*(?:(?P<after>(?:{CURRENCY})(?![^\W\d_]))\.?)?\s*(?P<trailing>[{_MINUS}](?!\d))?\s*(?P<close>\))?",
    re.IGNORECASE,
)

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "TR": 26,
}  # fmt: skip
"""Lengths of the IBAN registry (SWIFT, ISO 13616), for the countries that are read."""

VAT_PATTERNS = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}", "DE": r"\d{9}",
    "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}", "GB": r"(?:\d{9}|\d{12})", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9]\d{5}[A-Z]{1,2}", "IT": r"\d{11}", "LT": r"(?:\d{9}|\d{12})", "LU": r"\d{8}", "LV": r"\d{11}",
    "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}", "PT": r"\d{9}", "RO": r"\d{2,10}", "SE": r"\d{12}",
    "SI": r"\d{8}", "SK": r"\d{10}",
}  # fmt: skip
"""Forms of the EU's VAT numbers (VIES) and the British one."""


def amount(text: str, decimal_mark: str | None = None) -> Decimal | None:
    """An amount with or without currency: `1.234,56`, `RM 9.00`, `12.-`, `(5.00)`, `7,50-`.

    A lone mark before exactly three digits groups thousands, unless `decimal_mark` (the mark the document uses) is
    that mark or the number starts with 0. Brackets and a minus on either side are negative.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        match = _AMOUNT.fullmatch(digits(text.strip()))
    if match is None:
        return None
    value = _number(match["number"], decimal_mark)
    bracketed = bool(match["open"] and match["close"])
    minus = sum((match[part] or "+") in _MINUS for part in ("sign", "inner", "trailing"))
    return -value if bracketed or minus else value


def digits(text: str) -> str:
    """The text with confusable letters read as digits in every word that is a number but for them; same length."""
    return re.sub(r"(?<!\S)[(\-−–]?(?:RM|[$€£])?(\S+)", _repair, text)


def decimal_mark(numbers: list[str]) -> str | None:
    """The mark most numbers of a document put before two decimals; None where there is no majority."""
    votes = [n[-3] for n in numbers if len(n) > 3 and n[-3] in ".,"]
    dots = votes.count(".")
    if 2 * dots == len(votes):
        return None
    return "." if 2 * dots > len(votes) else ","


def plain(value: Decimal) -> str:
    """The canonical form of an amount: no exponent, no grouping, no negative zero."""
    return format(abs(value) if value == 0 else value, "f")


def currency(text: str) -> str | None:
    """The ISO 4217 code of a symbol or code: `€`, `RM`, `eur`."""
    return _BY_FOLDED.get(text.strip().rstrip(".").casefold())


def iban(text: str) -> str | None:
    """An IBAN without spaces, if its length and its check digits (ISO 7064, mod 97-10) are right."""
    compact = re.sub(r"[^A-Z0-9]", "", text.upper())
    if len(compact) != IBAN_LENGTHS.get(compact[:2], 0) or not compact[2:4].isdigit():
        return None
    rearranged = compact[4:] + compact[:4]
    number = int("".join(str(int(c, 36)) for c in rearranged))
    return compact if number % 97 == 1 else None


def vat_id(text: str) -> str | None:
    """A European VAT number without spaces, of a form its country issues."""
    compact = re.sub(r"[^A-Z0-9]", "", text.upper())
    pattern = VAT_PATTERNS.get(compact[:2])
    return compact if pattern and re.fullmatch(pattern, compact[2:]) else None


def _number(text: str, mark: str | None) -> Decimal:
    text = re.sub(rf"[.,][{_MINUS}—]+$", "", text)
    text = re.sub(rf"['’{_SPACES}]", "", text)
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return Decimal(text)
    decimals = text[last + 1 :]
    alone = text.count(".") + text.count(",") == 1
    groups = len(decimals) == 3 and (not alone or (text[last] != mark and not text.startswith("0")))
    if groups and alone is False and text.count(text[last]) == 1:
        groups = False  # 1.234,567: two different marks, the last divides
    if groups:
        return Decimal(re.sub(r"[.,]", "", text))
    return Decimal(re.sub(r"[.,]", "", text[:last]) + "." + decimals)


def _repair(match: re.Match[str]) -> str:
    word, number = match[0], match[1]
    fixed = number.translate(CONFUSABLE)
    is_number = re.search(r"\d", number) and re.fullmatch(r"\d[\d.,]*[.,]\d{2}[)\-]?", fixed)
    return word[: len(word) - len(number)] + fixed if is_number else word
