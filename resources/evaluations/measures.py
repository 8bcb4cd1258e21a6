"""What an evaluation measures: of each document and stage, numerators and denominators that can be added up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ocr.evaluation.acceptance import Judged, judged_fields
from ocr.evaluation.fields import FieldCounts, FieldScore
from resources.scores import DocumentScore

Accepts = Callable[[Judged], bool]
Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Measure:
    """`better`: the direction that is better; `gated`: a loss in it blocks publishing; `text` says what it is."""

    better: Direction
    text: str
    gated: bool = False


MEASURES: dict[tuple[str, str], Measure] = {
    ("pages", "rotation_right"): Measure("up", "pages turned upright", gated=True),
    ("pages", "skew_error"): Measure("down", "degrees the skew was misjudged by, a page"),
    ("regions", "region_f1"): Measure("up", "regions found with their kind, at half their area in common"),
    ("text", "character_errors"): Measure("down", "edits a character (CER)", gated=True),
    ("text", "word_errors"): Measure("down", "edits a word (WER)"),
    ("text", "word_f1"): Measure("up", "words found, in any order"),
    ("records", "type_right"): Measure("up", "documents whose type was told", gated=True),
    ("records", "field_f1"): Measure("up", "fields right by their kind", gated=True),
    ("records", "field_f1_strict"): Measure("up", "fields right to the letter"),
    ("records", "field_f1_fuzzy"): Measure("up", "fields right, or names with few letters wrong"),
    ("end_to_end", "documents_right"): Measure("up", "documents with every known field right"),
    ("end_to_end", "fields_accepted"): Measure("up", "known fields accepted without review"),
    ("end_to_end", "accepted_wrong"): Measure("down", "wrong ones among the fields accepted without review"),
}
"""By stage and name. `records` has besides a measure `field/<name>`, the F1 of each field."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one document. `fingerprint` is that of the stage's output, `truth` tells versions of the truth,
    `day` is when the document was received (empty in rows of before it was noted), `variant` the side of a split that
    read it (empty: the champion's)."""

    document: str
    name: str
    environment: str
    set: str
    type: str
    tier: str
    stage: str
    measure: str
    numerator: float
    denominator: float
    fingerprint: str
    truth: str
    day: str = ""
    variant: str = ""


def better(stage: str, measure: str) -> Direction:
    known = MEASURES.get((stage, measure))
    return known.better if known else "up"


def measure(scores: Sequence[DocumentScore], accepts: Accepts) -> list[Row]:
    """Every measure of every document; `accepts` says which fields need no review."""
    return [
        Row(
            document=score.document,
            name=score.name,
            environment=score.environment,
            set=score.set,
            type=score.truth_type or score.type,
            tier=score.tier,
            stage=stage,
            measure=name,
            numerator=float(numerator),
            denominator=float(denominator),
            fingerprint=score.fingerprints.get("records" if stage == "end_to_end" else stage, ""),
            truth=score.truth,
            day=score.day,
            variant=score.variant,
        )
        for score in scores
        for stage, name, numerator, denominator in _measured(score, accepts)
        # Nothing to divide by: nothing was judged.
        if denominator
    ]


def _measured(score: DocumentScore, accepts: Accepts) -> Iterator[tuple[str, str, float, float]]:
    turned = [page.rotation_right for page in score.pages or [] if page.rotation_right is not None]
    skews = [page.skew_error for page in score.pages or [] if page.skew_error is not None]
    yield "pages", "rotation_right", sum(turned), len(turned)
    yield "pages", "skew_error", sum(skews), len(skews)
    if score.regions is not None:
        yield "regions", "region_f1", 2 * score.regions.matched, score.regions.truth + score.regions.found
    if score.text is not None:
        yield "text", "character_errors", score.text.characters.edits, score.text.characters.length
        yield "text", "word_errors", score.text.words.edits, score.text.words.length
        yield "text", "word_f1", 2 * score.text.bag.matched, score.text.bag.truth + score.text.bag.read
    if score.truth_type is not None:
        yield "records", "type_right", score.type == score.truth_type, 1
    if score.fields is not None:
        yield "records", "field_f1", *_f1(score.fields.tolerant)
        yield "records", "field_f1_strict", *_f1(score.fields.strict)
        yield "records", "field_f1_fuzzy", *_f1(score.fields.fuzzy)
        for name in dict.fromkeys(outcome.name for outcome in score.fields.outcomes):
            of_field = FieldScore(tuple(o for o in score.fields.outcomes if o.name == name))
            yield "records", f"field/{name}", *_f1(of_field.tolerant)
        yield from _end_to_end(score, score.fields, accepts)


def _end_to_end(score: DocumentScore, fields: FieldScore, accepts: Accepts) -> Iterator[tuple[str, str, float, float]]:
    asked = [outcome for outcome in fields.outcomes if outcome.item is None]
    judged = [(j, accepts(j)) for j in judged_fields(score.record, fields)]
    yield "end_to_end", "documents_right", all(o.verdict == "right" for o in fields.outcomes), 1
    yield "end_to_end", "fields_accepted", sum(accepted for _, accepted in judged), len(asked)
    yield "end_to_end", "accepted_wrong", sum(a and not j.right for j, a in judged), sum(a for _, a in judged)


def _f1(counts: FieldCounts) -> tuple[int, int]:
    return 2 * counts.right, 2 * counts.right + 2 * counts.wrong + counts.missing + counts.extra
