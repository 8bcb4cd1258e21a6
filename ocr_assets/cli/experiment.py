"""`experiment`: variants of the settings are defined, tried beside those in force, promoted and rolled back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from ocr.errors import OcrError
from ocr_assets.cli.app import BUSY, USAGE, console, fail, open_lake, open_ledger, say_json
from resources.settings import load_settings, settings_before_promotions

experiment = typer.Typer(help="Try other settings beside those in force; promote, roll back.", no_args_is_help=True)

Overrides = dict[str, dict[str, Any]]


def register(app: typer.Typer) -> None:
    app.add_typer(experiment, name="experiment")


@experiment.command()
def define(
    name: str = typer.Argument(..., help="What to call the variant."),
    assignments: list[str] = typer.Option([], "--set", help="section.name=value, such as text.engine=tesseract."),
    file: Path | None = typer.Option(None, "--from", help="TOML file with sections, as the settings file."),
    comment: str = typer.Option("", help="What it is for."),
) -> None:
    """Name a set of settings that stands over those in force. A variant is never changed afterwards."""
    from resources.variants.variant import define as keep
    from resources.variants.variant import parse, parse_file

    try:
        overrides = parse_file(file) if file is not None else {}
        for section, values in parse(assignments).items():
            overrides[section] = {**overrides.get(section, {}), **values}
        made = keep(open_ledger(load_settings()), name, overrides, comment)
    except OcrError as error:
        fail(str(error), code=USAGE)
    console.print(f"{made.name}: {escape(_shown(made.overrides))}", soft_wrap=True)


@experiment.command("list")
def list_(as_json: bool = typer.Option(False, "--json", help="Print as JSON.")) -> None:
    """Variants, how often they were tried, and what was promoted and rolled back."""
    from resources.experiments.kept import kept
    from resources.ledger.promotions import history, standing
    from resources.variants.variant import listing

    settings = load_settings()
    ledger, lake = open_ledger(settings), open_lake(settings)
    variants = listing(ledger)
    with ledger.engine.connect() as connection:
        past, now = history(connection), {one.variant for one in standing(connection)}
    tried = {variant.name: len(kept(lake, variant.name)) for variant in variants}
    if as_json:
        rows = [asdict(v) | {"experiments": tried[v.name], "promoted": v.name in now} for v in variants]
        say_json({"variants": rows, "promotions": [asdict(one) for one in past]})
        return
    _print_rows(
        ("variant", "settings", "experiments", "", "comment"),
        [
            (v.name, _shown(v.overrides), str(tried[v.name]), "promoted" if v.name in now else "", v.comment)
            for v in variants
        ],
        "No variant is defined: `ocr-assets experiment define NAME --set section.name=value`.",
    )
    for one in past:
        what = "rolled back" if one.undoes is not None else "promoted"
        console.print(f"{one.made_at[:19]}  {one.variant} {what}: {escape(one.reason)}", soft_wrap=True)


@experiment.command()
def run(
    name: str = typer.Argument(..., help="The variant."),
    sample: int = typer.Option(50, min=0, help="Live documents without ground truth, besides all that have some."),
    seed: int = typer.Option(0, help="Which sample: the same number, the same documents."),
    workers: int = typer.Option(0, "--workers", min=0, help="Worker processes (default: the setting, one per core)."),
    as_json: bool = typer.Option(False, "--json", help="Print what came of it as JSON, without progress."),
) -> None:
    """Read documents by a variant too, aside, and compare. Nothing that people query changes."""
    from ocr_assets.experimenting import ExperimentFailed, run_experiment
    from ocr_assets.running import AnotherRun

    settings = load_settings()
    try:
        found = run_experiment(
            name,
            settings,
            workers or settings.workers,
            sample=sample,
            seed=seed,
            console=None if as_json else console,
        )
    except AnotherRun as error:
        fail(str(error), code=BUSY)
    except ExperimentFailed as error:
        fail(str(error))
    except OcrError as error:
        fail(str(error), code=USAGE)
    _print(found, as_json=as_json)


@experiment.command()
def show(
    name: str = typer.Argument("", help="The variant; empty: the split in force."),
    as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
) -> None:
    """The newest experiment with a variant, and the sides of a split beside each other."""
    from resources.experiments.kept import NoSuchExperiment, latest
    from resources.experiments.split import sides

    settings = load_settings()
    in_split = name in ("", settings.experiment.challenger)
    found = sides(settings, open_lake(settings), open_ledger(settings)) if in_split else []
    tried = None
    try:
        tried = latest(open_lake(settings), name) if name else None
    except NoSuchExperiment as error:
        if not found:
            fail(str(error), code=USAGE)
    if as_json:
        say_json({"experiment": asdict(tried) if tried else None, "sides": [asdict(side) for side in found]})
        return
    if tried is not None:
        _print(tried, as_json=False)
    if found:
        _print_sides(found)
    elif not name:
        none = "Documents are not split, or none came to the challenger: `[experiment] challenger` and `share`."
        console.print(escape(none))


@experiment.command()
def promote(
    name: str = typer.Argument(..., help="The variant."),
    reason: str = typer.Option(..., help="Why; it is recorded."),
    accept_loss: str = typer.Option("", help="Promote although the experiment speaks against it, for this reason."),
) -> None:
    """Put a variant's settings into force, on every machine. What is stale by it is read by the next run."""
    from resources.experiments.promoting import promote as put_into_force
    from resources.variants.sides import pending

    settings = load_settings()
    ledger = open_ledger(settings)
    if not reason.strip():
        fail("--reason wants a reason", code=USAGE)
    try:
        put_into_force(name, settings, open_lake(settings), ledger, reason=reason, accept_loss=accept_loss.strip())
    except OcrError as error:
        fail(str(error), code=USAGE)
    stale = len(pending(ledger, load_settings()))
    console.print(f"{name} is in force; {stale} documents are stale: `ocr-assets run`, or the schedule, reads them.")
    console.print("A code location that is running must be reloaded to show the new versions.")


