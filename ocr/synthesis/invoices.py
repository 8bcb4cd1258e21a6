"""Invoices: what one says. How it looks is in `invoice_layouts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from ocr.synthesis.money import Bill, bill, day, printed, printed_day, with_currency
from ocr.synthesis.paper import Language, Meaning
from ocr.synthesis.parties import Party, country, firm, person

_LABELS = {
    "en": {
        "title": ["INVOICE", "Invoice", "Tax Invoice"],
        "number": ["Invoice No.", "Invoice number", "Invoice #"],
        "issued": ["Invoice date", "Date", "Date of issue"],
        "due": ["Due date", "Payment due", "Pay by"],
        "customer": ["Customer No.", "Account No."],
        "buyer": ["Bill to", "Invoice to", "Sold to"],
        "position": ["#", "Pos."],
        "description": ["Description", "Item", "Service"],
        "quantity": ["Qty", "Quantity", "Units"],
        "unit_price": ["Unit price", "Price", "Rate"],
        "amount": ["Amount", "Total", "Line total"],
        "net": ["Subtotal", "Net total", "Total net"],
        "gross": ["Total", "Total due", "Amount due"],
        "thanks": ["Thank you for your business.", "Goods remain our property until paid in full."],
        "pay": ["Please pay to the account below.", "Please quote the invoice number with your payment."],
        "carried": ["Continued on next page"],
        "page": ["Page"],
        "bank": ["Bank details"],
        "untaxed": ["Exempt from tax."],
    },
    "de": {
        "title": ["RECHNUNG", "Rechnung"],
        "number": ["Rechnungsnummer", "Rechnung Nr.", "Rechnungs-Nr."],
        "issued": ["Rechnungsdatum", "Datum"],
        "due": ["Fällig am", "Zahlbar bis", "Fälligkeitsdatum"],
        "customer": ["Kundennummer", "Kunden-Nr."],
        "buyer": ["Rechnung an", "Rechnungsempfänger", "Kunde"],
        "position": ["Pos.", "Nr."],
        "description": ["Bezeichnung", "Beschreibung", "Leistung"],
        "quantity": ["Menge", "Anzahl"],
        "unit_price": ["Einzelpreis", "Preis"],
        "amount": ["Gesamtpreis", "Betrag", "Gesamt"],
        "net": ["Nettobetrag", "Zwischensumme netto", "Summe netto"],
        "gross": ["Gesamtbetrag", "Rechnungsbetrag", "Bruttobetrag"],
        "thanks": ["Vielen Dank für Ihren Auftrag.", "Die Ware bleibt bis zur Bezahlung unser Eigentum."],
        "pay": ["Bitte überweisen Sie auf das unten genannte Konto.", "Bitte geben Sie die Rechnungsnummer an."],
        "carried": ["Fortsetzung auf der nächsten Seite"],
        "page": ["Seite"],
        "bank": ["Bankverbindung"],
        "untaxed": ["Steuerfrei nach § 19 UStG."],
    },
}
_TAX_LABELS = {"DE": "MwSt.", "AT": "USt.", "GB": "VAT", "IE": "VAT", "US": "Sales tax"}
_TAX_ID_LABELS = {
    "DE": ["USt-IdNr.", "USt-ID"],
    "AT": ["UID-Nr.", "UID"],
    "GB": ["VAT No.", "VAT Reg. No."],
    "IE": ["VAT No."],
    "US": ["EIN", "Tax ID"],
}


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice; `labels` are the words this firm uses, `due` is None where no day is named."""

    language: Language
    number: str
    customer: str
    issued: date
    due: date | None
    seller: Party
    buyer: Party
    bill: Bill
    labels: dict[str, str]
    date_style: int
    money_style: int

    def shown(self, when: date) -> str:
        return printed_day(when, self.language, self.seller.country, self.date_style)

    def details(self) -> list[tuple[str, str]]:
        """Labels and values of the invoice's head, as printed."""
        rows = [
            (self.labels["number"], self.number),
            (self.labels["customer"], self.customer),
            (self.labels["issued"], self.shown(self.issued)),
        ]
        if self.due is not None:
            rows.append((self.labels["due"], self.shown(self.due)))
        return rows

    def sums(self) -> list[tuple[str, str]]:
        """Labels and amounts under the items, as printed; the last is what is to be paid."""
        tax = f"{self.labels['tax']} {str(self.bill.rate).replace('.', ',' if self.language == 'de' else '.')} %"
        gross = with_currency(printed(self.bill.gross, self.language), self.bill.currency, self.money_style)
        return [
            (self.labels["net"], printed(self.bill.net, self.language)),
            (tax, printed(self.bill.tax, self.language)),
            (self.labels["gross"], gross),
        ]

    def meaning(self) -> Meaning:
        fields = {
            "invoice_number": self.number,
            "issue_date": self.issued.isoformat(),
            "due_date": self.due.isoformat() if self.due else "",
            "seller": self.seller.name,
            "buyer": self.buyer.name,
            "seller_tax_id": self.seller.tax_id,
            "iban": self.seller.iban,
            "currency": self.bill.currency,
            "net_total": str(self.bill.net),
            "tax_total": str(self.bill.tax),
            "gross_total": str(self.bill.gross),
        }
        return Meaning(fields, [item.values() for item in self.bill.items])


def invoice(dice: Random, language: Language, items: int | None = None) -> Invoice:
    """An invoice of `items` lines (1 to 9 where not given)."""
    land = country(dice, language)
    labels = {name: dice.choice(words) for name, words in _LABELS[language].items()}
    labels["tax"] = _TAX_LABELS[land]
    labels["tax_id"] = dice.choice(_TAX_ID_LABELS[land])
    issued = day(dice)
    due = issued + timedelta(days=dice.choice((7, 10, 14, 30, 45))) if dice.random() < 0.9 else None
    buyer = firm(dice, language, land) if dice.random() < 0.7 else person(dice, language, land)
    return Invoice(
        language=language,
        number=_number(dice, issued),
        customer=str(dice.randint(10_000, 99_999)),
        issued=issued,
        due=due,
        seller=firm(dice, language, land),
        buyer=buyer,
        bill=bill(dice, language, land, items or dice.randint(1, 9)),
        labels=labels,
        date_style=dice.choice((0, 0, 1, 1, 2)),
        money_style=dice.choice((0, 2)) if language == "de" else dice.choice((0, 1, 1)),
    )


def _number(dice: Random, issued: date) -> str:
    serial = dice.randint(1, 9999)
    return (
        f"{issued.year}-{serial:04d}",
        f"RE{issued:%y%m}{serial:04d}",
        f"INV-{dice.randint(100_000, 999_999)}",
        f"{dice.choice('ABKMRS')}{dice.randint(10_000, 99_999)}/{issued:%y}",
        str(dice.randint(20_000_000, 89_999_999)),
    )[dice.randrange(5)]
