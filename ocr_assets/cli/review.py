"""`review`: what a person should look at, what they say of it, and where the line is drawn."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape
from rich.table import Table

from ocr_assets.cli.app import USAGE, console, fail, open_lake, open_ledger, say_json, shown
from resources.settings import home, load_settings

if TYPE_CHECKING:
    from resources.review.queue import Look

REPUBLISH = "`ocr-assets publish` shows it in the corpus."

review = typer.Typer(help="Fields that need a person: list, accept, correct; thresholds.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(review, name="review")


@review.command("list")
def list_(
    limit: int = typer.Option(20, min=1, help="Most fields to list."),
    document: str | None = typer.Option(None, help="Only of this document (its key or the beginning of its name)."),
    as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
) -> None:
    """Fields that need review, the most valuable look first: probably wrong, and important."""
    from ocr_assets.cli.document import find
    from resources.review.queue import to_review
    from resources.warehouse import CorpusMissing

    settings = load_settings()
    key = find(open_ledger(settings), document).document if document else None
    try:
        looks = to_review(settings.corpus_path, key)
    except CorpusMissing as error:
        fail(str(error), code=USAGE)
    if as_json:
        say_json([asdict(look) for look in looks[:limit]])
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("worth", "document", "page", "box", "field", "value", "sure", "why"):
        table.add_column(name, overflow="fold", justify="right" if name in ("worth", "sure", "page") else "left")
    for look in looks[:limit]:
        field = look.field if look.item is None else f"item {look.item + 1} {look.field}"
        cells = [look.name, *_place(look), field, look.value]
        sure = "" if look.status == "missing" else f"{look.confidence:.2f}"
        table.add_row(f"{look.worth:.2f}", *map(shown, cells), sure, shown("; ".join(look.reasons) or look.status))
    console.print(table if looks else "Nothing needs review.")
    if len(looks) > limit:
        console.print(f"… and {len(looks) - limit} more (--limit)")


@review.command()
def accept(
    document: str = typer.Argument(..., help="A document's key, or the beginning of it or of its file name."),
    field: str = typer.Argument(..., help="Name of the field, as listed."),
    by: str = typer.Option("", "--by", help="Who says so (default: the user's name)."),
) -> None:
    """Say that a field was read rightly; kept as ground truth."""
    found, record = _opened(document)
    read = record.field(field)
    if read is None:
        fail(f"{found.name} has no field {field!r}: it has {', '.join(sorted({f.name for f in record.fields}))}", USAGE)
    _answer(found, record, field, read.value, by)


@review.command()
def correct(
    document: str = typer.Argument(..., help="A document's key, or the beginning of it or of its file name."),
    field: str = typer.Argument(..., help="Name of the field."),
    value: str = typer.Argument(..., help='What it should say: dates ISO, amounts plain; "" where there is none.'),
    by: str = typer.Option("", "--by", help="Who says so (default: the user's name)."),
) -> None:
    """Say what a field should say; kept as ground truth, and shown by the corpus in place of what was read."""
    found, record = _opened(document)
    _answer(found, record, field, value, by)


@review.command()
def calibrate(as_json: bool = typer.Option(False, "--json", help="Print as JSON.")) -> None:
    """Draw the thresholds that keep the target error, from all documents with ground truth."""
    from ocr.evaluation.acceptance import judged_fields
    from resources.review import thresholds
    from resources.scores import of_environment, score_documents

    settings = load_settings()
    scored = score_documents(open_ledger(settings), open_lake(settings), settings.truth_folders)
    scores = of_environment(scored, "live")
    judged = [one for s in scores if s.fields is not None for one in judged_fields(s.record, s.fields)]
    target, guarantee = settings.review.target_error, settings.review.guarantee
    documents = sum(score.fields is not None for score in scores)
    drawn = thresholds.draw(judged, documents, target, guarantee, settings.records.review_below)
    path = thresholds.save(drawn)
    accepted = [one for one in judged if drawn.accept(one)]
    wrong = sum(not one.right for one in accepted)
    if as_json:
        say_json(asdict(drawn) | {"path": str(path), "judged": len(judged), "accepted": len(accepted), "wrong": wrong})
        return
    if not drawn.drawn:
        least = thresholds.least_fields(target, guarantee)
        console.print(
            f"{len(judged)} fields of {documents} documents have ground truth; {least} without a rule against them are "
            f"needed to show an error of {target:.1%}. Every field keeps {drawn.default}."
        )
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("field", "threshold", "drawn of", "fields"):
        table.add_column(name)
    for name, one in sorted(drawn.drawn.items()):
        shown = "always review" if one.threshold > 1 else f"{one.threshold:.3f}"
        table.add_row(name, shown, one.over, str(one.fields))
    console.print(table)
    console.print(f"{len(accepted)} of {len(judged)} fields are accepted, {wrong} of them wrong. {REPUBLISH}")


def _place(look: Look) -> tuple[str, str]:
    """Page and box."""
    if look.page is None:
        return "", "not on a page"
    return str(look.page), " ".join(f"{edge:.0f}" for edge in look.box) if look.box else ""


def _opened(name: str) -> tuple[Any, Any]:
    """The document of that name and its record."""
    from ocr_assets.cli.document import find
    from resources.batch import open_reading

    settings = load_settings()
    ledger = open_ledger(settings)
    document = find(ledger, name)
    outputs = ledger.outputs([document.document]).get(document.document, {})
    if "records" not in outputs or outputs["records"].status == "rejected":
        fail(f"{document.name} has no record", code=USAGE)
    return document, open_reading(document, ("records",), outputs, open_lake(settings)).record


def _answer(document: Any, record: Any, field: str, value: str, by: str) -> None:
    from ocr.extraction.doctype import registry
    from resources.review.answers import NotReviewable, answer, check_value

    declared = registry().get(record.type)
    kinds = {rule.name: rule.kind for rule in declared.fields if rule.kept and not rule.item} if declared else {}
    if declared and field not in kinds.keys() | {f.name for f in record.fields if f.group is None}:
        there = ", ".join(sorted(kinds))
        fail(f"{document.name} ({record.type}) can have no field {field!r}: there are {there}", code=USAGE)
    try:
        if value:
            check_value(kinds.get(field, "text"), value)
        answer(document.sha256, document.name, field, value, by or getpass.getuser(), home() / "ground_truth")
    except NotReviewable as error:
        fail(str(error), code=USAGE)
    console.print(f"{shown(document.name)}: {field} is {escape(repr(value)) if value else 'absent'}. {REPUBLISH}")
