"""Three ways an invoice looks: a letterhead with a footer, a plain grid, a centred serif form."""

from __future__ import annotations

from collections.abc import Callable

from ocr.synthesis.identifiers import grouped
from ocr.synthesis.invoices import Invoice, invoice
from ocr.synthesis.marks import ACCENTS, logo
from ocr.synthesis.money import LineItem, printed, printed_quantity
from ocr.synthesis.paper import Language, Meaning, Paper
from ocr.synthesis.parties import COUNTRY_NAMES
from ocr.synthesis.sheet import GREY, LETTER, Align, Color, Sheet

Column = tuple[float, str, Align]


def draw_invoice(paper: Paper, language: Language, items: int | None = None) -> Meaning:
    """An invoice on as many sheets as its items need."""
    data = invoice(paper.dice, language, items)
    if data.seller.country == "US":
        paper.size = LETTER
    layout: Callable[[Paper, Invoice], None] = paper.dice.choice((_letterhead, _grid, _centred))
    layout(paper, data)
    return data.meaning()


def _letterhead(paper: Paper, data: Invoice) -> None:
    dice, sheet = paper.dice, paper.sheet()
    accent = dice.choice(ACCENTS)
    right, seller = sheet.width - 56, data.seller
    with sheet.region("header"):
        logo(sheet, dice, 56, 40, accent)
        sheet.write(right, 58, seller.name, 15, bold=True, align="right", color=accent)
        sheet.write(right, 73, f"{seller.street} · {seller.city}", 8.5, align="right", color=GREY)
    sheet.rule(56, 92, right, width=1.2, color=accent)
    with sheet.region("text"):
        sheet.write(56, 132, data.buyer.name, 10.5)
        sheet.write(56, 146, data.buyer.street, 10.5)
        sheet.write(56, 160, data.buyer.city, 10.5)
    with sheet.region("text"):
        for number, (label, value) in enumerate(data.details()):
            sheet.row(132 + 14 * number, [(right - 190, label, "left"), (right, value, "right")], 9.5)
    with sheet.region("title"):
        sheet.write(56, 226, f"{data.labels['title']} {data.number}", 16, bold=True)
    sheet, y = _items(paper, sheet, data, 252, fill=accent)
    y = _sums(sheet, data, y)
    _closing(sheet, data, 56, y + 26)
    for each in paper.sheets:
        _footer(paper, each, data)


def _grid(paper: Paper, data: Invoice) -> None:
    sheet, seller = paper.sheet(), data.seller
    with sheet.region("title"):
        sheet.write(56, 70, data.labels["title"], 24, bold=True)
    with sheet.region("text"):
        sheet.write(56, 96, seller.name, 11, bold=True)
        sheet.write(56, 110, seller.street, 9.5)
        sheet.write(56, 122, seller.city, 9.5)
        sheet.write(56, 134, f"{data.labels['tax_id']} {seller.tax_id}", 9.5)
    with sheet.region("text"):
        for number, (label, value) in enumerate(data.details()):
            sheet.row(162 + 14 * number, [(56, f"{label}:", "left"), (180, value, "left")], 9.5)
    with sheet.region("text"):
        sheet.write(56, 236, data.labels["buyer"], 9, bold=True, color=GREY)
        sheet.write(56, 250, data.buyer.name, 10)
        sheet.write(56, 263, data.buyer.address, 10)
    sheet, y = _items(paper, sheet, data, 290, boxed=True)
    y = _sums(sheet, data, y)
    y = _closing(sheet, data, 56, y + 28)
    if seller.iban:
        with sheet.region("text"):
            sheet.write(56, y + 10, data.labels["bank"], 9.5, bold=True)
            sheet.write(56, y + 23, f"IBAN: {grouped(seller.iban)}", 9.5)
            sheet.write(56, y + 36, f"BIC: {seller.bic}", 9.5)


def _centred(paper: Paper, data: Invoice) -> None:
    paper.face = "serif"
    sheet, seller = paper.sheet(), data.seller
    middle, right = sheet.width / 2, sheet.width - 56
    with sheet.region("header"):
        sheet.write(middle, 62, seller.name, 19, bold=True, align="center")
        sheet.write(middle, 78, f"{seller.address}, {COUNTRY_NAMES[seller.country]}", 9.5, align="center")
        sheet.write(middle, 91, f"{seller.phone} · {seller.email}", 9.5, align="center")
    sheet.rule(56, 100, right, width=1.4)
    sheet.rule(56, 103, right, width=0.5)
    with sheet.region("title"):
        sheet.write(middle, 136, data.labels["title"], 17, align="center")
    sheet.frame((56, 152, middle - 8, 230))
    sheet.frame((middle + 8, 152, right, 230))
    with sheet.region("text"):
        sheet.write(64, 167, f"{data.labels['buyer']}:", 9.5, italic=True)
        sheet.write(64, 184, data.buyer.name, 11)
        sheet.write(64, 198, data.buyer.street, 11)
        sheet.write(64, 212, data.buyer.city, 11)
    with sheet.region("text"):
        for number, (label, value) in enumerate(data.details()):
            sheet.row(170 + 15 * number, [(middle + 16, label, "left"), (right - 8, value, "right")], 10)
    sheet, y = _items(paper, sheet, data, 258)
    y = _sums(sheet, data, y)
    _closing(sheet, data, 56, y + 30)
    last = paper.sheets[-1]
    with last.region("footer"):
        tax = f"{data.labels['tax_id']}: {seller.tax_id}"
        account = f" · IBAN {grouped(seller.iban)} · BIC {seller.bic}" if seller.iban else ""
        last.write(middle, last.height - 42, tax + account, 8.5, align="center")


