"""Real documents with known fields: what is asked of each, and what a reader must have found to be right."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import evaluation_data
from ocr.documents import Line, Page, Record
from ocr.extraction.dates import parse_date
from ocr.extraction.normalise import amount

FIELDS = {
    "receipts": ("company", "date", "address", "total"),
    "invoices": ("invoice_number", "issue_date", "gross_total", "currency"),
    "contracts": ("effective_date", "jurisdiction", "party", "term"),
    "samples": ("invoice_number", "issue_date", "gross_total", "currency"),
}
AMOUNTS = frozenset({"total", "gross_total"})


@dataclass(frozen=True)
class Asked:
    """A document of a set, and the values each field may have: several where a field repeats, none where there is
    no such field. `only`: the fields that are asked for, where not all of the set's are."""

    set: str
    path: Path
    truth: dict[str, list[str]] = field(hash=False)
    only: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return self.only or FIELDS[self.set]


def receipts(every: bool = False) -> Iterator[Asked]:
    """SROIE: those with a scan, or `every` one of which lines and fields are known."""
    root = evaluation_data.ROOT / "sroie"
    for key in sorted((root / "key").glob("*.json")):
        image = root / "img" / f"{key.stem}.jpg"
        if not every and not image.exists():
            continue
        said = {name: str(value) for name, value in json.loads(key.read_text()).items() if value}
        if day := parse_date(said.get("date", "")):
            said["date"] = day.isoformat()
        if (total := amount(said.get("total", ""))) is not None:
            said["total"] = str(total)
        yield Asked("receipts", image, {name: [said[name]] for name in FIELDS["receipts"] if name in said})


def given_lines(path: Path) -> tuple[list[Page], list[Line]]:
    """The annotated lines of a receipt, as if a perfect reader had read them."""
    box = path.parents[1] / "box" / f"{path.stem}.csv"
    lines = []
    for number, row in enumerate(box.read_text(encoding="utf-8", errors="replace").splitlines()):
        *corners, text = row.split(",", 8)
        xs, ys = [float(v) for v in corners[::2]], [float(v) for v in corners[1::2]]
        lines.append(Line(1, number, None, text, 1.0, min(xs), min(ys), max(xs), max(ys), "truth", "ocr"))
    width, height = int(max(line.x1 for line in lines)), int(max(line.y1 for line in lines))
    return [Page(1, width, height, 200, width, height)], lines


def invoices() -> Iterator[Asked]:
    """ZUGFeRD: number, date, gross total and currency by the attached XML, which is not read."""
    names = {"invoice_number": "invoice_number", "issue_date": "issue_date", "gross_total": "grand_total"}
    for row in _rows("fields_zugferd"):
        path = evaluation_data.ROOT / "fields_zugferd" / "pdf" / row["file"]
        if path.exists():
            truth = {ours: [row[theirs]] for ours, theirs in names.items() if row.get(theirs)}
            yield Asked("invoices", path, truth | ({"currency": [row["currency"]]} if row.get("currency") else {}))


def contracts() -> Iterator[Asked]:
    """Kleister-NDA: four keys, of which a contract may have several parties and may lack any."""
    for row in _rows("fields_kleister_nda"):
        path = evaluation_data.ROOT / "fields_kleister_nda" / "pdf" / row["file"]
        yield Asked("contracts", path, row["expected"])


def samples() -> Iterator[Asked]:
    """invoice2data's own samples, with what its hand-written templates find in them."""
    names = {"invoice_number": "invoice_number", "date": "issue_date", "amount": "gross_total", "currency": "currency"}
    for path in sorted((evaluation_data.ROOT / "fields_invoice2data").glob("*.pdf")):
        said = json.loads(path.with_suffix(".json").read_text())
        said = said[0] if isinstance(said, list) else said
        truth = {ours: [str(said[theirs])] for theirs, ours in names.items() if said.get(theirs) not in (None, "")}
        if day := parse_date(truth.get("issue_date", [""])[0].split("T")[0].split(" ")[0]):
            truth["issue_date"] = [day.isoformat()]
        yield Asked("samples", path, truth)


def values_of(record: Record) -> dict[str, list[str]]:
    """The values of a record's fields outside line items."""
    found: dict[str, list[str]] = {}
    for read in record.fields:
        if read.group is None:
            found.setdefault(read.name, []).append(read.value)
    return found


def matched(asked: Asked, name: str, found: list[str]) -> int:
    """How many of the values are right, each truth used once.

    Amounts are compared as numbers without their sign (the attached XML gives some credit notes without it), contracts
    upper-cased as Kleister's own evaluation does, the rest after folding case, spaces and punctuation.
    """
    left = [_comparable(asked, name, value) for value in asked.truth.get(name, [])]
    right = 0
    for value in (_comparable(asked, name, value) for value in found):
        if value in left:
            left.remove(value)
            right += 1
    return right


def _comparable(asked: Asked, name: str, value: str) -> str:
    if name in AMOUNTS and (number := amount(value)) is not None:
        return format(abs(number), ".2f")
    if asked.set == "contracts":
        return value.upper()
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", value).casefold())


def _rows(folder: str) -> list[dict]:
    return [json.loads(row) for row in (evaluation_data.ROOT / folder / "expected.jsonl").read_text().splitlines()]
