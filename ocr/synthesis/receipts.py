"""Receipts as a till prints them: narrow paper, as long as it needs to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from typing import Literal

from ocr.synthesis.marks import barcode
from ocr.synthesis.money import CURRENCIES, LineItem, cents, day, groceries, printed, printed_day, with_currency
from ocr.synthesis.paper import Language, Meaning, Paper
from ocr.synthesis.parties import Party, country, firm
from ocr.synthesis.sheet import Sheet

_WIDTH, _MARGIN = 226.8, 14.0  # 80 mm roll
_LEADING = {"text": 13.0, "big": 20.0, "rule": 8.0, "gap": 7.0, "bars": 30.0}
_TAX = {"DE": Decimal(7), "AT": Decimal(10), "IE": Decimal(9), "GB": Decimal(20), "US": Decimal("6.5")}
_WORDS = {
    "en": {
        "subtotal": ["Subtotal", "SUBTOTAL"],
        "total": ["TOTAL", "Total", "TOTAL DUE"],
        "cash": ["CASH", "Cash"],
        "card": ["CARD", "VISA DEBIT", "MASTERCARD"],
        "change": ["CHANGE", "Change due"],
        "thanks": ["THANK YOU FOR SHOPPING", "Please call again!", "Keep this receipt for returns"],
        "number": ["Receipt", "Trans.", "Bill No"],
        "served": ["Served by", "Cashier"],
    },
    "de": {
        "subtotal": ["Zwischensumme"],
        "total": ["SUMME", "GESAMT", "Total", "Zu zahlen"],
        "cash": ["BAR", "Bar gegeben"],
        "card": ["EC-KARTE", "GIROCARD", "KARTENZAHLUNG"],
        "change": ["RÜCKGELD", "Rückgeld"],
        "thanks": ["VIELEN DANK FÜR IHREN EINKAUF", "Auf Wiedersehen!", "Umtausch nur mit Beleg"],
        "number": ["Bon-Nr.", "Beleg", "Beleg-Nr."],
        "served": ["Es bediente Sie", "Kasse"],
    },
}
_TAX_LABELS = {"DE": "MwSt", "AT": "USt", "GB": "VAT", "IE": "VAT", "US": "Sales tax"}
_TAX_IDS = {"DE": "USt-IdNr.", "AT": "UID", "GB": "VAT No", "IE": "VAT No", "US": ""}


@dataclass(frozen=True, slots=True)
class _Strip:
    """One strip of the roll: text on the left, middle and right, a rule, a gap or bars."""

    kind: Literal["text", "big", "rule", "gap", "bars"]
    left: str = ""
    right: str = ""
    middle: str = ""


@dataclass(frozen=True, slots=True)
class _Till:
    """One purchase. `tax` is None where the receipt does not show it; in the USA it comes on top of the prices."""

    seller: Party
    when: date
    items: tuple[LineItem, ...]
    rate: Decimal
    tax: Decimal | None
    total: Decimal
    currency: str


def draw_receipt(paper: Paper, language: Language) -> Meaning:
    """A receipt on one sheet."""
    dice = paper.dice
    paper.face = dice.choice(("mono", "mono", "sans"))
    purchase = _purchase(dice, language)
    head = _head(dice, purchase, language)
    body = _body(dice, purchase, language)
    tail = _tail(dice, purchase, language)
    height = 44 + sum(_LEADING[strip.kind] for strip in [*head, *body, *tail])
    sheet = paper.sheet((_WIDTH, height))
    y = 30.0
    with sheet.region("header"):
        y = _print(sheet, dice, head, y)
    with sheet.region("table"):
        y = _print(sheet, dice, body, y)
    with sheet.region("footer"):
        _print(sheet, dice, tail, y)
    fields = {
        "company": purchase.seller.name,
        "date": purchase.when.isoformat(),
        "address": purchase.seller.address,
        "total": str(purchase.total),
        "tax": "" if purchase.tax is None else str(purchase.tax),
        "currency": purchase.currency,
    }
    return Meaning(fields, [_shown(item) for item in purchase.items])


def _purchase(dice: Random, language: Language) -> _Till:
    land = country(dice, language)
    seller, when = firm(dice, language, land, shop=True), day(dice)
    items = groceries(dice, language, dice.randint(2, 9))
    prices, rate = sum((item.amount for item in items), Decimal("0.00")), _TAX[land]
    if land == "US":
        tax = cents(prices * rate / 100)
        return _Till(seller, when, items, rate, tax, prices + tax, CURRENCIES[land])
    shown = language == "de" or dice.random() < 0.7
    tax = cents(prices * rate / (100 + rate)) if shown else None
    return _Till(seller, when, items, rate, tax, prices, CURRENCIES[land])


def _head(dice: Random, purchase: _Till, language: Language) -> list[_Strip]:
    seller, words = purchase.seller, _WORDS[language]
    clock = f"{dice.randint(8, 20):02d}:{dice.randint(0, 59):02d}"
    shown = printed_day(purchase.when, language, seller.country, dice.choice((0, 0, 0, 2)))
    strips = [
        _Strip("big", middle=seller.name),
        _Strip("text", middle=seller.street),
        _Strip("text", middle=seller.city),
    ]
    if dice.random() < 0.6:
        strips.append(_Strip("text", middle=seller.phone))
    if _TAX_IDS[seller.country]:
        strips.append(_Strip("text", middle=f"{_TAX_IDS[seller.country]} {seller.tax_id}"))
    number = f"{dice.choice(words['number'])} {dice.randint(1000, 99999)}"
    strips += [_Strip("gap"), _Strip("text", left=shown, right=clock), _Strip("text", left=number)]
    if dice.random() < 0.5:
        strips.append(_Strip("text", left=f"{dice.choice(words['served'])} {dice.randint(1, 24)}"))
    return [*strips, _Strip("rule")]


def _body(dice: Random, purchase: _Till, language: Language) -> list[_Strip]:
    words, strips = _WORDS[language], []
    for item in purchase.items:
        strips.append(_Strip("text", left=item.description, right=printed(item.amount, language)))
        if item.quantity > 1:
            strips.append(_Strip("text", left=f"  {item.quantity} x {printed(item.unit_price, language)}"))
    strips.append(_Strip("rule"))
    if purchase.seller.country == "US":
        prices = sum((item.amount for item in purchase.items), Decimal("0.00"))
        strips.append(_Strip("text", left=dice.choice(words["subtotal"]), right=printed(prices, language)))
        strips.append(_tax_strip(purchase, language))
    style = dice.choice((0, 2)) if language == "de" else dice.choice((0, 1, 1))
    total = with_currency(printed(purchase.total, language), purchase.currency, style)
    return [*strips, _Strip("big", left=dice.choice(words["total"]), right=total)]


def _tail(dice: Random, purchase: _Till, language: Language) -> list[_Strip]:
    words, strips = _WORDS[language], []
    if dice.random() < 0.5:
        given = (purchase.total // 10 + 1) * 10
        strips.append(_Strip("text", left=dice.choice(words["cash"]), right=printed(given, language)))
        strips.append(
            _Strip("text", left=dice.choice(words["change"]), right=printed(given - purchase.total, language))
        )
    else:
        strips.append(_Strip("text", left=dice.choice(words["card"]), right=printed(purchase.total, language)))
    if purchase.tax is not None and purchase.seller.country != "US":
        strips += [_Strip("rule"), _tax_strip(purchase, language)]
    strips += [_Strip("gap"), _Strip("text", middle=dice.choice(words["thanks"]))]
    return [*strips, _Strip("gap"), _Strip("bars")] if dice.random() < 0.5 else strips


def _tax_strip(purchase: _Till, language: Language) -> _Strip:
    rate = str(purchase.rate).replace(".", "," if language == "de" else ".")
    tax = printed(purchase.tax or Decimal(0), language)
    return _Strip("text", left=f"{_TAX_LABELS[purchase.seller.country]} {rate}%", right=tax)


def _print(sheet: Sheet, dice: Random, strips: list[_Strip], y: float) -> float:
    room = sheet.width - 2 * _MARGIN
    for strip in strips:
        if strip.kind == "rule":
            sheet.rule(_MARGIN, y - 5, sheet.width - _MARGIN, dashed=True)
        elif strip.kind == "bars":
            barcode(sheet, dice, sheet.width / 2, y - 8)
        elif strip.kind != "gap":
            wanted = 13.0 if strip.kind == "big" else 8.6
            text = f"{strip.left}   {strip.right}{strip.middle}"
            size = min(wanted, wanted * room / sheet.length(text, wanted, bold=strip.kind == "big"))
            cells = (
                (_MARGIN, strip.left, "left"),
                (sheet.width / 2, strip.middle, "center"),
                (sheet.width - _MARGIN, strip.right, "right"),
            )
            sheet.row(y + (4 if strip.kind == "big" else 0), cells, size, bold=strip.kind == "big")
        y += _LEADING[strip.kind]
    return y


def _shown(item: LineItem) -> dict[str, str]:
    """The values of an item that are printed: one piece stands without its quantity and price."""
    values = item.values()
    return values if item.quantity > 1 else {name: values[name] for name in ("description", "amount")}
