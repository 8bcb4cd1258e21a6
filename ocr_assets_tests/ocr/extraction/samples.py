"""Documents for the tests: text set on a page at fixed pitch, as words with boxes."""

from __future__ import annotations

from ocr.documents import Line, Page, Record, Word
from ocr.extraction import extract
from ocr.settings import RecordsSettings

PITCH, LEADING, HEIGHT = 10, 30, 20

RECEIPT = """
          BLUE HARBOUR TRADING SDN BHD
                 (123456-X)
          NO. 12, JALAN MAWAR 3/4,
          TAMAN MELATI,
          53100 KUALA LUMPUR
          TEL: 03-4142 1234
          TAX INVOICE
DATE: 14/03/2019        TIME: 18:22
CASHIER: AMINAH
ITEM              QTY     PRICE    AMOUNT
PENCIL BOX          2      4.50      9.00
GLUE STICK 20G      1      2.35      2.35
SUB TOTAL                           11.35
ROUNDING                             0.00
TOTAL (RM)                          11.35
CASH                                20.00
CHANGE                               8.65
THANK YOU PLEASE COME AGAIN
"""

INVOICE_DE = """
Nordlicht Möbel GmbH | Hafenstraße 5 | 24103 Kiel

Frau
Erika Beispiel
Lindenweg 7
22085 Hamburg
                                        Rechnungsdatum:   05.02.2024
                                        Kundennummer:     4711
Rechnung Nr. 2024-0815

Pos   Bezeichnung              Menge    Einzelpreis      Gesamt
1     Stuhl Eiche              4        120,00 €         480,00 €
2     Tisch 180 cm             1        1.020,00 €       1.020,00 €

Summe netto                                              1.500,00 €
Umsatzsteuer 19%                                         285,00 €
Rechnungsbetrag                                          1.785,00 €

Zahlbar bis 06.03.2024 ohne Abzug.
USt-IdNr.: DE136695976
IBAN: DE89 3704 0044 0532 0130 00    BIC: COBADEFFXXX
"""

INVOICE_EN = """
Acme Tools Inc.
500 Market Street
Springfield IL 62701
Invoice Number:   A-10042                 Bill To:
Invoice Date:     03/20/2023              Jane Doe
Due Date:         04/04/2023              12 Elm Street

Description            Quantity     Unit Price     Amount
Hammer                 3            15.00          45.00
Saw                    1            27.50          27.50

Subtotal                                           $72.50
Tax 8%                                             $5.80
Total                                              $78.30
Payment terms: 15 days
"""

LETTER = """
Stadtwerke Musterstadt AG
Werkstraße 1, 12345 Musterstadt

Herrn
Max Mustermann
Gartenweg 9
12345 Musterstadt

                                                     12. Januar 2024
Betreff: Ablesung Ihres Zählers

Sehr geehrter Herr Mustermann,
wir bitten Sie, den Stand Ihres Zählers bis zum 31.01.2024 mitzuteilen.
Mit freundlichen Grüßen
Sabine Beispiel
"""

CONTRACT = """
                     NON-DISCLOSURE AGREEMENT
This Agreement is made and entered into as of May 5, 2016 by and between
Alpha Widgets, Inc., a Delaware corporation, and Beta Gears LLC
(hereinafter the "Recipient"). WHEREAS the parties wish to share
Confidential Information, each party hereby agrees as follows.
This Agreement shall be governed by and construed in accordance with the
laws of the State of New York, without regard to conflicts of law.
IN WITNESS WHEREOF the parties have signed.
"""

FORM = """
APPLICATION FORM                Please complete in print
First name: Ada                 Last name: Lovelace
Date of birth: 10.12.1815       Nationality: British
Street: St James's Square       City: London
Member no: 77                   Signature: ________
"""


def set_text(text: str, page: int = 1, confidence: float = 1.0) -> tuple[Page, list[Line], list[Word]]:
    """A page of text in a fixed pitch, a line a row; blanks in the text are blanks on the page."""
    lines: list[Line] = []
    words: list[Word] = []
    rows = text.strip("\n").split("\n")
    for number, row in enumerate(rows):
        if not row.strip():
            continue
        y0, at = LEADING * (number + 1), 0
        for place, token in enumerate(row.split()):
            at = row.index(token, at)
            x0, x1 = PITCH * (at + 2), PITCH * (at + 2 + len(token))
            words.append(Word(page, number, place, None, token, confidence, x0, y0, x1, y0 + HEIGHT, "test", "ocr"))
            at += len(token)
        start = len(row) - len(row.lstrip())
        box = (PITCH * (start + 2), y0, PITCH * (len(row) + 2), y0 + HEIGHT)
        lines.append(Line(page, number, None, row.strip(), confidence, *box, "test", "ocr"))
    width = PITCH * (max((len(r) for r in rows), default=0) + 4)
    return Page(page, width, LEADING * (len(rows) + 2), 200, width, LEADING * (len(rows) + 2)), lines, words


def record_of(text: str, confidence: float = 1.0, settings: RecordsSettings | None = None) -> Record:
    page, lines, words = set_text(text, confidence=confidence)
    return extract([page], [], [], lines, words, settings or RecordsSettings())


def values_of(record: Record) -> dict[str, str]:
    """The values of the fields outside line items; of repeated fields the first."""
    return {f.name: f.value for f in reversed(record.fields) if f.group is None}


def items_of(record: Record) -> list[dict[str, str]]:
    groups = sorted({f.group for f in record.fields if f.group is not None})
    return [{f.name: f.value for f in record.fields if f.group == g} for g in groups]
