"""`stale` and `reprocess`: what would be read again, why, at what cost; and letting a refused change by."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape
from rich.table import Table

from ocr_assets.cli.app import USAGE, console, fail, open_lake, open_ledger, say_json
from resources.settings import Settings, load_settings

if TYPE_CHECKING:
    from resources.ledger.verdicts import Decision
    from resources.staleness import StageReport, Staleness

REASONS_SHOWN, WORSE_SHOWN = 4, 20


def register(app: typer.Typer) -> None:
    app.command()(stale)
    app.command()(reprocess)


def stale(as_json: bool = typer.Option(False, "--json", help="Print as JSON.")) -> None:
    """What would be read again with the models and settings in force: which stages, why, at what cost."""
    from resources.ledger.verdicts import decision, plan_of
    from resources.staleness import find_stale, report
    from resources.staleness.aside import read_aside_before
    from resources.variants.sides import challengers
    from resources.variants.variant import fingerprints
    from resources.warm import warm

    settings = load_settings()
    ledger, lake, expected = open_ledger(settings), open_lake(settings), fingerprints(settings)
    by_variant = {name: fingerprints(of) for name, of in challengers(settings).items()}
    found = find_stale(ledger, expected, by_variant, read_aside_before(lake, settings.truth_folders))
    figures = report(found, warm(settings.reading), ledger, lake)
    decided = decision(ledger, plan_of(expected))
    if as_json:
        say_json(_as_dict(figures, settings) | {"canary": asdict(decided) if decided else None})
        return
    if not figures.documents:
        console.print("Nothing is stale." + _waiting(figures))
        return
    _print(figures, settings)
    if decided is not None:
        _print_decision(decided)


def reprocess(
    accept_loss: str | None = typer.Option(
        None, "--accept-loss", help="Let the models and settings in force by although the canary refused them: why."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
) -> None:
    """What the canary said of the models and settings in force; lets a refused change by."""
    from resources.ledger.verdicts import accept, decision, plan_of
    from resources.variants.variant import fingerprints

    if accept_loss is not None and not accept_loss.strip():
        fail("--accept-loss wants the reason", code=USAGE)
    settings = load_settings()
    ledger, plan = open_ledger(settings), plan_of(fingerprints(settings))
    if accept_loss is not None and not accept(ledger, plan, accept_loss):
        fail("the models and settings in force were not refused: there is nothing to accept", code=USAGE)
    decided = decision(ledger, plan)
    if as_json:
        say_json(asdict(decided) if decided else None)
    elif decided is None:
        console.print(
            escape("The models and settings in force were not judged yet: `[reprocess] cron` says when that is done.")
        )
    else:
        _print_decision(decided)


def _print(figures: Staleness, settings: Settings) -> None:
    console.print(f"{figures.documents} documents are stale." + _waiting(figures))
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("stage", "documents", "at most", "there before", "worker time", "why"):
        right = name in ("documents", "at most", "there before", "worker time")
        table.add_column(name, overflow="fold", justify="right" if right else "left")
    for stage in figures.stages:
        most = str(stage.documents + stage.at_most) if stage.at_most else ""
        table.add_row(stage.stage, str(stage.documents), most, str(stage.kept or ""), _span(stage), _why(stage))
    console.print(table)
    workers = settings.workers
    times = _range(figures.seconds / workers, figures.seconds_at_most / workers)
    console.print(f"{times} with {workers} workers." + (f" {figures.tokens:,} tokens at most." * bool(figures.tokens)))
    if any(stage.at_most for stage in figures.stages):
        console.print("At most: a stage whose input turns out as it was is not run.")


def _waiting(figures: Staleness) -> str:
    return f" {figures.waiting} were not read yet: `ocr-assets run` reads them." if figures.waiting else ""


def _why(stage: StageReport) -> str:
    shown = [f"{escape(reason)} ({count})" for reason, count in stage.reasons.most_common(REASONS_SHOWN)]
    return "; ".join(shown)


def _span(stage: StageReport) -> str:
    return _range(stage.seconds, stage.seconds_at_most)


def _range(seconds: float, at_most: float) -> str:
    if round(seconds) == round(at_most):
        return _time(seconds)
    return f"{_time(seconds)} to {_time(at_most)}"


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _print_decision(decided: Decision) -> None:
    day = decided.decided_at[:16].replace("T", " ")
    if decided.state == "passed" and not decided.documents:
        console.print(f"No stale document has ground truth: nothing was judged ({day}).")
    elif decided.state == "passed":
        console.print(f"The canary passed on {decided.documents} documents with ground truth ({day}).")
    elif decided.state == "accepted":
        console.print(f"The canary's loss was accepted: {escape(decided.reason)}")
    else:
        console.print(
            f"[red]The canary refused[/red] this on {decided.documents} documents ({day}); nothing was changed:"
        )
    for sentence in decided.losses:
        console.print(f"  {escape(sentence)}")
    for name in decided.worse[:WORSE_SHOWN]:
        console.print(f"  worse: {escape(name)}")
    if len(decided.worse) > WORSE_SHOWN:
        console.print(f"  … and {len(decided.worse) - WORSE_SHOWN} more")
    if decided.state == "refused":
        console.print('`ocr-assets reprocess --accept-loss "why"` lets it by; or take the change back.')


def _as_dict(figures: Staleness, settings: Settings) -> dict[str, Any]:
    totals = {"seconds": round(figures.seconds, 1), "seconds_at_most": round(figures.seconds_at_most, 1)}
    return {
        "documents": figures.documents,
        "waiting": figures.waiting,
        "workers": settings.workers,
        **totals,
        "tokens_at_most": figures.tokens,
        "stages": [asdict(stage) | {"reasons": dict(stage.reasons)} for stage in figures.stages],
    }
