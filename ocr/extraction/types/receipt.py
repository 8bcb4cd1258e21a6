"""Receipts: who sold, when, where and for how much. English (with Malaysian habits), German and some French."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import replace
from statistics import median

from ocr.documents import Field
from ocr.extraction import candidates, money, parties, rules
from ocr.extraction.candidates import Candidate
from ocr.extraction.doctype import DocumentType, FieldRule, labels_of
from ocr.extraction.labels import phrases
from ocr.extraction.tables import item_fields, line_items
from ocr.extraction.till import till_items
from ocr.extraction.totals import choose_total
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings

FIELDS = (
    FieldRule("company", "text", required=True),
    FieldRule("address", "text"),
    FieldRule(
        "date",
        "date",
        required=True,
        phrases=phrases(
            (
                1.0,
                "date; datum; invoice date; receipt date; bill date; rechnungsdatum; date time; doc date; "
                "tarikh; belegdatum",
            ),
            (0.9, "dated; transaction date"),
            (0.8, "order date"),
            (0.7, "print date"),
            (0.6, "time"),
        ),
    ),
    FieldRule(
        "other_date",
        "date",
        kept=False,
        phrases=phrases(
            (
                1.0,
                "delivery date; expiry date; card expiry; expiry; valid until; due date; member since; "
                "lieferdatum; exp",
            ),
            (0.6, "printed on"),
        ),
    ),
    FieldRule(
        "total",
        "amount",
        required=True,
        phrases=phrases(
            (1.0, "rounded total; total rounded; total after rounding"),
            (0.98, "grand total; summe eur; zu zahlen; total a payer; net a payer"),
            (
                0.97,
                "nett total; net total; total due; total payable; total to pay; total amt payable; round "
                "total; gesamtbetrag; summe; zahlbetrag; endbetrag; endsumme; gesamtsumme; total ttc",
            ),
            (
                0.95,
                "total; total amount; amount due; total inclusive gst; total incl gst; total after adj incl "
                "gst; amount payable; bill total; jumlah besar; gesamt",
            ),
            (0.93, "total with gst; total amt; total amount incl gst; total amount with gst"),
            (0.92, "total amt incl gst"),
            (
                0.9,
                "total sales inclusive gst; total sales incl gst; jumlah; total gst included; due; total "
                "payment; a payer",
            ),
            (0.85, "nett amount; total sales; balance due; total price; pay"),
            (0.8, "net amount; net amt"),
            (0.7, "betrag"),
            (0.6, "montant"),
            (0.5, "amount"),
        ),
        patterns={r"\btotal\b.*\b(?:incl\w*|inkl\w*)\b": 0.92},
    ),
    FieldRule(
        "subtotal",
        "amount",
        phrases=phrases(
            (
                1.0,
                "sub total; subtotal; total excl gst; total excluding gst; zwischensumme; sous total; total "
                "sales excluding gst; total before tax; total ht; total exclude gst; total amount excl gst",
            ),
            (0.9, "netto; taxable amount; excl tax"),
        ),
        patterns={r"\b(?:sub|total|amount)\b.*\b(?:excl\w*|before|without)\b|\bexcl\w*\b.*\b(?:total|gst)\b": 0.97},
    ),
    FieldRule(
        "tax",
        "amount",
        phrases=phrases(
            (
                1.0,
                "total gst; total tax; gst amount; mehrwertsteuer; umsatzsteuer; sales tax; tax total; add "
                "gst; gst payable; gst total; gst included in total; total includes gst; total included gst",
            ),
            (0.97, "mwst"),
            (0.95, "tax; vat; ust; tva; service tax"),
            (0.9, "gst; sst; gst tax; steuer"),
        ),
        patterns={r"^(?:inc\w*|incl\w*|add|plus) (?:gst|tax|vat|mwst|ust)\b": 0.95},
    ),
    FieldRule(
        "rounding",
        "amount",
        phrases=phrases(
            (
                1.0,
                "rounding; rounding adjustment; rounding adj; round adj; rounding amount; rundung; arrondi; "
                "round off; rnd adj; rounding difference",
            ),
        ),
    ),
    FieldRule(
        "cash",
        "amount",
        phrases=phrases(
            (
                1.0,
                "cash; cash received; tendered; amount tendered; paid amount; bar; gegeben; bargeld; cash "
                "tendered; tunai; especes; customer payment",
            ),
            (0.95, "visa; mastercard; credit card; received; ec karte; visa card; debit card"),
            (0.9, "paid; master; payment; credit; card"),
        ),
    ),
    FieldRule(
        "change",
        "amount",
        phrases=phrases(
            (
                1.0,
                "change; change due; change amt; change amount; ruckgeld; zuruck; rendu; baki; cash change; "
                "wechselgeld",
            ),
            (0.9, "balance"),
        ),
    ),
    FieldRule(
        "discount",
        "amount",
        kept=False,
        phrases=phrases(
            (
                1.0,
                "discount; disc; total discount; rabatt; saving; total saving; total savings; you saved; "
                "remise; total item discount",
            ),
            (0.9, "less"),
        ),
    ),
    FieldRule(
        "counted",
        "amount",
        kept=False,
        phrases=phrases(
            (
                1.0,
                "total qty; qty; total quantity; item count; total item; items; total items; no of items; "
                "anzahl; points; total points; tel; tot qty; fax; table; invoice no; gst id; gst no; approval "
                "code; service charge; svc chg; no",
            ),
            (0.9, "deposit"),
        ),
    ),
    FieldRule("currency", "currency"),
    FieldRule("description", "text", item=True),
    FieldRule("quantity", "quantity", item=True),
    FieldRule("unit_price", "amount", item=True),
    FieldRule("amount", "amount", item=True),
)
AMOUNTS = labels_of(FIELDS, "amount")
DATES = labels_of(FIELDS, "date")
_HEAD_ROWS = 16
MOST_ROUNDED = 0.5
PROSE = 45
"""Median length of a row, in characters, that receipts do not reach."""


def read(transcript: Transcript, settings: RecordsSettings) -> list[Field]:
    head = [r for r in transcript.rows[: 2 * _HEAD_ROWS] if r.page == transcript.rows[0].page]
    company, after = parties.head_name(head[:_HEAD_ROWS])
    address = parties.address_after(head, after) or parties.address_after(transcript.rows, after)
    amounts = candidates.labelled(transcript, transcript.amounts, AMOUNTS)
    amounts = [c for c in amounts if c.name != "rounding" or abs(c.number) <= MOST_ROUNDED]
    single = {
        name: candidates.best(candidates.of(amounts, name))
        for name in ("subtotal", "tax", "rounding", "cash", "change")
    }
    total = choose_total(transcript, amounts, settings.tolerance)
    company, address = (_as_printed(transcript, c) for c in (company, address))
    chosen = [company, address, choose_date(transcript), total, *single.values()]
    chosen.append(money.currency_of(transcript, total))
    sums = _sums(total, single)
    items = line_items(transcript, sums, settings.tolerance) or item_fields(
        till_items(transcript, sums, settings.tolerance), "item_rows", least=0.9, add_up=True
    )
    return [candidates.as_field(c) for c in chosen if c is not None] + items


def _as_printed(transcript: Transcript, name: Candidate | None) -> Candidate | None:
    """The name or address without what recognisers add: neither Malay nor English is printed with accents."""
    if name is None:
        return None
    value = parties.repaired_form(name.value)
    if transcript.ringgit:
        value = "".join(c for c in unicodedata.normalize("NFKD", value) if not unicodedata.combining(c))
    return name if value == name.value else replace(name, value=value, rule=f"{name.rule}+repaired")


def _sums(total: Candidate | None, single: dict[str, Candidate | None]) -> list[float]:
    """What the items may add up to: the subtotal, the total, the total less tax or rounding."""
    known = {name: float(c.value) for name, c in single.items() if c is not None}
    sums = [known["subtotal"]] if "subtotal" in known else []
    if total is not None:
        sums += [float(total.value) - less for less in (0.0, known.get("tax", 0.0), known.get("rounding", 0.0))]
    return sums


def choose_date(transcript: Transcript) -> Candidate | None:
    """The labelled date, else the first; one with a time beside it is likelier the time of sale."""
    found = candidates.labelled(transcript, transcript.dates, DATES)
    other = {id(c.source) for c in candidates.of(found, "other_date")}
    options = candidates.of(found, "date")
    for value in transcript.dates:
        if id(value) not in other:
            rest = transcript.rows[value.row].text[value.end :]
            timed = re.search(r"\d{1,2}[:.]\d{2}", rest) is not None
            score = (0.84 if timed else 0.76) * value.doubt
            options.append(Candidate("date", value.value, value.span, score, "first_date", value.row, value))
    if not options:
        return None
    # The same day said twice is surer than said once.
    days: dict[str, int] = defaultdict(int)
    for value in transcript.dates:
        days[value.value] += 1
    ranked = sorted(options, key=lambda c: (-(c.score + 0.05 * (days[c.value] > 1)), c.row))
    return candidates.surer(ranked[0], "repeated") if days[ranked[0].value] > 1 else ranked[0]


def looks(transcript: Transcript) -> float:
    """Receipts are one narrow column of short rows, many ending in an amount."""
    rows = transcript.rows
    if len(rows) < 6:
        return 0.0
    page = rows[0].page
    words = [w for w in transcript.words if w.page == page] or [w for r in rows for w in r.words]
    wide = max(w.x1 for w in words) - min(w.x0 for w in words)
    tall = max(w.y1 for w in words) - min(w.y0 for w in words)
    length = median(len(r.text) for r in rows)
    if length > PROSE or len(transcript.pages) > 3:
        return -2.5
    short = length < 32
    return 1.5 * (tall > 1.3 * wide and short) + 1.0 * (
        len({v.row for v in transcript.amounts if v.decimals == 2}) >= 3
    )


TYPE = DocumentType(
    name="receipt",
    evidence={
        r"\b(?:receipt|quittung|kassenbon|kassenbeleg|bon-?nr|ticket de caisse|resit)\b": 2.0,
        r"^\W*(?:cash|bar|bargeld|tunai)\b": 1.2,
        r"^\W*(?:change|rückgeld|rueckgeld|zurück|rendu|baki)\b": 1.5,
        r"\b(?:cashier|kassierer|kasse|bediener|es bediente sie|served by|salesperson)\b": 1.5,
        r"thank\s?you|vielen dank|merci de votre visite|terima kasih": 0.8,
        r"\b(?:goods sold|please come again|not (?:returnable|refundable|exchangeable)|auf wiedersehen)\b": 1.5,
        r"\bround(?:ing|ed)\b": 1.2,
        r"\btax invoice\b": 0.6,
        r"\bgst\b": 0.6,
        r"\b(?:visa|mastercard|girocard|ec-karte|contactless|kreditkarte)\b": 0.6,
        r"\btotal\b|\bsumme\b": 0.5,
        r"\b(?:table|pos|terminal|tisch)\b": 0.3,
        r"\b\d{1,2}:\d{2}(?::\d{2})?\s?(?:am|pm|uhr)?\b": 0.4,
    },
    fields=FIELDS,
    identity=(("total", "date", "company"),),
    sender="company",
    read=read,
    shape=looks,
    rules=(
        rules.adds_up(("total", "change"), "cash"),
        rules.items_sum_to("total", "subtotal", tax="tax"),
        rules.quantities_multiply,
        rules.plausible_date("date"),
        rules.one_currency,
    ),
)
