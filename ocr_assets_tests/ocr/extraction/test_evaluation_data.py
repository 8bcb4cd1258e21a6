"""Quality on real receipts and invoices, where the evaluation data are at hand."""

import datetime
import json
import os
import re
from pathlib import Path

import pytest

from ocr.documents import Line, Page, Record, Word
from ocr.extraction import extract, normalise
from ocr.extraction.dates import parse_date
from ocr.settings import RecordsSettings

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("OCR_EVALUATION_DATA", ROOT.parent / "shared" / "data"))
EVERY = 5


def folded(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def receipt(path: Path) -> Record:
    lines = []
    for number, row in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines()):
        *corners, text = row.split(",", 8)
        xs, ys = [float(v) for v in corners[::2]], [float(v) for v in corners[1::2]]
        lines.append(Line(1, number, None, text, 1.0, min(xs), min(ys), max(xs), max(ys), "truth", "ocr"))
    width, height = int(max(li.x1 for li in lines)), int(max(li.y1 for li in lines))
    return extract([Page(1, width, height, 200, width, height)], [], [], lines, [], RecordsSettings())


@pytest.mark.skipif(not (DATA / "sroie").is_dir(), reason="no evaluation data: set OCR_EVALUATION_DATA")
def test_four_in_five_fields_of_real_receipts_are_exact():
    right = asked = 0
    for path in sorted((DATA / "sroie" / "key").glob("*.json"))[::EVERY]:
        record = receipt(DATA / "sroie" / "box" / f"{path.stem}.csv")
        for name, truth in json.loads(path.read_text()).items():
            field = record.field(name)
            value = field.value if field else ""
            asked += 1
            if name == "date":
                day = parse_date(truth)
                right += value == (day or datetime.date.min).isoformat()
            elif name == "total":
                right += bool(value) and normalise.amount(truth) == normalise.amount(value)
            else:
                right += folded(value) == folded(truth)
    assert right / asked >= 0.85


@pytest.mark.skipif(not (DATA / "fields_zugferd").is_dir(), reason="no evaluation data: set OCR_EVALUATION_DATA")
def test_four_in_five_fields_of_real_invoices_are_exact():
    import pymupdf

    right = asked = 0
    names = {
        "invoice_number": "invoice_number",
        "issue_date": "issue_date",
        "grand_total": "gross_total",
        "currency": "currency",
    }
    for truth in map(json.loads, (DATA / "fields_zugferd" / "expected.jsonl").read_text().splitlines()):
        pages, words = [], []
        with pymupdf.open(DATA / "fields_zugferd" / "pdf" / truth["file"]) as document:
            for number, page in enumerate(document, 1):
                width, height = page.rect.width, page.rect.height
                pages.append(Page(number, int(width), int(height), 72, width, height, needs_ocr=False))
                words += [
                    Word(number, w[6], w[7], None, w[4], 1.0, w[0], w[1], w[2], w[3], "pdf", "text_layer")
                    for w in page.get_text("words")
                ]
        record = extract(pages, [], [], [], words, RecordsSettings())
        for key, name in names.items():
            field = record.field(name)
            value = field.value if field else ""
            if not truth[key]:
                continue
            asked += 1
            # The attached XML gives some credit notes without their sign.
            exact = (
                bool(value) and abs(float(value)) == abs(float(truth[key]))
                if name == "gross_total"
                else value == truth[key]
            )
            right += exact
    assert right / asked >= 0.85
