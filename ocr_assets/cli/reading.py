"""Commands that read: `demo`, `add`, `run`."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer
from rich.markup import escape

from ocr_assets.cli.app import (
    BLOCKED,
    BUSY,
    FAILED,
    REJECTED,
    console,
    errors,
    fail,
    open_ledger,
    say_json,
)
from resources.settings import Settings, home, load_settings


def register(app: typer.Typer) -> None:
    app.command()(demo)
    app.command()(add)
    app.command()(run)


def demo() -> None:
    """Read the bundled samples through the whole chain and show what came of them."""
    from ocr_assets.bundle import bundled
    from ocr_assets.cli.scores import print_scores

    settings = load_settings()
    console.print(f"Reading the bundled samples into {escape(str(home()))} (nothing leaves this machine).")
    truth = home() / "ground_truth"
    truth.mkdir(parents=True, exist_ok=True)
    for file in bundled("ground_truth").glob("*.json"):
        shutil.copy(file, truth / file.name)
    _add(settings, [bundled("samples")], "samples")
    code = _run(settings, settings.workers, as_json=False)
    print_scores(settings)
    console.print(
        "\n[bold]Where to look next[/bold]\n"
        '  uv run ocr-assets search "terms of payment"   passages, with document, page and score\n'
        "  uv run ocr-assets show invoice_en.pdf         one document: pages, fields, text\n"
        '  uv run ocr-assets sql "select name, field, value, reasons from needs_review"   what to look at first\n'
        "  uv run ocr-assets status                      what was read, rejected and why\n"
        "  uv run ocr-assets ui                          the assets in Dagster, in your browser\n"
        "  uv run ocr-assets add FOLDER                  your own documents; then: uv run ocr-assets run"
    )
    if code:
        raise typer.Exit(code)


def add(
    paths: list[Path] = typer.Argument(..., help="Files and folders (searched with all subfolders)."),
    collection: str = typer.Option("default", help="A name to group these documents by."),
    test: bool = typer.Option(False, "--test", help="Mark as test documents: read and scored, never published."),
    as_json: bool = typer.Option(False, "--json", help="Print the result as JSON."),
) -> None:
    """Register documents; `run` reads them. Files are recognised by content: adding twice does no harm."""
    missing = [path for path in paths if not path.exists()]
    if missing:
        fail(f"no such file or folder: {', '.join(map(str, missing))}", code=2)
    _add(load_settings(), paths, collection, environment="test" if test else "live", as_json=as_json)


def run(
    workers: int = typer.Option(0, "--workers", min=0, help="Worker processes (default: the setting, one per core)."),
    retry_rejected: bool = typer.Option(False, "--retry-rejected", help="Try rejected documents again."),
    strict: bool = typer.Option(False, "--strict", help="Exit with 3 where documents were rejected."),
    as_json: bool = typer.Option(False, "--json", help="Print the result as JSON, without progress."),
) -> None:
    """Read what is not yet read, or was read by an older model or setting, and publish the corpus."""
    settings = load_settings()
    if retry_rejected:
        open_ledger(settings).forget_rejections()
    code = _run(settings, workers or settings.workers, as_json=as_json)
    if code:
        raise typer.Exit(code)
    if strict and open_ledger(settings).rejected("live"):
        raise typer.Exit(REJECTED)


def _add(
    settings: Settings, paths: list[Path], collection: str, *, environment: str = "live", as_json: bool = False
) -> None:
    from ocr_assets.intake import find_files, register_files

    intake = register_files(find_files(paths), open_ledger(settings), collection=collection, environment=environment)
    if as_json:
        unreadable = [{"file": str(file), "reason": reason} for file, reason in intake.unreadable]
        say_json({"new": intake.new, "known": intake.known, "unreadable": unreadable})
    else:
        known = f", {intake.known} known already" if intake.known else ""
        new = len(intake.new)
        console.print(f"{new} new document{'' if new == 1 else 's'}{known}")
    for file, reason in intake.unreadable:
        errors.print(f"[yellow]not added:[/yellow] {escape(f'{file}: {reason}')}")
    if intake.unreadable and not intake.new and not intake.known:
        raise typer.Exit(FAILED)


def _run(settings: Settings, workers: int, *, as_json: bool) -> int:
    from ocr_assets.running import AnotherRun, read_and_publish

    try:
        summary = read_and_publish(settings, workers, console=None if as_json else console)
    except AnotherRun as error:
        fail(str(error), code=BUSY)
    if as_json:
        say_json(summary.as_dict())
    elif summary.nothing_to_do:
        console.print("Nothing new to read.")
    else:
        console.print(
            f"{summary.read} read, {summary.rejected} rejected in {summary.seconds:.0f} s"
            + (f" ({summary.pages} pages, {summary.pages / summary.seconds:.2f} a second)" if summary.pages else "")
        )
    for why in summary.errors:
        errors.print(f"[red]error:[/red] {escape(why)}", soft_wrap=True)
    if summary.blocked:
        errors.print(f"[red]not published:[/red] {escape(summary.blocked)}", soft_wrap=True)
    if summary.errors:
        return FAILED
    return BLOCKED if summary.blocked else 0
