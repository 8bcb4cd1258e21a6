"""What all commands share: the application, the console, opening the stores, explaining errors."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from resources.printable import printable
from resources.settings import LedgerUnreadable, Settings, SettingsError, home

if TYPE_CHECKING:
    from resources.lake import Lake
    from resources.ledger import Ledger

FAILED, USAGE, REJECTED, BLOCKED, BUSY, INTERRUPTED = 1, 2, 3, 4, 5, 130

app = typer.Typer(
    name="ocr-assets",
    help="Piles of documents in, trusted and searchable records out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
WIDE = 140  # columns where the output is a file or a pipe: nothing is to be cut off there
console = Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else WIDE)
errors = Console(stderr=True, highlight=False, emoji=False, width=None if sys.stderr.isatty() else WIDE)


@app.callback()
def _common(
    home_folder: Path | None = typer.Option(
        None, "--home", envvar="OCR_HOME", help="Folder that holds everything a run makes (default: ./ocr_home)."
    ),
) -> None:
    import os

    if home_folder is not None:
        os.environ["OCR_HOME"] = str(home_folder)


def open_ledger(settings: Settings) -> Ledger:
    from sqlalchemy.exc import SQLAlchemyError

    from resources.ledger import Ledger
    from resources.ledger.in_force import unreadable
    from resources.ledger.split import Split

    try:
        return Ledger(settings.ledger_url, Split(settings.experiment.challenger, settings.experiment.share))
    except SQLAlchemyError as error:
        raise unreadable(settings.ledger_url, error) from error


def open_lake(settings: Settings) -> Lake:
    from resources.lake import Lake

    return Lake(settings.lake_url)


def check_environment(environment: str) -> None:
    if environment not in ("live", "test"):
        fail(f"there is no environment {environment!r}: it is live or test", USAGE)


def say_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def shown(text: str) -> str:
    """Text of strangers for the console: no markup, and nothing that steers the terminal."""
    return escape(printable(text))


def fail(message: str, code: int = FAILED) -> NoReturn:
    errors.print(f"[red]error:[/red] {escape(message)}", soft_wrap=True)
    raise typer.Exit(code)


def explain(error: Exception) -> int:
    """Say in one line what went wrong; the traceback goes to a log file."""
    if isinstance(error, SettingsError):
        errors.print(f"[red]error:[/red] {escape(str(error))}", soft_wrap=True)
        return FAILED if isinstance(error, LedgerUnreadable) else USAGE
    if isinstance(error, OSError) and str(error.filename or "").startswith(str(home())):
        errors.print(
            f"[red]error:[/red] the home {escape(str(home()))} cannot be used: {error.strerror}; choose another with "
            "--home"
        )
        return FAILED
    log = home() / "logs" / "ocr-assets.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        logging.basicConfig(filename=log, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        logging.getLogger(__name__).error("command failed", exc_info=error)
        where = f" (details: {log})"
    except OSError:
        where = ""
    errors.print(f"[red]error:[/red] {escape(f'{type(error).__name__}: {error}{where}')}", soft_wrap=True)
    return FAILED
