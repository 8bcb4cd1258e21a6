"""The commands `events …`: what is told to others, and sending it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from ocr_assets.cli.app import USAGE, console, fail, open_ledger, say_json
from resources.settings import load_settings

LISTED = 20

events = typer.Typer(help="What is told to others: the outbox, and sending it ([events] of the settings).")

Before = typer.Option(None, help="Only those written before this time (UTC), as 2026-11-21 or 2026-11-21T10:00:00.")


def register(app: typer.Typer) -> None:
    app.add_typer(events, name="events")


@events.command("list")
def list_(
    limit: int = typer.Option(LISTED, min=1, help="Most events of each list."),
    as_json: bool = typer.Option(False, "--json", help="Print as JSON, with all that is sent."),
) -> None:
    """Events that wait, the oldest first, and those sent last."""
    from resources.ledger import outbox

    ledger = open_ledger(load_settings())
    unsent = (outbox.WAITING, outbox.HELD_BACK, outbox.REFUSED)
    with ledger.engine.connect() as connection:
        counts = outbox.counts(connection)
        waiting = outbox.listed(connection, unsent, limit)
        sent = outbox.listed(connection, [outbox.SENT], limit, newest=True)
    if as_json:
        numbers = [{"state": s, "environment": e, "events": n} for (s, e), n in sorted(counts.items())]
        say_json({"counts": numbers, "unsent": [_row(e) for e in waiting], "sent": [_row(e) for e in sent]})
        return
    for (state, environment), count in sorted(counts.items()):
        console.print(f"{count} {state.replace('_', ' ')} ({environment})")
    if not counts:
        console.print("No events yet.")
    _print("unsent", waiting)
    _print("sent last", sent)


@events.command()
def send(
    seconds: float = typer.Option(300.0, min=1, help="Stop after this time; the rest waits."),
    as_json: bool = typer.Option(False, "--json", help="Print the outcome as JSON."),
) -> None:
    """Send what waits to the event bus, as the sensor `send_events` does."""
    from dataclasses import asdict

    from resources.events import sender

    settings = load_settings()
    buses = settings.events.buses
    if not buses:
        fail("no event bus is set: set bus in [events]", code=USAGE)
    try:
        done = sender.send(open_ledger(settings), sender.connect(buses), buses, settings.events.source, seconds)
    except sender.EventsError as error:
        fail(str(error))
    if as_json:
        say_json(asdict(done))
    elif done.busy:
        console.print("Another sender is at work.")
    else:
        console.print(f"{done.sent} sent, {done.failed} put off, {done.refused} too large to be sent")
    if done.failed:
        fail(f"not taken by the bus: {done.error}")


@events.command()
def release(before: datetime | None = Before) -> None:
    """Send events that were held back, such as those of a ledger that was rebuilt from the lake."""
    from resources.ledger import outbox

    with open_ledger(load_settings()).transaction() as connection:
        count = outbox.release(connection, _time(before))
    console.print(f"{count} events are released")


@events.command()
def hold(before: datetime | None = Before) -> None:
    """Hold back events that wait, such as those of an archive read before there was a bus."""
    from resources.ledger import outbox

    with open_ledger(load_settings()).transaction() as connection:
        count = outbox.hold_back(connection, _time(before))
    console.print(f"{count} events are held back")


def _time(before: datetime | None) -> str:
    return before.replace(tzinfo=UTC).isoformat(timespec="milliseconds") if before is not None else ""


def _row(event: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(event) | {"detail": json.loads(event.detail)}


def _print(title: str, rows: Collection[Any]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in ("written", "kind", "of", "environment", "state", "attempts", "error"):
        table.add_column(column, overflow="fold")
    for event in rows:
        cells = (event.at[:19], event.kind, event.subject, event.environment, event.state, str(event.attempts or ""))
        table.add_row(*(escape(cell) for cell in (*cells, event.error)))
    console.print(table)