def _items(
    paper: Paper, sheet: Sheet, data: Invoice, y: float, *, fill: Color | None = None, boxed: bool = False
) -> tuple[Sheet, float]:
    """The table of items, carried over to new sheets where it is long; returns the sheet and the y it ends on."""
    left, right = 56, sheet.width - 56
    positions = paper.dice.random() < 0.6
    room = sheet.height - 225
    rows = list(enumerate(data.bill.items, start=1))
    while rows:
        fitting = max(1, int((room - y) // 18))
        here, rows = rows[:fitting], rows[fitting:]
        with sheet.region("table"):
            y = _table(sheet, data, y, here, left, right, positions=positions, fill=fill, boxed=boxed)
        if rows:
            sheet.write(right, y + 16, data.labels["carried"], 8.5, italic=True, align="right")
            sheet, y = paper.sheet(), 80
    return sheet, y


def _table(
    sheet: Sheet,
    data: Invoice,
    y: float,
    items: list[tuple[int, LineItem]],
    left: float,
    right: float,
    *,
    positions: bool,
    fill: Color | None,
    boxed: bool,
) -> float:
    labels, language = data.labels, data.language
    stops = (left + 6, left + (34 if positions else 6), right - 168, right - 82, right - 6)
    aligns: tuple[Align, ...] = ("left", "left", "right", "right", "right")

    def cells(texts: list[str]) -> list[Column]:
        shown = zip(stops, texts, aligns, strict=True)
        return [cell for number, cell in enumerate(shown) if positions or number]

    top = y
    if fill is not None:
        sheet.frame((left, y, right, y + 19), fill=fill, color=None)
    head = [labels[name] for name in ("position", "description", "quantity", "unit_price", "amount")]
    sheet.row(y + 13, cells(head), 9, bold=True, color=(1, 1, 1) if fill is not None else (0, 0, 0))
    y += 19
    sheet.rule(left, y, right)
    for number, item in items:
        texts = [
            str(number),
            item.description,
            printed_quantity(item.quantity, language),
            printed(item.unit_price, language),
            printed(item.amount, language),
        ]
        sheet.row(y + 12.5, cells(texts), 9.5)
        y += 18
        if boxed or number == items[-1][0]:
            sheet.rule(left, y, right)
    if boxed:
        sheet.rule(left, top, right)
        for x in (left, right - 214, right - 154, right - 76, right):
            sheet.bar(x, top, y)
    return y


def _sums(sheet: Sheet, data: Invoice, y: float) -> float:
    right = sheet.width - 62
    *parts, (label, gross) = data.sums()
    with sheet.region("table"):
        for name, amount in parts:
            y += 17
            sheet.row(y, [(right - 190, name, "left"), (right, amount, "right")], 9.5)
        sheet.rule(right - 190, y + 6, right, width=0.9)
        y += 20
        sheet.row(y, [(right - 190, label, "left"), (right, gross, "right")], 11, bold=True)
    sheet.rule(right - 190, y + 5, right, width=1.4)
    return y


def _closing(sheet: Sheet, data: Invoice, x: float, y: float) -> float:
    with sheet.region("text"):
        if not data.bill.rate:
            sheet.write(x, y, data.labels["untaxed"], 9.5)
            y += 13
        if data.seller.iban:
            sheet.write(x, y, data.labels["pay"], 9.5)
            y += 13
        sheet.write(x, y, data.labels["thanks"], 9.5)
    return y + 13


def _footer(paper: Paper, sheet: Sheet, data: Invoice) -> None:
    seller, y = data.seller, sheet.height - 62
    sheet.rule(56, y - 12, sheet.width - 56, color=GREY)
    blocks = [
        [seller.name, seller.street, seller.city],
        [seller.phone, seller.email, f"{data.labels['tax_id']}: {seller.tax_id}"],
    ]
    if seller.iban:
        blocks.append([data.labels["bank"], f"IBAN {grouped(seller.iban)}", f"BIC {seller.bic}"])
    with sheet.region("footer"):
        for x, block in zip((56, 222, 386), blocks, strict=False):
            for number, line in enumerate(block):
                sheet.write(x, y + 10 * number, line, 7.5, color=GREY)
        if len(paper.sheets) > 1:
            number = paper.sheets.index(sheet) + 1
            text = f"{data.labels['page']} {number} / {len(paper.sheets)}"
            sheet.write(sheet.width - 56, y + 34, text, 7.5, align="right", color=GREY)
