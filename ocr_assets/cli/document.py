"""One document on a terminal: finding it by name, printing what is known of it."""

from __future__ import annotations

from rich.table import Table

from ocr.stages import Reading
from ocr_assets.cli.app import USAGE, console, fail, shown
from resources.ledger import Document, Ledger, Output

LINES_SHOWN = 25
LISTED = 10


def find(ledger: Ledger, name: str) -> Document:
    """The document whose key or file name is or begins so; fails where none or several do, naming them.

    Test documents are found by their key alone, and where no live document is called so.
    """
    documents = ledger.documents()
    live = [d for d in documents if d.environment == "live"]
    keyed = [d for d in documents if name and d.document.startswith(name.lower())]
    exact = [d for d in documents if d.document == name] or [d for d in live if d.name == name]
    begun = [d for d in live if name and (d in keyed or d.name.startswith(name))]
    found = exact or begun or keyed
    if not found:
        fail(f"no document is called {name!r}: `ocr-assets status --all` lists them", code=USAGE)
    if len(found) > 1:
        keys = "".join(f"\n  {d.document}" for d in found[:LISTED])
        more = f"\n  … and {len(found) - LISTED} more" if len(found) > LISTED else ""
        fail(f"{len(found)} documents are called so or begin so; name one by its key:{keys}{more}", code=USAGE)
    return found[0]


def print_reading(document: Document, reading: Reading, rejected: Output | None) -> None:
    """Head, pages, fields, broken rules and the beginning of the text."""
    console.print(f"[bold]{shown(document.name)}[/bold]  {document.document}")
    console.print(f"from {shown(document.uri)}, received {document.received_at}")
    if reading.raw is not None:
        raw = reading.raw
        console.print(f"{raw.media_type}, {raw.size:,} bytes, {raw.page_count} pages, {shown(raw.producer or '–')}")
    if rejected is not None:
        console.print(f"[red]rejected at {rejected.stage} ({rejected.code})[/red]: {shown(rejected.message)}")
        console.print(f"  {shown(rejected.advice)}")
        return
    if not reading.pages:
        console.print("not read yet: `ocr-assets run` reads it")
        return
    _print_pages(reading)
    if reading.record is not None:
        record = reading.record
        head = f"({record.type_confidence:.2f}), language {record.language or '–'}, {record.status}"
        console.print(f"\n[bold]{record.type}[/bold] {head}")
        if record.fields:
            console.print(_fields(reading))
        for violation in record.violations:
            console.print(f"[yellow]{violation.severity}[/yellow] {violation.rule}: {shown(violation.message)}")
    if reading.lines:
        console.print(f"\n[bold]text[/bold] ({len(reading.lines)} lines, {len(reading.words)} words)")
        for line in reading.lines[:LINES_SHOWN]:
            console.print(f"  {shown(line.text)}", soft_wrap=True)
        if len(reading.lines) > LINES_SHOWN:
            console.print(f"  … (--text shows all {len(reading.lines)} lines)")


def _print_pages(reading: Reading) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("page", "size", "turned", "skew", "quality", "text from", "because"):
        table.add_column(name)
    for page in reading.pages:
        layer = "text layer, OCR" if page.mixed else "text layer"
        source = "nothing" if page.blank else "OCR" if page.needs_ocr else layer
        size = f"{page.width}×{page.height} at {page.dpi:.0f} dpi"
        row = (str(page.number), size, f"{page.rotation}°", f"{page.skew:.2f}°", page.tier, source)
        table.add_row(*row, shown(page.route_reason))
    console.print(table)


def _fields(reading: Reading) -> Table:
    assert reading.record is not None
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("field", "value", "confidence", "page", "found by", "status"):
        table.add_column(name, overflow="fold")
    for field in reading.record.fields:
        name = field.name if field.group is None else f"item {field.group + 1} {field.name}"
        status = field.status if not field.reasons else f"{field.status}: {', '.join(field.reasons)}"
        page = str(field.page) if field.x1 > field.x0 else "–"
        row = (name, shown(field.value), f"{field.confidence:.2f}", page, field.found_by, shown(status))
        table.add_row(*row)
    return table
