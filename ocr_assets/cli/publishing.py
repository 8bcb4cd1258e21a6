"""`publish`: the corpus from what was read, also where a review or a threshold is all that changed."""

from __future__ import annotations

import typer
from rich.markup import escape

from ocr_assets.cli.app import BLOCKED, BUSY, FAILED, USAGE, console, errors, fail, open_ledger, say_json
from resources.settings import load_settings


def register(app: typer.Typer) -> None:
    app.command()(publish)


def publish(
    accept_loss: str | None = typer.Option(
        None, "--accept-loss", help="Publish in spite of a loss of accuracy, for this reason, which is recorded."
    ),
    full: bool = typer.Option(False, "--full", help="Write the corpus anew, also what did not change in it."),
    as_json: bool = typer.Option(False, "--json", help="Print the result as JSON."),
) -> None:
    """Score what was read against ground truth and, if the gate lets it, publish the corpus."""
    from ocr_assets.running import AnotherRun
    from ocr_assets.running import publish as evaluate_and_publish

    if accept_loss is not None and not accept_loss.strip():
        fail("--accept-loss wants the reason", code=USAGE)
    settings = load_settings()
    if open_ledger(settings).is_empty():
        fail("nothing was read yet: `ocr-assets add FOLDER`, then `ocr-assets run`", code=USAGE)
    try:
        summary = evaluate_and_publish(settings, accept_loss or "", whole=full, console=None if as_json else console)
    except AnotherRun as error:
        fail(str(error), code=BUSY)
    if as_json:
        say_json({"published": summary.published, "blocked": summary.blocked, "errors": summary.errors})
    elif summary.published:
        console.print("Published.")
    for why in summary.errors:
        errors.print(f"[red]error:[/red] {escape(why)}", soft_wrap=True)
    if summary.blocked:
        errors.print(f"[red]not published:[/red] {escape(summary.blocked)}", soft_wrap=True)
    if summary.errors or summary.blocked:
        raise typer.Exit(FAILED if summary.errors else BLOCKED)
