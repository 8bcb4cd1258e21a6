"""The table of scores against ground truth: `eval`, and the end of `demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape
from rich.table import Table

from ocr_assets.cli.app import check_environment, console, open_lake, open_ledger, say_json
from resources.settings import Settings, load_settings

if TYPE_CHECKING:
    from resources.ledger import Ledger
    from resources.scores import CorpusScore, DocumentScore


def evaluate(
    compare: tuple[str, str] | None = typer.Option(
        None,
        "--compare",
        metavar="BEFORE AFTER",
        help="Two evaluations on the same documents: ids, parts of fingerprints, published, latest, or now.",
    ),
    history: bool = typer.Option(False, "--history", help="List the evaluations that are kept."),
    environment: str = typer.Option("live", "--environment", help="Of which documents: live or test."),
    as_json: bool = typer.Option(False, "--json", help="Print the scores as JSON."),
) -> None:
    """Scores of everything read that has ground truth; evaluations kept over time, compared in pairs."""
    from resources.scores import pool_scores

    check_environment(environment)
    settings = load_settings()
    if compare is not None or history:
        from ocr_assets.cli.comparing import print_comparison, print_history

        if compare is not None:
            print_comparison(settings, *compare, environment, as_json=as_json)
        else:
            print_history(settings, environment, as_json=as_json)
        return
    scores = _scores(settings, environment)
    if as_json:
        say_json({"corpus": _corpus_row(pool_scores(scores)), "documents": [_row(score) for score in scores]})
    elif not scores:
        folders = ", ".join(map(str, settings.truth_folders))
        console.print(f"No document that was read has ground truth. Put <sha256>.json files into {escape(folders)}.")
    else:
        print_scores(settings, environment)


def _scores(settings: Settings, environment: str) -> list[DocumentScore]:
    from resources.scores import of_environment, score_documents

    scores = score_documents(open_ledger(settings), open_lake(settings), settings.truth_folders)
    return of_environment(scores, environment)


def print_scores(settings: Settings, environment: str = "live") -> None:
    """A row per document: what it is, how many fields were found, and its scores where there is truth."""
    from resources.scores import pool_scores

    scores = _scores(settings, environment)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("document", overflow="ellipsis", no_wrap=True)
    table.add_column("type", no_wrap=True)
    for name in ("CER", "WER", "word F1", "field F1"):
        table.add_column(name, justify="right", no_wrap=True, min_width=8)
    for score in scores:
        table.add_row(*_cells(score))
    for name, reason in _rejected(open_ledger(settings), environment):
        table.add_row(escape(name), f"[red]rejected: {escape(reason)}[/red]")
    console.print(table)
    pooled = pool_scores(scores)
    if pooled.cer is not None:
        interval = f"(95 % between {pooled.cer.low:.4f} and {pooled.cer.high:.4f})"
        console.print(
            f"\nAll {len(scores)} with ground truth: CER {pooled.cer.value:.4f} {interval}, "
            f"word F1 {_shown(pooled.word_f1, 3)}, field F1 {_shown(pooled.field_f1, 3)}, "
            f"types right {_shown(pooled.types_right, 3)}"
        )


def _rejected(ledger: Ledger, environment: str) -> list[tuple[str, str]]:
    outputs = ledger.outputs()
    found = []
    for document in ledger.documents():
        if document.environment != environment:
            continue
        for output in outputs.get(document.document, {}).values():
            if output.status == "rejected":
                found.append((document.name, output.code))
    return found


def _cells(score: DocumentScore) -> list[str]:
    type_shown = score.type if score.truth_type in (None, score.type) else f"[yellow]{score.type}[/yellow]"
    text = score.text
    rates = [text.characters.rate, text.words.rate] if text else [None, None]
    return [
        escape(score.name),
        type_shown,
        *(_shown(rate, 4) for rate in rates),
        _shown(text.bag.f1 if text else None, 3),
        _shown(score.fields.tolerant.f1 if score.fields else None, 3),
    ]


def _shown(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _row(score: DocumentScore) -> dict[str, Any]:
    row: dict[str, Any] = {"document": score.document, "name": score.name, "set": score.set, "type": score.type}
    if score.text is not None:
        row |= {"cer": score.text.characters.rate, "wer": score.text.words.rate, "word_f1": score.text.bag.f1}
    if score.fields is not None:
        row |= {"field_f1": score.fields.tolerant.f1, "field_f1_strict": score.fields.strict.f1}
        row["not_right"] = [
            {"field": o.name, "verdict": o.verdict, "read": o.read, "truth": o.truth}
            for o in score.fields.outcomes
            if o.verdict != "right"
        ]
    return row


def _corpus_row(score: CorpusScore) -> dict[str, Any]:
    row: dict[str, Any] = {
        "word_f1": score.word_f1,
        "field_f1": score.field_f1,
        "types_right": score.types_right,
    }
    for name, interval in (("cer", score.cer), ("wer", score.wer)):
        if interval is not None:
            row |= {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
    return row
