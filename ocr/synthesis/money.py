"""Amounts that add up, and how they and dates are printed in different countries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from ocr.synthesis.identifiers import Country
from ocr.synthesis.vocabulary import GOODS, GROCERIES

CURRENCIES = {"DE": "EUR", "AT": "EUR", "IE": "EUR", "GB": "GBP", "US": "USD"}
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
_TAX_RATES = {"DE": "19", "AT": "20", "IE": "23", "GB": "20", "US": "8.25"}
_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
}


@dataclass(frozen=True, slots=True)
class LineItem:
    description: str
    quantity: Decimal
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        return cents(self.quantity * self.unit_price)

    def values(self) -> dict[str, str]:
        """As truth gives it."""
        return {
            "description": self.description,
            "quantity": str(self.quantity),
            "unit_price": str(self.unit_price),
            "amount": str(self.amount),
        }


@dataclass(frozen=True, slots=True)
class Bill:
    """Items with their sums: `net + tax == gross`, tax at `rate` percent, to the cent."""

    items: tuple[LineItem, ...]
    rate: Decimal
    currency: str

    @property
    def net(self) -> Decimal:
        return sum((item.amount for item in self.items), Decimal("0.00"))

    @property
    def tax(self) -> Decimal:
        return cents(self.net * self.rate / 100)

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def bill(dice: Random, language: str, land: Country, count: int) -> Bill:
    """An invoice of `count` items, different as long as the goods last; now and then without tax."""
    goods = GOODS[language]
    picked = dice.sample(goods * (1 + (count - 1) // len(goods)), count)
    items = []
    for description, price in picked:
        quantity = Decimal(dice.randint(1, 12)) if dice.random() < 0.8 else Decimal(dice.randint(2, 30)) / 2
        items.append(LineItem(description, quantity.normalize() + 0, _varied(dice, price)))
    rate = Decimal("0") if dice.random() < 0.06 else Decimal(_TAX_RATES[land])
    return Bill(tuple(items), rate, CURRENCIES[land])


def groceries(dice: Random, language: str, count: int) -> tuple[LineItem, ...]:
    """What a till prints: short names, prices with tax in them."""
    picked = dice.sample(GROCERIES[language], min(count, len(GROCERIES[language])))
    return tuple(LineItem(name, Decimal(dice.choice((1, 1, 1, 2, 3))), _varied(dice, price)) for name, price in picked)


def cents(amount: Decimal) -> Decimal:
    """Rounded to two decimals, halves up."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def day(dice: Random) -> date:
    """A day from 2019 to 2026."""
    return date(2019, 1, 2) + timedelta(days=dice.randrange(7 * 365 + 300))


def printed(amount: Decimal, language: str) -> str:
    """An amount with separators: `1,234.50` in English, `1.234,50` in German."""
    text = f"{amount:,.2f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


def printed_quantity(quantity: Decimal, language: str) -> str:
    text = str(quantity)
    return text.replace(".", ",") if language == "de" else text


def printed_day(when: date, language: str, land: Country, style: int) -> str:
    """A date as people of that country write it, in one of three styles (0: digits, 1: month in words, 2: ISO)."""
    if style == 2:
        return when.isoformat()
    month = _MONTHS[language][when.month - 1]
    if language == "de":
        return f"{when:%d.%m.%Y}" if style == 0 else f"{when.day}. {month} {when.year}"
    if land == "US":
        return f"{when:%m/%d/%Y}" if style == 0 else f"{month} {when.day}, {when.year}"
    return f"{when:%d/%m/%Y}" if style == 0 else f"{when.day} {month} {when.year}"


def with_currency(text: str, currency: str, style: int) -> str:
    """A printed amount with its currency: code behind (0), symbol in front (1), symbol behind (2)."""
    return (f"{text} {currency}", f"{SYMBOLS[currency]}{text}", f"{text} {SYMBOLS[currency]}")[style]


def _varied(dice: Random, price: str) -> Decimal:
    """A price near the usual one, so that documents differ."""
    usual = Decimal(price)
    return max(Decimal("0.05"), cents(usual * Decimal(dice.randint(80, 130)) / 100))
