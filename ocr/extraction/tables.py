"""Line items: the rows of a table of goods, from recognised table cells or from the words' places."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr.documents import Field, TableCell, Word
from ocr.extraction import normalise
from ocr.extraction.candidates import Candidate, as_field, surer
from ocr.extraction.labels import Labels, phrases
from ocr.extraction.rows import Row, Span
from ocr.extraction.rules import CENT_PER_ITEM
from ocr.extraction.transcript import Transcript
from ocr.extraction.values import Value

HEADINGS = Labels(
    {
        "description": phrases(
            (
                1.0,
                "description; item; items; product; article; service; particulars; beschreibung; bezeichnung; "
                "artikelbezeichnung; artikel; produkt; leistung; designation; désignation; libellé; name; "
                "product title; code/desc; item description; position",
            ),
        ),
        "quantity": phrases(
            (1.0, "qty; quantity; amount product; menge; anzahl; stück; quantité; qté; nombre; aantal; units; hours"),
        ),
        "unit_price": phrases(
            (
                1.0,
                "price; unit price; u/price; u.price; u/p; rate; rsp; einzelpreis; einzel; preis; nettopreis; "
                "stückpreis; prix unitaire; p.u.; pu ht; prijs; cost",
            ),
        ),
        "amount": phrases(
            (
                1.0,
                "amount; amt; total; line total; net amount; betrag; gesamtpreis; gesamtbetrag; gesamt; "
                "nettobetrag; nettowert; positionsbetrag; montant; montant ht; prix ht; price w/o; subtotal; "
                "total price; totaal; summe",
            ),
        ),
        "other": phrases(
            (
                1.0,
                "vat; mwst; ust; steuersatz; tax; disc; discount; rabatt; rem; pos; nr; no; code; tva; gst; "
                "uom; unit; einheit; warenwert; basisbetrag; steuerbetrag; taux",
            ),
        ),
    }
)
STOP = re.compile(
    r"^\W*(?:"
    # How many there are, or which of several totals, may stand before: "28 SUBTOTAL", "Item: 2 Total", "Final total".
    r"(?:\d{1,3}\W+)?(?:(?:items?|type|final|bill|take\s?out|dine\s?in|round(?:ed)?)\W+(?:\d{1,3}\W+)?)*"
    r"(?:sub\s?-?\s?)?total|sttl|"
    r"(?:gross|paid|bill) am(?:oun)?t|am(?:oun)?t(?= (?:due|paid|payable|tendered)|\W*(?:rm\W*)?(?:\d|$))|"
    r"round(?=ed|\W*(?:adj|off|$)|\s?[:\t])|\d{1,2}(?:[.,]\d+)?\s?% ?(?:gst|sst|tax|vat|mwst|ust)|"
    r"grand|net\b|nett|summe|zwischensumme|gesamt(?:betrag|summe)?|netto|rechnungsbetrag|"
    r"cash|change|rounding|discount|tax|gst|vat|mwst|ust|umsatzsteuer|(?:tot(?:al)?\.? ?)?q(?:ty|uantity)|"
    r"item count|no\.? of items|belegsummen|taxe|leergutwert|warenwert|visa|master|balance|payment|zu zahlen|"
    r"total[ei]?)\b",
    re.IGNORECASE,
)
_GOODS = {"description", "quantity", "unit_price"}
_LONGEST = 120
_SHORT = 16


@dataclass
class Item:
    """One line of a table of goods: the parts that were found."""

    parts: dict[str, tuple[str, Span]]

    def number(self, name: str) -> float | None:
        return float(self.parts[name][0]) if name in self.parts else None

    def multiplies(self) -> bool:
        """Whether quantity times unit price is the amount, within a cent or half a percent."""
        quantity, price, amount = (self.number(n) for n in ("quantity", "unit_price", "amount"))
        if quantity is None or price is None or amount is None:
            return False
        return abs(quantity * price - amount) <= max(0.011, 0.005 * abs(amount))


def line_items(transcript: Transcript, sums: Sequence[float] = (), tolerance: float = 0.0) -> list[Field]:
    """Fields `description`, `quantity`, `unit_price` and `amount` of each item, `group` numbering the items from 0.

    Amounts that add up to one of `sums`, within `tolerance` and a cent an item, are the surer for it.
    """
    items = _from_cells(transcript) or _from_rows(transcript)
    added = sum(item.number("amount") or 0.0 for item in items)
    slack = tolerance + CENT_PER_ITEM * len(items)
    return item_fields(items, "item_columns", add_up=any(abs(added - known) <= slack for known in sums))


def item_fields(items: Sequence[Item], rule: str, least: float = 0.7, *, add_up: bool = False) -> list[Field]:
    """The items' parts as fields found by `rule`; `least` is how sure an item without a cross-check is.

    What quantity times unit price, or the sum of all amounts, bears out says so after its rule: `+multiplies`,
    `+adds_up`.
    """
    fields = []
    for group, item in enumerate(items):
        multiplies = item.multiplies()
        score = 0.92 if multiplies else max(least, 0.82 if len(item.parts) > 2 else 0.0)
        for name, (value, span) in item.parts.items():
            candidate = Candidate(name, value, span, score, rule)
            if multiplies and name != "description":
                candidate = replace(candidate, rule=f"{rule}+multiplies")
            if add_up and name == "amount":
                candidate = surer(candidate, "adds_up")
            fields.append(as_field(candidate, group=group))
    return fields


def _from_cells(transcript: Transcript) -> list[Item]:
    tables: dict[tuple[int, int], list[TableCell]] = defaultdict(list)
    for cell in transcript.cells:
        tables[cell.page, cell.region].append(cell)
    items: list[Item] = []
    for _, cells in sorted(tables.items()):
        first = min(c.row for c in cells)
        classes = {c.column: name for c in cells if c.row == first and (name := _class_of(c.text))}
        if {"amount", "description"} <= set(classes.values()):
            rows: dict[int, list[TableCell]] = defaultdict(list)
            for cell in cells:
                if cell.row > first and cell.text.strip():
                    rows[cell.row].append(cell)
            for _, row in sorted(rows.items()):
                if STOP.search(" ".join(cell.text for cell in row)):
                    break
                items.append(_cell_item([cell for cell in row if cell.column in classes], classes, transcript))
    # A lone amount under a table of goods is one of its sums.
    return [item for item in items if "amount" in item.parts and len(item.parts) > 1]


def _cell_item(cells: Sequence[TableCell], classes: dict[int, str], transcript: Transcript) -> Item:
    parts = {}
    for cell in cells:
        name = classes[cell.column]
        word = Word(
            cell.page, 0, 0, cell.region, cell.text, 1.0, cell.x0, cell.y0, cell.x1, cell.y1, "cells", "text_layer"
        )
        inside = tuple(w for w in transcript.words if w.page == cell.page and _within(w, cell)) or (word,)
        if name == "description":
            parts[name] = (" ".join(cell.text.split()), Span(cell.text, inside))
        elif name != "other" and (read := normalise.amount(cell.text, transcript.decimal_mark)) is not None:
            parts[name] = (normalise.plain(read), Span(cell.text, inside))
    return Item(parts)


def _from_rows(transcript: Transcript) -> list[Item]:
    rows = transcript.rows
    by_row: dict[int, list[Value]] = defaultdict(list)
    for value in transcript.amounts:
        by_row[value.row].append(value)
    items: list[Item] = []
    page = 0
    for number, row in enumerate(rows):
        columns = _columns(row)
        classes = {name for name, _, _ in columns}
        # One table of goods a page: a long one goes on under the same headings.
        if row.page > page and "amount" in classes and classes & _GOODS and not any(v.decimals for v in by_row[number]):
            below = _items_below(rows, number, columns, by_row)
            if below:
                items += below
                page = row.page
    return items


def _columns(row: Row) -> list[tuple[str, float, float]]:
    """The headings in a row: class, left and right edge."""
    columns, at = [], 0
    while at < len(row.words):
        for count in (3, 2, 1):
            words = row.words[at : at + count]
            name = _class_of(" ".join(w.text for w in words)) if len(words) == count else None
            if name is not None:
                columns.append((name, words[0].x0, words[-1].x1))
                at += count
                break
        else:
            at += 1
    return columns


def _class_of(text: str) -> str | None:
    scores = HEADINGS.match(text)
    name = max(scores, key=lambda n: scores[n], default=None)
    return name if name is not None and scores[name] >= 0.88 else None


def _items_below(
    rows: Sequence[Row], header: int, columns: list[tuple[str, float, float]], by_row: dict[int, list[Value]]
) -> list[Item]:
    items: list[Item] = []
    texts: list[Span] = []
    names_above = False
    for number in range(header + 1, min(header + _LONGEST, len(rows))):
        row = rows[number]
        ends = STOP.search(row.text) and (len(row.text) < _SHORT or any(v.decimals == 2 for v in by_row[number]))
        if ends or (items and row.page != rows[header].page):
            break
        item, text = _item_of(row, columns, by_row[number])
        if "amount" in item.parts:
            # Receipts print the name above the figures as often as beside them.
            names_above = names_above or (not items and text is None and bool(texts))
            if text is None and texts and names_above:
                text = texts[-1]
            texts = []
            if text is not None:
                item.parts["description"] = (text.text, text)
            items.append(item)
        elif text is not None:
            if items and "description" not in items[-1].parts and not names_above:
                items[-1].parts["description"] = (text.text, text)
            texts.append(text)
    return _without_sum(items)


def _without_sum(items: list[Item]) -> list[Item]:
    """The items without a last one that is their sum: a total whose label was not read."""
    amounts = [float(i.parts["amount"][0]) for i in items]
    is_sum = len(items) > 1 and "unit_price" not in items[-1].parts and abs(sum(amounts[:-1]) - amounts[-1]) < 0.005
    return items[:-1] if is_sum else items


def _item_of(row: Row, columns: list[tuple[str, float, float]], values: Sequence[Value]) -> tuple[Item, Span | None]:
    parts: dict[str, tuple[str, Span]] = {}
    for value in values:
        x0, _, x1, _ = value.span.box
        name, left, right = min(columns, key=lambda c: _distance(c[1], c[2], x0, x1))
        near = _distance(left, right, x0, x1) < 3 * row.height
        if name in ("quantity", "unit_price", "amount") and near and (name == "quantity" or value.decimals):
            parts[name] = (value.value, value.span)
    used = {id(w) for _, span in parts.values() for w in span.words}
    left_of = min((span.box[0] for _, span in parts.values()), default=float("inf"))
    amount_at = parts["amount"][1].box[0] if "amount" in parts else left_of
    words = [w for w in row.words if id(w) not in used and w.x0 < (amount_at if "quantity" in parts else left_of)]
    named = [i for i, w in enumerate(words) if re.search(r"[^\W\d_]", w.text)]
    words = words[named[0] : named[-1] + 1] if any(re.search(r"[^\W\d_]{2}", w.text) for w in words) else []
    return Item(parts), Span(" ".join(w.text for w in words), tuple(words)) if words else None


def _distance(left: float, right: float, x0: float, x1: float) -> float:
    """How far a value is from a heading, in pixels; where they overlap, a little by how far their middles are apart."""
    if min(right, x1) > max(left, x0):
        return abs((left + right) - (x0 + x1)) / 100
    return max(left - x1, x0 - right)


def _within(word: Word, cell: TableCell) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return cell.x0 <= x <= cell.x1 and cell.y0 <= y <= cell.y1
