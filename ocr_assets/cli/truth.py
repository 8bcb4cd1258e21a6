"""`truth import` and `truth check`: ground truth from other formats, and what there is of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape
from rich.table import Table

from ocr_assets.cli.app import USAGE, console, errors, fail, open_ledger, say_json
from resources.settings import home, load_settings

if TYPE_CHECKING:
    from ocr.evaluation.truth import Truth
    from resources.ledger import Ledger

SHOWN = 10

truth = typer.Typer(help="Ground truth: import it from other formats, check it.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(truth, name="truth")


@truth.command("import")
def import_(
    format_: str = typer.Argument(..., metavar="FORMAT", help="sroie, zugferd, kleister, alto or page."),
    path: Path = typer.Argument(..., help="A file or a folder in that format."),
    documents: Path | None = typer.Option(None, "--documents", help="Folder of the documents it is about."),
    into: Path | None = typer.Option(None, "--into", help="Folder to write to (default: ground_truth in the home)."),
    set_: str | None = typer.Option(None, "--set", help="Name of the set (default: the format's name)."),
    as_json: bool = typer.Option(False, "--json", help="Print the result as JSON."),
) -> None:
    """Write <sha256>.json for every document in a set of another format; what does not fit is named, others go on."""
    from ocr.evaluation.importing import FORMATS
    from ocr.evaluation.importing.belongings import DocumentMissing
    from ocr.evaluation.truth import Truth, misfits, save_truth

    if format_ not in FORMATS:
        fail(f"no format {format_!r}: choose of {', '.join(FORMATS)}", code=USAGE)
    for given in (path, documents):
        if given is not None and not given.exists():
            fail(f"no such file or folder: {given}", code=USAGE)
    folder = into or home() / "ground_truth"
    written, refused, missing, odd = 0, [], [], []
    for found in FORMATS[format_](path, documents):
        if isinstance(found, Truth):
            save_truth(found.model_copy(update={"set": set_}) if set_ else found, folder)
            written += 1
            odd += [f"{found.name}: {fault}" for fault in misfits(found)]
        else:
            (missing if isinstance(found, DocumentMissing) else refused).append(str(found))
    if as_json:
        say_json(
            {
                "written": written,
                "into": str(folder),
                "refused": refused,
                "without_document": missing,
                "kept_as_printed": odd,
            }
        )
    else:
        console.print(f"{written} written to {escape(str(folder))}", soft_wrap=True)
    if format_ == "zugferd" and written and load_settings().records.attached_invoice != "off":
        _complain("for scores", ['the records stage reads the same XML: set [records] attached_invoice = "off" first'])
    _complain("refused", refused)
    _complain("without their document", missing)
    _complain("kept as it stands, though no reading will equal it", odd)
    if not written or refused:
        raise typer.Exit(USAGE)


def _complain(what: str, messages: list[str]) -> None:
    for message in messages[:SHOWN]:
        errors.print(f"[yellow]{what}:[/yellow] {escape(message)}", soft_wrap=True)
    if len(messages) > SHOWN:
        errors.print(f"… and {len(messages) - SHOWN} more {what}")


@truth.command()
def check(
    folders: list[Path] = typer.Argument(None, help="Folders to check (default: those the settings name)."),
    as_json: bool = typer.Option(False, "--json", help="Print the result as JSON."),
) -> None:
    """Whether every truth file fits, and which documents have truth of what."""
    from ocr.evaluation.truth import TruthError, load_truth, misfits

    settings = load_settings()
    absent = [folder for folder in folders or [] if not folder.is_dir()]
    if absent:
        fail(f"no such folder: {', '.join(map(str, absent))}", code=USAGE)
    known: dict[str, Truth] = {}
    refused: list[str] = []
    for folder in folders or settings.truth_folders:
        for file in sorted(folder.glob("*.json")):
            try:
                found = load_truth(file)
            except TruthError as error:
                refused.append(str(error))
            else:
                known.setdefault(found.sha256, found)
                refused += [f"{file}: {fault}" for fault in misfits(found)]
    ledger = open_ledger(settings)
    refused += _pages_missing(known, ledger)
    rows = [
        {"document": d.document, "name": d.name, "set": known[d.sha256].set, "knows": _knows(known[d.sha256])}
        for d in ledger.documents()
        if d.sha256 in known
    ]
    if as_json:
        say_json({"files": len(known), "refused": refused, "documents": rows})
    else:
        _print(len(known), rows)
    _complain("does not fit", refused)
    if refused:
        raise typer.Exit(USAGE)


def _pages_missing(known: Mapping[str, Truth], ledger: Ledger) -> list[str]:
    """Truth of pages that documents have not, as far as these were read."""
    outputs = ledger.outputs()
    faults = []
    for document in ledger.documents():
        raw = outputs.get(document.document, {}).get("raw_document")
        if document.sha256 in known and raw is not None and raw.status == "read":
            beyond = [p.number for p in known[document.sha256].pages if p.number > raw.pages]
            faults += [f"{document.sha256}.json: pages: {document.name} has no page {number}" for number in beyond]
    return faults


def _knows(found: Any) -> list[str]:
    pages = {
        "rotation": any(page.rotation is not None for page in found.pages),
        "skew": any(page.skew is not None for page in found.pages),
        "regions": any(page.regions is not None for page in found.pages),
        "text": found.text is not None or any(page.wording is not None for page in found.pages),
    }
    others = {"type": found.type is not None, "fields": bool(found.fields or found.several), "items": bool(found.items)}
    return [name for name, there in (pages | others).items() if there]


def _print(files: int, rows: list[dict[str, Any]]) -> None:
    console.print(f"{files} truth files fit; {len(rows)} documents that were added have truth")
    if not rows:
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("name", "set", "knows"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(escape(row["name"]), escape(row["set"]), ", ".join(row["knows"]))
    console.print(table)
