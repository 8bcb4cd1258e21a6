"""Fields of real documents, ours beside regular expressions and invoice2data, and our extractors on Docling's text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.records import documents, peers, reading
from benchmarks.records.documents import Asked
from ocr.evaluation.bootstrap import bootstrap_ratio
from ocr.extraction import extract
from ocr.settings import RecordsSettings

TARGETS = {
    "receipts, scans": (0.80, 0.92),
    "receipts, given lines": (0.88, 0.95),
    "invoices, digital": (0.95, 0.99),
    "invoices, 150 dpi": (0.90, 0.97),
    "contracts": (0.65, 0.82),
}
OURS, REGEX, DOCLING, INVOICE2DATA = "ours", "regular expressions", "ours on Docling's text", "invoice2data"

Values = dict[str, list[str]]
Answers = list[tuple[Asked, Values]]


def measure() -> dict[str, Any]:
    found: dict[str, dict[str, Answers]] = {}
    for name, asked, inputs in _inputs():
        text = "\n".join(line.text for line in inputs[3])
        here = found.setdefault(name, {})
        here.setdefault(OURS, []).append((asked, documents.values_of(extract(*inputs, RecordsSettings()))))
        here.setdefault(REGEX, []).append((asked, peers.by_expressions(asked, text)))
        if name in ("invoices, digital", "samples"):
            here.setdefault(DOCLING, []).append((asked, _on_docling(asked)))
        if name == "samples" and peers.has_invoice2data():
            here.setdefault(INVOICE2DATA, []).append((asked, peers.invoice2data(asked)))
    on_page = [a for a, _ in found["invoices, digital"][OURS]]
    printed = {a.path: peers.printed(a) for a in on_page}
    for name in ("invoices, digital", "invoices, 150 dpi"):
        found[f"{name}, as printed"] = {
            reader: [(Asked(a.set, a.path, printed[a.path], tuple(printed[a.path])), values) for a, values in answers]
            for reader, answers in found[name].items()
        }
    return {name: {reader: score(answers) for reader, answers in here.items()} for name, here in found.items()}


def _inputs() -> Iterator[tuple[str, Asked, reading.Inputs]]:
    for asked in documents.receipts(every=True):
        pages, lines = documents.given_lines(asked.path)
        yield "receipts, given lines", asked, (pages, [], [], lines, [])
    for asked in documents.receipts():
        yield "receipts, scans", asked, reading.read(asked.path.read_bytes())
    for asked in documents.invoices():
        data = asked.path.read_bytes()
        yield "invoices, digital", asked, reading.read(data)
        yield "invoices, 150 dpi", asked, reading.read(reading.scanned(data))
    for asked in documents.contracts():
        yield "contracts", asked, reading.read(asked.path.read_bytes())
    for asked in documents.samples():
        yield "samples", asked, reading.read(asked.path.read_bytes())


def _on_docling(asked: Asked) -> Values:
    pages, lines = peers.docling_lines(asked.path)
    return documents.values_of(extract(pages, [], [], lines, [], RecordsSettings()))


def score(answers: Answers) -> dict[str, Any]:
    """F1 over all asked fields with its interval, and by field: right values, found ones, true ones."""
    counts: dict[str, list[int]] = {}
    tops, bottoms = [], []
    for asked, values in answers:
        top = bottom = 0
        for name in asked.fields:
            read = values.get(name, []) if name == "party" else values.get(name, [])[:1]
            known = asked.truth.get(name, [])
            right = documents.matched(asked, name, read)
            before = counts.get(name, [0, 0, 0])
            counts[name] = [before[0] + right, before[1] + len(read), before[2] + len(known)]
            top, bottom = top + 2 * right, bottom + len(read) + len(known)
        tops.append(top)
        bottoms.append(bottom)
    interval = bootstrap_ratio(tops, bottoms)
    return {"documents": len(answers), "F1": [interval.value, interval.low, interval.high], "fields": counts}


def report(figures: dict[str, Any], plots: Path) -> list[str]:
    lines = [
        "## Fields",
        "",
        "F1 of the asked fields, exact after case, spaces and punctuation (contracts: upper-cased, as Kleister's own",
        "evaluation does; amounts as numbers). Receipts: company, date, address, total. Invoices: number, date, gross",
        'total, currency. Contracts: effective date, jurisdiction, parties, term. "As printed" asks only for values of',
        "the attached XML that stand on the pages: some files of that corpus were made with an XML that contradicts",
        "them. Regular expressions run over the same recognised text.",
        "",
        "| set | documents | reader | F1 | at least | reach |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, readers in figures.items():
        least, reach = TARGETS.get(name.removesuffix(", as printed"), ("", ""))
        for reader, found in readers.items():
            value, low, high = found["F1"]
            lines.append(
                f"| {name} | {found['documents']} | {reader} | {value:.3f} ({low:.3f}–{high:.3f}) | {least} | {reach} |"
            )
    lines += ["", "By field, ours: F1 (right, found, true).", ""]
    for name, readers in figures.items():
        cells = ", ".join(
            f"{field} {2 * right / max(read + known, 1):.3f} ({right}, {read}, {known})"
            for field, (right, read, known) in readers[OURS]["fields"].items()
        )
        lines.append(f"- {name}: {cells}")
    return lines
