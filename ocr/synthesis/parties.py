"""People, firms and addresses that do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ocr.synthesis.identifiers import Country, bic, digits, iban, tax_id
from ocr.synthesis.vocabulary import CITIES, FIRST_NAMES, LAST_NAMES, LEGAL_FORMS, SHOPS, STREETS, TRADES

COUNTRY_NAMES = {"DE": "Deutschland", "AT": "Österreich", "GB": "United Kingdom", "IE": "Ireland", "US": "USA"}


@dataclass(frozen=True, slots=True)
class Party:
    """A firm or a person: `name` as on the letterhead, `contact` a person there; `iban` is empty in the USA."""

    name: str
    contact: str
    street: str
    city: str
    country: Country
    tax_id: str
    iban: str
    bic: str
    phone: str
    email: str

    @property
    def address(self) -> str:
        """Street and city in one line."""
        return f"{self.street}, {self.city}"


def country(dice: Random, language: str) -> Country:
    """A country where the language is written."""
    return dice.choice(("DE", "DE", "DE", "AT") if language == "de" else ("GB", "GB", "US", "US", "IE"))


def person_name(dice: Random, language: str) -> str:
    return f"{dice.choice(FIRST_NAMES[language])} {dice.choice(LAST_NAMES[language])}"


def person(dice: Random, language: str, land: Country) -> Party:
    """A private person, without tax number or account."""
    name = person_name(dice, language)
    street, city = _address(dice, land)
    return Party(name, name, street, city, land, "", "", "", _phone(dice, land), f"{_ascii(name)}@example.org")


def firm(dice: Random, language: str, land: Country, *, shop: bool = False) -> Party:
    """A firm (one that has a till, if `shop`) with a tax number and, outside the USA, an account."""
    trade = dice.choice((SHOPS if shop else TRADES)[language])
    last, parent = dice.choice(LAST_NAMES[language]), dice.choice(LEGAL_FORMS[land])
    shape = dice.randrange(4)
    joint = "&" if language == "en" else "und"
    name = (
        f"{last} {trade} {parent}",
        f"{last} {joint} {dice.choice(LAST_NAMES[language])} {parent}",
        f"{trade} {last} {parent}",
        f"{dice.choice(FIRST_NAMES[language])} {last} {trade}",
    )[shape]
    street, city = _address(dice, land)
    domain = f"{_ascii(last)}-{_ascii(trade)}.example"
    return Party(
        name=name,
        contact=person_name(dice, language),
        street=street,
        city=city,
        country=land,
        tax_id=tax_id(dice, land),
        iban=iban(dice, land),
        bic=bic(dice, land),
        phone=_phone(dice, land),
        email=f"office@{domain}" if language == "en" else f"info@{domain}",
    )


def _address(dice: Random, land: Country) -> tuple[str, str]:
    number, street = dice.randint(1, 240), dice.choice(STREETS[land])
    return (f"{street} {number}" if land in ("DE", "AT") else f"{number} {street}"), dice.choice(CITIES[land])


def _phone(dice: Random, land: Country) -> str:
    lead = {
        "DE": f"+49 {dice.randint(30, 99)}",
        "AT": "+43 1",
        "GB": "+44 113",
        "IE": "+353 21",
        "US": f"({dice.randint(201, 989)})",
    }
    return f"{lead[land]} {digits(dice, 3)} {digits(dice, 4)}"


def _ascii(name: str) -> str:
    plain = name.lower().translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}))
    return "".join(c if c.isalnum() else "-" for c in plain)
