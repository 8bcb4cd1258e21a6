"""Other ways to fields: regular expressions over plain text, invoice2data with its templates, Docling's own text."""

from __future__ import annotations

import importlib.util
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.records.documents import Asked
from ocr.documents import Line, Page
from ocr.extraction.dates import find_dates
from ocr.extraction.normalise import amount

_AMOUNT = r"[\d.,' ]*\d[.,]\d{2}"
_TOTAL = re.compile(
    rf"(?:grand total|total amount|amount due|gesamtbetrag|rechnungsbetrag|bruttosumme|total ttc|total)"
    rf"\D{{0,20}}({_AMOUNT})",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:invoice|rechnungs?|facture|beleg)[\s\-]*(?:no|nr|number|nummer|n°|#)?\.?\s*[:#]?\s*([A-Z0-9][\w\-/.]*\d[\w\-/]*)",
    re.IGNORECASE,
)
_LAW = re.compile(r"laws of (?:the )?(?:state|commonwealth) of ([A-Z]\w+(?: [A-Z]\w+)?)", re.IGNORECASE)
_TERM = re.compile(r"\((\d{1,2})\) (years?|months?)", re.IGNORECASE)
_PARTY = re.compile(r"((?:[A-Z][\w&.\-]*,? ){1,5}(?:Inc|LLC|Corp|Corporation|Ltd|LP)\b\.?)")
_POSTCODE = re.compile(r"\b\d{5}\b")
_CURRENCIES = {"EUR": r"€|\bEUR\b", "USD": r"\$|\bUSD\b", "GBP": r"£|\bGBP\b", "CHF": r"\bCHF\b", "INR": r"₹|\bRs\b"}


def by_expressions(asked: Asked, text: str) -> dict[str, list[str]]:
    """What a small set of expressions of the kind people write first finds: one an asked field, the first match."""
    dates = [found.date.isoformat() for found in find_dates(text)]
    totals = [match[1] for match in _TOTAL.finditer(text)]
    total = str(amount(totals[-1].strip()) or "") if totals else ""
    rows = [row.strip() for row in text.splitlines() if row.strip()]
    places = [row for row in rows[:12] if _POSTCODE.search(row)]
    term = _TERM.search(text)
    found: dict[str, Any] = {
        "company": rows[0] if rows else "",
        "address": places[0] if places else "",
        "date": dates[0] if dates else "",
        "issue_date": dates[0] if dates else "",
        "effective_date": dates[0] if dates else "",
        "total": total,
        "gross_total": total,
        "invoice_number": match[1] if (match := _NUMBER.search(text)) else "",
        "currency": next((code for code, sign in _CURRENCIES.items() if re.search(sign, text)), ""),
        "jurisdiction": match[1] if (match := _LAW.search(text)) else "",
        "term": f"{term[1]} {term[2].lower()}" if term else "",
    }
    values = {name: [found[name]] for name in asked.fields if found.get(name)}
    if "party" in asked.fields:
        values["party"] = list(dict.fromkeys(m[1].replace(",", "") for m in _PARTY.finditer(" ".join(rows[:12]))))[:2]
    return values


def printed(asked: Asked) -> dict[str, list[str]]:
    """The true values that stand on an invoice's pages in any usual form."""
    import pymupdf

    with pymupdf.open(asked.path) as document:
        text = "\n".join(page.get_text() for page in document)
    days = {found.date.isoformat() for first in (True, False) for found in find_dates(text, first)}
    numbers = {
        format(abs(n), ".2f") for m in re.findall(r"\d[\d.,' ]*", text) if (n := amount(m.strip(" .,'"))) is not None
    }
    bare = re.sub(r"\s", "", text)
    there = {
        "invoice_number": lambda value: re.sub(r"\s", "", value) in bare,
        "issue_date": lambda value: value in days,
        "gross_total": lambda value: format(abs(float(value)), ".2f") in numbers,
        "currency": lambda value: re.search(_CURRENCIES.get(value, value), text) is not None,
    }
    return {name: values for name, values in asked.truth.items() if there[name](values[0])}


def has_invoice2data() -> bool:
    return importlib.util.find_spec("invoice2data") is not None


def invoice2data(asked: Asked) -> dict[str, list[str]]:
    """What its shipped templates find; nothing where none fits."""
    from invoice2data import extract_data

    names = {"invoice_number": "invoice_number", "date": "issue_date", "amount": "gross_total", "currency": "currency"}
    said = extract_data(str(asked.path)) or {}
    found = {ours: [str(said[theirs])] for theirs, ours in names.items() if said.get(theirs)}
    if "issue_date" in found:
        found["issue_date"] = [found["issue_date"][0].split(" ")[0]]
    return found


def docling_lines(path: Path) -> tuple[list[Page], list[Line]]:
    """Docling's text items with their places, in points, as the lines of a page."""
    document = _docling().convert(path).document
    pages = [
        Page(
            number, int(page.size.width), int(page.size.height), 72, page.size.width, page.size.height, needs_ocr=False
        )
        for number, page in document.pages.items()
    ]
    heights = {page.number: page.source_height for page in pages}
    lines = []
    for item in document.texts:
        for place in item.prov:
            box = place.bbox.to_top_left_origin(heights[place.page_no])
            parts = [part for part in item.text.splitlines() if part.strip()] or [item.text]
            step = (box.b - box.t) / len(parts)
            for at, part in enumerate(parts):
                top = box.t + at * step
                lines.append(
                    Line(
                        place.page_no,
                        len(lines),
                        None,
                        part,
                        1.0,
                        box.l,
                        top,
                        box.r,
                        top + step,
                        "docling",
                        "text_layer",
                    )
                )
    return pages, lines


@lru_cache(maxsize=1)
def _docling() -> Any:
    from docling.datamodel.base_models import InputFormat
    from docling.datamodel.pipeline_options import PdfPipelineOptions
    from docling.document_converter import DocumentConverter, PdfFormatOption

    from ocr.digital.plugin import PackagedLayoutOptions

    options = PdfPipelineOptions(
        allow_external_plugins=True, do_ocr=False, do_table_structure=False, layout_options=PackagedLayoutOptions()
    )
    return DocumentConverter(format_options={InputFormat.PDF: PdfFormatOption(pipeline_options=options)})
