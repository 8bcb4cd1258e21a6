"""Commands about the installation: `ui`, `config`, `rebuild`."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

import typer
from rich.markup import escape

from ocr_assets.cli.app import USAGE, console, fail, open_lake, open_ledger
from resources.settings import FILE, home, load_settings
from resources.settings_text import as_toml, template


def register(app: typer.Typer) -> None:
    app.command()(ui)
    app.command()(config)
    app.command()(rebuild)


def ui(
    port: int = typer.Option(3000, min=1, max=65535, help="Port of the web page."),
    host: str = typer.Option("127.0.0.1", help="Address to listen on."),
) -> None:
    """Start Dagster on this home: the assets, runs, backfills and sensors in a browser, and the daemon behind them."""
    from ocr_assets.automation.instance import dagster_home
    from ocr_assets.bundle import bundled

    settings = load_settings()
    _can_listen(host, port)
    settings.inbox.mkdir(parents=True, exist_ok=True)
    program = Path(sys.executable).with_name("dagster")
    if not program.exists() and shutil.which("dagster") is None:
        fail("the program `dagster` is not installed beside this one")
    os.environ |= {"DAGSTER_HOME": str(dagster_home()), "OCR_HOME": str(home())}
    console.print(f"http://{host}:{port}   (files dropped into {escape(str(settings.inbox))} are read; Ctrl-C ends it)")
    command = [str(program) if program.exists() else "dagster", "dev", "-w", str(bundled("workspace.yaml"))]
    os.execvp(command[0], [*command, "--host", host, "--port", str(port)])


def config(
    init: bool = typer.Option(False, "--init", help="Write the settings file with every setting and its meaning."),
) -> None:
    """Print the settings in force (the file in the home, overridden by OCR_SECTION__NAME)."""
    path = home() / FILE
    if init:
        if path.exists():
            fail(f"{path} exists already", code=2)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template())
        console.print(f"wrote {escape(str(path))}")
        return
    there = "" if path.exists() else " (not there; `ocr-assets config --init` writes it)"
    typer.echo(f"# {path}{there}\n{as_toml(load_settings())}", nl=False)


def rebuild() -> None:
    """Rebuild the ledger from the lake, where it was lost."""
    from resources.ledger import outbox

    settings = load_settings()
    ledger = open_ledger(settings)
    count = ledger.rebuild(open_lake(settings).manifests())
    console.print(f"{count} outputs recorded from {escape(settings.lake_url)}")
    with ledger.engine.connect() as connection:
        counted = outbox.counts(connection)
    held = sum(count for (state, _), count in counted.items() if state == outbox.HELD_BACK)
    if held:
        console.print(
            f"{held} events are held back, since they may have been sent before the ledger was lost: "
            "`ocr-assets events release` sends them, under the ids they had."
        )


def _can_listen(host: str, port: int) -> None:
    """Ends the command where nothing can listen there, before anything is started."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            # As the web server does: what a server that ended left behind is no hindrance.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        fail(f"nothing can listen on port {port} of {host}: {error.strerror}; choose another --port", code=USAGE)
