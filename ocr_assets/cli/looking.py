"""Commands that look at what is there: `status`, `show`, `search`, `sql`, `eval`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape
from rich.table import Table

from ocr_assets.cli.app import USAGE, check_environment, console, fail, open_lake, open_ledger, say_json
from ocr_assets.cli.scores import evaluate
from resources.settings import home, load_settings

if TYPE_CHECKING:
    from resources.ledger import Ledger

LISTED = 20
GIVEN_UP_ADVICE = "Mend what its run's log in Dagster names, then re-execute that run there, or `ocr-assets run`."


def register(app: typer.Typer) -> None:
    app.command()(status)
    app.command()(show)
    app.command()(search)
    app.command()(sql)
    app.command("eval")(evaluate)


def status(
    everything: bool = typer.Option(False, "--all", help="List every document, not only those that need attention."),
    environment: str = typer.Option("live", "--environment", help="Of which documents: live or test."),
    as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
) -> None:
    """What was read, what was rejected and why, what is waiting or stale, and what is given up."""
    from ocr_assets.running import is_published
    from resources.ledger.refusals import refused
    from resources.staleness.overview import READ, REJECTED, STALE, SUPERSEDED, WAITING, overview
    from resources.variants.sides import pending

    check_environment(environment)
    settings = load_settings()
    ledger = open_ledger(settings)
    due = pending(ledger, settings)
    most = None if everything or as_json else LISTED
    found = overview(ledger, due, environment, most, _in_hand() if due else frozenset())
    published = is_published(ledger, settings)
    refusals = [
        {"name": row["uri"], "reason": row["code"], "why": row["message"], "advice": row["advice"]}
        for row in refused(ledger.engine)
        if row["environment"] == environment
    ]
    given_up = _given_up(ledger, environment)
    if as_json:
        shown = {"counts": found.counts, "published": published, "documents": found.rows}
        say_json({**shown, "refused": refusals, "given_up": given_up})
        return
    beside = f" (and {found.elsewhere} {'test' if environment == 'live' else 'live'} ones)" if found.elsewhere else ""
    counts = ", ".join(f"{count} {state}" for state, count in found.counts.items())
    console.print(f"{found.documents} documents{beside}: {counts}")
    for state in (REJECTED, STALE, WAITING, *((SUPERSEDED, READ) if everything else ())):
        chosen = [row for row in found.rows if row["state"] == state]
        if chosen:
            _print_rows(state, chosen, found.counts.get(state, len(chosen)))
    if refusals:
        _print_rows("refused objects", refusals if everything else refusals[:LISTED], len(refusals))
    if given_up:
        _print_rows("given up: no run is asked for", given_up if everything else given_up[:LISTED], len(given_up))
    if found.documents and not found.pending:
        what = (
            "holds everything that was read"
            if published
            else "is behind, or cannot be opened: `ocr-assets run` publishes it"
        )
        console.print(f"The corpus {what}.")
    elif found.in_hand < found.pending:
        console.print(f"`ocr-assets run` reads the {found.pending - found.in_hand} waiting or stale.")
    elif found.pending:
        console.print("All that wait are being read.")
    else:
        console.print("Add documents with `ocr-assets add FOLDER`.")


def show(
    document: str = typer.Argument(..., help="A document's key, or the beginning of it or of its file name."),
    text: bool = typer.Option(False, "--text", help="Print the whole text, in reading order, and nothing else."),
    as_json: bool = typer.Option(False, "--json", help="Print everything known as JSON."),
) -> None:
    """One document: its pages, record, and text."""
    from dataclasses import asdict

    from ocr.evaluation.truth import find_truth
    from ocr_assets.cli.document import find, print_reading
    from resources.batch import open_reading
    from resources.review import thresholds
    from resources.review.settle import settle

    settings = load_settings()
    ledger = open_ledger(settings)
    found = find(ledger, document)
    outputs = ledger.outputs([found.document]).get(found.document, {})
    read = [stage for stage, output in outputs.items() if output.status == "read"]
    reading = open_reading(found, [stage for stage in read if stage != "embeddings"], outputs, open_lake(settings))
    rejected = next((output for output in outputs.values() if output.status == "rejected"), None)
    if reading.record is not None:
        truth = find_truth(found.sha256, settings.truth_folders)
        reading.record = settle(reading.record, thresholds.load(settings), truth)
    if as_json:
        nouns = ("pages", "regions", "cells", "lines", "words")
        parts: dict[str, Any] = {name: [asdict(row) for row in getattr(reading, name)] for name in nouns}
        parts["record"] = asdict(reading.record) if reading.record else None
        parts["rejection"] = asdict(rejected) if rejected else None
        say_json({**asdict(found), "raw": asdict(reading.raw) if reading.raw else None, **parts})
    elif text:
        if rejected is not None:
            fail(f"{found.name} was rejected at {rejected.stage}: {rejected.message}", code=USAGE)
        for line in reading.lines:
            typer.echo(line.text)
    else:
        print_reading(found, reading, rejected)


def search(
    words: str = typer.Argument(..., help="What to look for."),
    limit: int = typer.Option(10, min=1, help="Most hits."),
    type_: str | None = typer.Option(None, "--type", help="Only documents of this type (invoice, receipt, …)."),
    words_only: bool = typer.Option(False, "--words-only", help="No vectors: quicker, and exact words only."),
    as_json: bool = typer.Option(False, "--json", help="Print the hits as JSON."),
) -> None:
    """Passages that say it, best first: by words (BM25) and by meaning (vectors)."""
    from dataclasses import asdict

    from ocr.embedding.sentence import SentenceEmbedder
    from ocr.errors import OcrError
    from resources.warehouse import search as search_corpus

    if not words.strip():
        fail("nothing to look for", code=USAGE)
    settings = load_settings()
    vector = None
    try:
        if settings.corpus_path.exists() and not words_only:
            # One query is quickest on the processor, also where documents are read on a GPU.
            engines = settings.engines.model_copy(update={"device": "cpu"})
            vector = SentenceEmbedder(settings.embeddings, engines).embed([words])[0]
        hits = search_corpus(settings.corpus_path, words, vector, limit, type_)
    except OcrError as error:
        fail(str(error), code=USAGE)
    if as_json:
        say_json([asdict(hit) for hit in hits])
        return
    if hits and all(hit.word_rank is None for hit in hits):
        console.print("No passage has these words. Nearest in meaning:\n")
    for hit in hits:
        heading = f" · {escape(hit.heading)}" if hit.heading else ""
        place = f"[bold]{escape(hit.name)}[/bold] page {hit.page}{heading}"
        console.print(f"{place}  [dim]{hit.score:.4f} {hit.document}[/dim]")
        console.print(f"  {_marked(hit.snippet)}\n", soft_wrap=False)
    if not hits:
        console.print("Nothing found.")


def sql(
    query: str = typer.Argument(..., help='SQL on the corpus, such as "from invoices" or "show tables".'),
    as_json: bool = typer.Option(False, "--json", help="Print the rows as JSON."),
) -> None:
    """Ask the corpus in SQL (DuckDB, read only)."""
    import duckdb

    from resources.warehouse import CorpusMissing, connect

    if not query.strip():
        fail('there is nothing to ask: try "show tables"', code=USAGE)
    try:
        with connect(load_settings().corpus_path, read_only=True) as connection:
            result = connection.sql(query)
            if result is None:
                return
            columns, rows = result.columns, result.fetchall()
    except CorpusMissing as error:
        fail(str(error), code=USAGE)
    except duckdb.Error as error:
        fail(str(error), code=USAGE)
    if as_json:
        say_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(escape(column), overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else escape(str(value)) for value in row))
    console.print(table)


def _in_hand() -> set[str]:
    """Documents that are being read now; none where Dagster has no history here yet."""
    if not Path(os.environ.get("DAGSTER_HOME") or home() / "dagster").exists():
        return set()
    from ocr_assets.automation.instance import open_instance
    from ocr_assets.in_hand import in_hand

    with open_instance() as instance:
        return in_hand(instance)


def _given_up(ledger: Ledger, environment: str) -> list[dict[str, Any]]:
    """Documents whose runs failed until nobody asks for one any more."""
    from resources.ledger import batches

    why = {document: one.why for one in batches.given_up(ledger.engine) for document in one.documents}
    return [
        {"document": of.document, "name": of.name, "why": why[of.document], "advice": GIVEN_UP_ADVICE}
        for of in ledger.documents(list(why))
        if of.environment == environment
    ]


def _print_rows(state: str, rows: list[dict[str, Any]], count: int) -> None:
    table = Table(title=f"{state} ({count})", title_justify="left", box=None, header_style="bold", pad_edge=False)
    columns = [name for name in ("name", "stage", "reason", "why", "advice", "by", "seconds") if name in rows[0]]
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(row.get(name, ""))) for name in columns))
    console.print(table)
    if count > len(rows):
        console.print(f"… and {count - len(rows)} more (--all lists them)")


def _marked(snippet: str) -> str:
    """The matching words, which the search marks with «», in bold."""
    return escape(snippet).replace("«", "[bold]").replace("»", "[/bold]")
