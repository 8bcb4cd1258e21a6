"""Business letters, English and German."""

from __future__ import annotations

from ocr.synthesis.marks import ACCENTS, logo, signature
from ocr.synthesis.money import day, printed_day
from ocr.synthesis.paper import Language, Meaning, Paper
from ocr.synthesis.parties import Party, country, firm, person
from ocr.synthesis.prose import mail
from ocr.synthesis.sheet import GREY, LETTER, Sheet

_SUBJECTS = {
    "en": [
        "Your enquiry of {shown}",
        "Delivery of order {number}",
        "Renewal of maintenance contract {number}",
        "Change of address",
        "Complaint about delivery note {number}",
        "Invitation to the annual trade fair",
        "Termination of lease {number}",
    ],
    "de": [
        "Ihre Anfrage vom {shown}",
        "Lieferung zu Auftrag {number}",
        "Verlängerung des Wartungsvertrags {number}",
        "Änderung unserer Anschrift",
        "Reklamation zu Lieferschein {number}",
        "Einladung zur Hausmesse",
        "Kündigung des Mietvertrags {number}",
    ],
}
_CLOSING = {
    "en": ["Yours sincerely,", "Kind regards,", "With best wishes,"],
    "de": ["Mit freundlichen Grüßen", "Mit besten Grüßen", "Freundliche Grüße"],
}
_BODY = 10.5


def draw_letter(paper: Paper, language: Language) -> Meaning:
    """A letter on one sheet, from a firm to a firm or a person."""
    dice = paper.dice
    land = country(dice, language)
    if land == "US":
        paper.size = LETTER
    paper.face = dice.choice(("sans", "serif"))
    sender = firm(dice, language, land)
    recipient = firm(dice, language, land) if dice.random() < 0.6 else person(dice, language, land)
    when = day(dice)
    style = dice.choice((0, 1, 1)) if language == "de" else 1
    shown = printed_day(when, language, land, style)
    subject = dice.choice(_SUBJECTS[language]).format(shown=shown, number=dice.randint(1000, 99_999))
    sheet = paper.sheet()
    _letterhead(paper, sheet, sender)
    y = _addresses(sheet, sender, recipient, _dateline(sender, shown, language))
    with sheet.region("heading"):
        sheet.write(62, y, f"Re: {subject}" if language == "en" and dice.random() < 0.5 else subject, 11, bold=True)
    y = _message(paper, sheet, recipient, language, y + 30)
    with sheet.region("text"):
        sheet.write(62, y, dice.choice(_CLOSING[language]), _BODY)
        signature(sheet, dice, 64, y + 40)
        sheet.write(62, y + 60, sender.contact, _BODY)
    _footer(sheet, sender)
    fields = {"sender": sender.name, "recipient": recipient.name, "date": when.isoformat(), "subject": subject}
    return Meaning(fields)


def _letterhead(paper: Paper, sheet: Sheet, sender: Party) -> None:
    accent = paper.dice.choice(ACCENTS)
    with sheet.region("header"):
        if paper.dice.random() < 0.5:
            logo(sheet, paper.dice, 62, 40, accent)
            sheet.write(114, 66, sender.name, 16, bold=True, color=accent)
        else:
            sheet.write(sheet.width - 62, 64, sender.name, 16, bold=True, align="right", color=accent)
    sheet.rule(62, 90, sheet.width - 62, color=accent)


def _dateline(sender: Party, shown: str, language: Language) -> str:
    return f"{sender.city.split(' ', 1)[1]}, {shown}" if language == "de" else shown


def _addresses(sheet: Sheet, sender: Party, recipient: Party, dateline: str) -> float:
    with sheet.region("text"):
        sheet.write(62, 122, f"{sender.name} · {sender.address}", 7, color=GREY)
        names = [recipient.name] if recipient.contact == recipient.name else [recipient.name, recipient.contact]
        y = 142.0
        for line in (*names, recipient.street, recipient.city):
            sheet.write(62, y, line, _BODY)
            y += 14
    with sheet.region("text"):
        sheet.write(sheet.width - 62, y + 22, dateline, _BODY, align="right")
    return y + 58


def _message(paper: Paper, sheet: Sheet, recipient: Party, language: Language, y: float) -> float:
    greeting = f"Dear {recipient.contact}," if language == "en" else f"Guten Tag {recipient.contact},"
    with sheet.region("text"):
        sheet.write(62, y, greeting, _BODY)
    y += 24
    for paragraph in mail(paper.dice, language, paper.dice.choice((4, 5, 6, 8))):
        with sheet.region("text"):
            y = sheet.paragraph(62, y, sheet.width - 124, paragraph, _BODY) + 8
    return y + 8


def _footer(sheet: Sheet, sender: Party) -> None:
    y = sheet.height - 48
    sheet.rule(62, y - 13, sheet.width - 62, color=GREY)
    with sheet.region("footer"):
        sheet.write(
            sheet.width / 2, y, f"{sender.address} · {sender.phone} · {sender.email}", 8, align="center", color=GREY
        )
