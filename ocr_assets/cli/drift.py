"""`drift`: whether what is read is as it was, why not, and what it is compared with."""

from __future__ import annotations

import getpass

import typer
from rich.markup import escape
from rich.table import Table

from ocr_assets.cli.app import USAGE, console, fail, open_lake, open_ledger, say_json
from resources.settings import load_settings

MOVED_SHOWN = 15

drift = typer.Typer(help="Whether documents, or what is made of them, have changed, since when and why.")


def register(app: typer.Typer) -> None:
    app.add_typer(drift, name="drift")


@drift.callback(invoke_without_command=True)
def overview(
    context: typer.Context, as_json: bool = typer.Option(False, "--json", help="Print everything as JSON.")
) -> None:
    """Every collection against its reference; measures what was read since the last look."""
    from resources.drift.reports import as_dict, look, state_of

    if context.invoked_subcommand is not None:
        return
    settings = load_settings()
    reports = look(open_ledger(settings), open_lake(settings), settings.drift)
    if as_json:
        say_json([as_dict(report) for report in reports])
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("environment", "collection", "readings", "judged", "alarms", "state"):
        table.add_column(name, overflow="fold")
    for report in reports:
        looks = report.watched.looks if report.watched is not None else 0
        head = [report.series.environment, escape(report.series.collection), str(len(report.series)), str(looks)]
        colour = "green" if report.stable else "red"
        table.add_row(*head, str(len(report.alarms)), f"[{colour}]{escape(state_of(report))}[/{colour}]")
    console.print(table if reports else "No document was read yet.")
    if any(report.alarms for report in reports):
        console.print("`ocr-assets drift explain` says more.")


@drift.command()
def reference(
    last: int | None = typer.Option(None, "--last", min=1, help="The newest N readings."),
    first_day: str = typer.Option("", "--from", metavar="DAY", help="Readings of this day and later (YYYY-MM-DD)."),
    last_day: str = typer.Option("", "--to", metavar="DAY", help="Readings of this day and earlier."),
    collection: str = typer.Option("default", help="The collection."),
    environment: str = typer.Option("live", help="live or test."),
) -> None:
    """Choose what documents are compared with from now on; ends what alarms there were."""
    from resources.drift.reports import NoReference, choose_reference

    settings = load_settings()
    if last is None and not first_day and not last_day:
        fail("say which readings: --last N, or --from and --to", code=USAGE)
    for day in (first_day, last_day):
        _require_day(day)
    try:
        chosen = choose_reference(
            open_ledger(settings),
            open_lake(settings),
            settings.drift,
            collection=collection,
            environment=environment,
            last=last,
            first_day=first_day,
            last_day=last_day,
            set_by=getpass.getuser(),
        )
    except NoReference as error:
        fail(str(error), code=USAGE)
    console.print(f"{len(chosen.of)} readings of {escape(collection)} are the reference of what is read from now on.")


@drift.command()
def explain(
    collection: str = typer.Option("default", help="The collection."),
    environment: str = typer.Option("live", help="live or test."),
    number: int = typer.Option(0, "--alarm", min=0, help="Which alarm, from 1 on; 0: the last."),
    as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
) -> None:
    """One alarm: what moved, since when, what it comes from, how sure that is, and what to do."""
    from dataclasses import asdict

    from resources.drift.reports import detail_of, look

    settings = load_settings()
    reports = look(open_ledger(settings), open_lake(settings), settings.drift)
    report = next(
        (r for r in reports if (r.series.environment, r.series.collection) == (environment, collection)), None
    )
    if report is None:
        fail(f"no {environment} document of the collection {collection!r} was read yet", code=USAGE)
    if number > len(report.alarms):
        fail(f"there are {len(report.alarms)} alarms", code=USAGE)
    if not report.alarms:
        if as_json:
            say_json(None)
        else:
            console.print("There is no alarm to explain.")
        return
    told = report.alarms[number - 1]
    detail = detail_of(report, told)
    if as_json:
        say_json(
            detail | {"moved": [asdict(s) for s in told.cause.moved], "pairs": [asdict(s) for s in told.cause.pairs]}
        )
        return
    for label, text in (
        ("raised by", f"{detail['document']}, {detail['documents_since']} readings after {detail['since']}"),
        ("cause", f"{detail['cause']} ({detail['sure']})"),
        ("why", detail["says"]),
        ("to do", detail["advice"]),
    ):
        console.print(f"[bold]{label:<10}[/bold] {escape(text)}")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("stage", "signal", "before", "after", "effect", "p"):
        table.add_column(name, justify="left" if name in ("stage", "signal") else "right")
    for shift in told.cause.moved[:MOVED_SHOWN]:
        levels = [escape(v) if isinstance(v, str) else f"{v:.4g}" for v in (shift.before, shift.after)]
        table.add_row(shift.stage, shift.signal, *levels, f"{shift.effect:+.2f}", f"{shift.p_value:.2g}")
    console.print(table)


def _require_day(day: str) -> None:
    from datetime import date

    try:
        if day:
            date.fromisoformat(day)
    except ValueError:
        fail(f"{day!r} is no day: YYYY-MM-DD", code=USAGE)
