"""Forms that were filled in: printed labels, values in another hand, boxes ticked."""

from __future__ import annotations

from ocr.synthesis.identifiers import grouped, iban
from ocr.synthesis.marks import checkbox, signature
from ocr.synthesis.money import day, printed_day
from ocr.synthesis.paper import Language, Meaning, Paper
from ocr.synthesis.parties import Party, country, firm, person
from ocr.synthesis.sheet import GREY, Color, Sheet

_WORDS = {
    "en": {
        "lead": "Please complete in block letters and return to the office.",
        "declaration": "I declare that the above is true to the best of my knowledge. The office may check it.",
        "signed": "Date and signature",
        "form": "Form",
    },
    "de": {
        "lead": "Bitte in Druckbuchstaben ausfüllen und an die Geschäftsstelle senden.",
        "declaration": "Ich versichere die Richtigkeit der Angaben. Die Stelle darf sie überprüfen.",
        "signed": "Datum und Unterschrift",
        "form": "Formular",
    },
}
_TITLES = {
    "en": [
        "Application for Membership",
        "Request for a Parking Permit",
        "Accident Report",
        "Change of Bank Details",
    ],
    "de": [
        "Antrag auf Mitgliedschaft",
        "Antrag auf Parkausweis",
        "Unfallmeldung",
        "Änderung der Bankverbindung",
    ],
}
_PARTS = {
    "en": ["1 Applicant", "2 Particulars", "3 Declaration"],
    "de": ["1 Antragsteller", "2 Angaben", "3 Erklärung"],
}
_LABELS = {
    "en": ["Name", "Street", "Town", "Telephone", "E-mail", "Date of birth", "Reference", "IBAN", "Employer"],
    "de": ["Name", "Straße", "Ort", "Telefon", "E-Mail", "Geburtsdatum", "Aktenzeichen", "IBAN", "Arbeitgeber"],
}
_BOXES = {
    "en": ["New application", "Renewal", "Reduced fee", "Copies enclosed"],
    "de": ["Neuantrag", "Verlängerung", "Ermäßigung", "Kopien liegen bei"],
}
_INK: Color = (0.05, 0.12, 0.42)
_LEFT = 60.0


def draw_form(paper: Paper, language: Language) -> Meaning:
    """A form on one sheet; it has no named fields, only labels and values."""
    dice, words = paper.dice, _WORDS[language]
    land = country(dice, language)
    applicant, office = person(dice, language, land), firm(dice, language, land)
    sheet = paper.sheet()
    right = sheet.width - _LEFT
    with sheet.region("header"):
        number = f"{words['form']} {dice.choice('ABDKM')}-{dice.randint(10, 999)}"
        sheet.row(48, [(_LEFT, office.name, "left"), (right, number, "right")], 8.5, color=GREY)
    with sheet.region("title"):
        sheet.write(_LEFT, 84, dice.choice(_TITLES[language]), 18, bold=True)
    with sheet.region("text"):
        sheet.write(_LEFT, 102, words["lead"], 9.5, italic=True)
    values = _values(paper, language, applicant, office)
    y = _part(sheet, _PARTS[language][0], values[:5], 132)
    y = _part(sheet, _PARTS[language][1], values[5:], y + 14)
    y = _boxes(paper, sheet, _BOXES[language], y)
    with sheet.region("heading"):
        sheet.write(_LEFT, y + 14, _PARTS[language][2], 12, bold=True)
    with sheet.region("text"):
        y = sheet.paragraph(_LEFT, y + 34, right - _LEFT, words["declaration"], 9.5)
    signed = printed_day(day(dice), language, land, 0)
    with sheet.region("text"):
        sheet.write(_LEFT + 4, y + 42, signed, 11, italic=True, color=_INK, face="serif")
        signature(sheet, dice, _LEFT + 110, y + 44)
        sheet.rule(_LEFT, y + 48, _LEFT + 260, width=0.6)
        sheet.write(_LEFT, y + 59, words["signed"], 8, color=GREY)
    return Meaning({})


def _values(paper: Paper, language: Language, applicant: Party, office: Party) -> list[tuple[str, str]]:
    dice, labels = paper.dice, _LABELS[language]
    born = day(dice)
    values = [
        applicant.name,
        applicant.street,
        applicant.city,
        applicant.phone,
        applicant.email,
        printed_day(born.replace(year=born.year - 40, day=min(born.day, 28)), language, applicant.country, 0),
        f"{dice.choice('ABCXZ')}{dice.randint(100, 999)}-{dice.randint(10, 99)}",
        grouped(iban(dice, applicant.country)),
        office.name if dice.random() < 0.6 else "",
    ]
    return list(zip(labels, values, strict=True))


def _part(sheet: Sheet, heading: str, values: list[tuple[str, str]], y: float) -> float:
    with sheet.region("heading"):
        sheet.write(_LEFT, y, heading, 12, bold=True)
    y += 26
    with sheet.region("text"):
        for label, value in values:
            _entry(sheet, label, value, y)
            y += 25
    return y


def _entry(sheet: Sheet, label: str, value: str, y: float) -> None:
    """A label, a line to write on, and on it what was written, if anything."""
    sheet.rule(_LEFT + 130, y + 3, sheet.width - _LEFT, width=0.5)
    sheet.write(_LEFT, y, label, 9.5)
    if value:
        sheet.write(_LEFT + 136, y, value, 12, italic=True, color=_INK, face="serif")


def _boxes(paper: Paper, sheet: Sheet, labels: list[str], y: float) -> float:
    with sheet.region("list"):
        for number, label in enumerate(labels):
            top = y + 20 * number
            checkbox(sheet, _LEFT, top, crossed=paper.dice.random() < 0.5)
            sheet.write(_LEFT + 16, top, label, 9.5)
    return y + 20 * len(labels)
