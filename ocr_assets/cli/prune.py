"""`prune`: removes outputs that nobody needs any more."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import typer
from rich.markup import escape
from rich.table import Table

from ocr_assets.cli.app import BUSY, USAGE, console, errors, fail, open_lake, open_ledger, say_json
from resources.ledger import Ledger
from resources.settings import Settings, load_settings


def register(app: typer.Typer) -> None:
    app.command()(prune)


def prune(
    older_than: float = typer.Option(30.0, "--older-than", min=0, help="Only what was retired so many days ago."),
    keep: list[str] = typer.Option([], "--keep", help="A variant whose outputs are kept too; may be given again."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be freed, and remove nothing."),
    as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
) -> None:
    """Remove outputs of earlier models and settings, and of experiments, that nothing needs any more; what old
    promotions kept, and events that were sent `[events] keep_days` ago."""
    from ocr_assets.running import AnotherRun, only_run
    from resources.pruning import prunable
    from resources.pruning import prune as remove
    from resources.variants.variant import VariantError

    settings = load_settings()
    ledger, lake = open_ledger(settings), open_lake(settings)
    before = _ago(older_than)
    freed, count = Counter[str](), Counter[str]()
    try:
        kept_for = _kept_for(settings, ledger, keep)
        with only_run():
            _nothing_in_flight()
            for item in list(prunable(ledger, lake, kept_for, before)):
                if dry_run or remove(ledger, lake, item):
                    freed[item.stage] += item.bytes
                    count[item.stage] += 1
    except VariantError as error:
        fail(str(error), code=USAGE)
    except AnotherRun as error:
        fail(str(error), code=BUSY)
    events, promotions = _forget(ledger, _ago(settings.events.keep_days), before, dry_run=dry_run)
    if as_json:
        stages = {stage: {"outputs": count[stage], "bytes": freed[stage]} for stage in count}
        rows = {"events": events, "promotions": promotions}
        say_json({"dry_run": dry_run, "outputs": count.total(), "bytes": freed.total(), "stages": stages} | rows)
        return
    _print(count, freed, events, promotions, "would be removed" if dry_run else "removed")


def _print(count: Counter[str], freed: Counter[str], events: int, promotions: int, what: str) -> None:
    if events:
        console.print(f"{events} events that were sent {what}.")
    if promotions:
        console.print(f"What was current before {promotions} old promotions {what}.")
    if count:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for name in ("stage", "outputs", "MB"):
            table.add_column(name, justify="left" if name == "stage" else "right")
        for stage in count:
            table.add_row(stage, str(count[stage]), f"{freed[stage] / 1e6:,.1f}")
        console.print(table)
        console.print(f"{count.total()} outputs, {freed.total() / 1e6:,.1f} MB {what}.")
    elif not events and not promotions:
        console.print("There is nothing to remove.")


def _ago(days: float) -> str:
    """A time in UTC, ISO to the second."""
    return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")


def _forget(ledger: Ledger, sent: str, promoted: str, *, dry_run: bool) -> tuple[int, int]:
    """Remove events sent and what was kept by promotions made before these times; how many events and promotions."""
    from resources.ledger import outbox
    from resources.ledger.promotions import forget_kept
    from resources.pruning import prune_events

    with ledger.transaction() as connection:
        promotions = forget_kept(connection, promoted, dry_run=dry_run)
        events = outbox.prunable(connection, sent) if dry_run else 0
    return events if dry_run else prune_events(ledger, sent), promotions


def _kept_for(settings: Settings, ledger: Ledger, names: list[str]) -> list[dict[str, str]]:
    """Fingerprints of the settings in force, of the variant promoted or rolled back last, and of those named."""
    from resources.ledger.promotions import history
    from resources.variants.sides import challengers
    from resources.variants.variant import VariantError, fingerprints, fingerprints_of

    found = [fingerprints(settings), *(fingerprints(of) for of in challengers(settings).values())]
    with ledger.engine.connect() as connection:
        last = [one.variant for one in history(connection)[-1:]]
    for name in last:
        try:
            found.append(fingerprints_of(name))
        except VariantError:
            errors.print(f"[yellow]note:[/yellow] {escape(name)}, promoted or rolled back last, is no variant any more")
    return found + [fingerprints_of(name) for name in names]


def _nothing_in_flight() -> None:
    """A run in hand may be about to use what lies in the lake."""
    import dagster as dg

    from ocr_assets.automation.instance import open_instance
    from ocr_assets.automation.publish import IN_FLIGHT
    from ocr_assets.orphans import end_orphans

    with open_instance() as instance:
        end_orphans(instance)
        if instance.get_runs_count(dg.RunsFilter(statuses=IN_FLIGHT)):
            fail("documents are being read: prune when no run is in flight", code=BUSY)
