"""Two evaluations side by side, and the list of those that are kept: `eval --compare`, `eval --history`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.table import Table

from ocr_assets.cli.app import USAGE, console, fail, open_lake, open_ledger, say_json
from resources.evaluations.comparison import Compared, Worse, compare, pooled, worse_documents
from resources.evaluations.environments import of_environment
from resources.evaluations.kept import NoSuchEvaluation, find, kept, rows_of
from resources.evaluations.measures import MEASURES, Row, measure
from resources.settings import Settings

NOW = "now"
WORSE_SHOWN = 20


def print_comparison(settings: Settings, before: str, after: str, environment: str, *, as_json: bool) -> None:
    """Every measure that changed, over all documents and by set, and the documents that became worse."""
    first, second = (of_environment(_rows(settings, name), environment) for name in (before, after))
    compared = [one for one in compare(first, second) if one.by in ("all", "set")]
    if not compared:
        fail(f"{before} and {after} judged no document in common by the same truth", code=USAGE)
    gated = [key for key, known in MEASURES.items() if known.gated]
    worse = worse_documents(first, second, gated)
    if as_json:
        say_json({"measures": [_as_dict(one) for one in compared], "worse": [asdict(one) for one in worse]})
        return
    _print_measures(compared)
    _print_worse(worse)


def print_history(settings: Settings, environment: str, *, as_json: bool) -> None:
    """A line an evaluation, oldest first; `documents` counts both environments."""
    lake = open_lake(settings)
    rows: list[dict[str, Any]] = []
    for evaluation in kept(lake):
        judged = of_environment(rows_of(lake, evaluation), environment)
        found = {p.measure: p.value.value for p in pooled(judged, slices=False)}
        rows.append(asdict(evaluation) | {name: found.get(name) for name in ("character_errors", "field_f1")})
    if as_json:
        say_json(rows)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("evaluation", "documents", "CER", "field F1", "published", "loss accepted"):
        table.add_column(name)
    for row in rows:
        rates = ["–" if row[name] is None else f"{row[name]:.4f}" for name in ("character_errors", "field_f1")]
        table.add_row(row["id"], str(row["documents"]), *rates, row["published_at"][:19], escape(row["accepted_loss"]))
    console.print(table if rows else "No evaluation is kept yet: `ocr-assets publish` keeps one.")


def _rows(settings: Settings, name: str) -> list[Row]:
    from resources.review import thresholds
    from resources.scores import score_documents

    lake = open_lake(settings)
    if name == NOW:
        scores = score_documents(open_ledger(settings), lake, settings.truth_folders)
        return measure(scores, thresholds.load(settings).accept)
    try:
        return rows_of(lake, find(lake, name))
    except NoSuchEvaluation as error:
        fail(str(error), code=USAGE)


def _print_measures(compared: list[Compared]) -> None:
    changed = [one for one in compared if one.paired.changed]
    if not changed:
        console.print(f"Nothing differs on {max(one.paired.documents for one in compared)} documents.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("stage", "measure", "of", "before", "after", "difference (95 %)", "p", "differ"):
        table.add_column(name, justify="left" if name in ("stage", "measure", "of") else "right")
    for one in changed:
        paired, change = one.paired, one.paired.difference
        colour = "red" if one.loss > 0 else "green"
        shown = f"[{colour}]{change.value:+.4f}[/{colour}] ({change.low:+.4f} to {change.high:+.4f})"
        place = one.by if one.by == "all" else f"set {one.of or '–'}"
        rates = f"{paired.before:.4f}", f"{paired.after:.4f}"
        differ = f"{paired.changed} of {paired.documents}"
        table.add_row(one.stage, one.measure, escape(place), *rates, shown, f"{paired.p_value:.4f}", differ)
    console.print(table)
    console.print("p: how likely so large a loss would be, were both equally good (exchanged document by document).")


def _print_worse(worse: list[Worse]) -> None:
    if not worse:
        return
    table = Table(title="worse", title_justify="left", box=None, header_style="bold", pad_edge=False)
    for name in ("document", "set", "measure", "before", "after"):
        table.add_column(name)
    for one in worse[:WORSE_SHOWN]:
        table.add_row(escape(one.name), escape(one.set), one.measure, f"{one.before:.4f}", f"{one.after:.4f}")
    console.print(table)
    if len(worse) > WORSE_SHOWN:
        console.print(f"… and {len(worse) - WORSE_SHOWN} more")


def _as_dict(one: Compared) -> dict[str, Any]:
    return asdict(one) | {"loss": one.loss}