@experiment.command()
def rollback(reason: str = typer.Option(..., help="Why; it is recorded.")) -> None:
    """Put into force what was before the last promotion, with the outputs of then. Nothing is read."""
    from resources.experiments.promoting import rollback as go_back

    if not reason.strip():
        fail("--reason wants a reason", code=USAGE)
    try:
        # What was promoted may be what no longer loads.
        done = go_back(open_ledger(settings_before_promotions()), reason=reason)
    except OcrError as error:
        fail(str(error), code=USAGE)
    what = (
        f"{done.promotion.variant} is rolled back" if done.promotion else "a rollback that was broken off is complete"
    )
    console.print(f"{what}: {done.documents} documents have their earlier outputs again.")


def _print(found: Any, *, as_json: bool) -> None:
    from resources.experiments.report import report

    if as_json:
        say_json(asdict(found))
    else:
        from rich.markdown import Markdown

        console.print(Markdown(report(found)))


def _print_sides(found: list[Any]) -> None:
    measures = {(m.stage, m.measure): f"{m.stage} {m.measure}" for side in found for m in side.measured}
    rows = [
        ("documents", *(str(side.documents) for side in found)),
        ("read", *(str(side.read) for side in found)),
        ("rejected", *(str(side.rejected) for side in found)),
        ("seconds a page", *("–" if side.seconds is None else f"{side.seconds:.3f}" for side in found)),
    ]
    for key, label in measures.items():
        values = [next((m.value for m in side.measured if (m.stage, m.measure) == key), None) for side in found]
        rows.append((label, *("–" if v is None else f"{v.value:.4f} ({v.low:.4f} to {v.high:.4f})" for v in values)))
    _print_rows(("", *(side.variant or "champion" for side in found)), rows, "")
    console.print("Other documents on either side: intervals are each side's own (95 %).")


def _print_rows(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], empty: str) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table if rows else empty)


def _shown(overrides: Overrides) -> str:
    return ", ".join(
        f"{section}.{name} = {value}" for section, values in overrides.items() for name, value in values.items()
    )
