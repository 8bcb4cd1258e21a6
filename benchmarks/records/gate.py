"""The gate before publishing: how often it catches a loss of two points, and how often it stops what is no loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.records import known
from benchmarks.records.known import Known
from ocr.evaluation.fields import FieldScore
from ocr.evaluation.text import score_text
from resources.evaluations.comparison import compare, losses
from resources.evaluations.measures import Row
from resources.settings import ChecksSettings

TRIALS = 100
LOSS = 0.02
TARGETS = {"caught": 0.95, "blocked": 0.05}

Damage = Callable[[Sequence[Known], np.random.Generator], list[Known]]


def measure() -> dict[str, Any]:
    sources = (known.receipts, known.invoices, known.books)
    first = [known.read(path, truth) for source in sources for path, truth in source()]
    again = {truth.sha256: known.read(path, truth, known.reduced) for path, truth in known.receipts()}
    second = [again.get(one.truth.sha256, one) for one in first]
    figures: dict[str, Any] = {"documents": {}, "trials": TRIALS, "level": ChecksSettings().loss_level}
    for name in dict.fromkeys(one.truth.set for one in first):
        figures["documents"][name] = sum(one.truth.set == name for one in first)
    figures["fields"] = sum(len(one.fields.outcomes) for one in first if one.fields)
    figures["noise"] = sum(a is not b and rows([a]) != rows([b]) for a, b in zip(first, second, strict=True))
    figures["caught"] = {name: caught(first, first, damage) for name, damage in DAMAGES.items()}
    figures["caught beside noise"] = {name: caught(first, second, damage) for name, damage in DAMAGES.items()}
    figures["blocked"] = {
        "the same outputs again": caught(first, first, lambda after, _: list(after)),
        "an equally good reading of other pixels": caught(first, second, lambda after, _: list(after)),
    }
    return figures


def caught(first: Sequence[Known], second: Sequence[Known], damage: Damage) -> float:
    """Share of trials in which the gate stops publishing.

    In each trial every document's two readings are exchanged at random, so that before and after are equally good by
    construction, whatever their noise; then the one after is damaged.
    """
    checks, stopped = ChecksSettings(), 0
    for trial in range(TRIALS):
        generator = np.random.default_rng(trial)
        sides = generator.integers(2, size=len(first))
        before = [b if side else a for a, b, side in zip(first, second, sides, strict=True)]
        after = [a if side else b for a, b, side in zip(first, second, sides, strict=True)]
        compared = compare(rows(before), rows(damage(after, generator)), slices=False)
        stopped += bool(losses(compared, checks.loss_level, checks.loss_least))
    return stopped / TRIALS


def rows(documents: Sequence[Known]) -> list[Row]:
    """The gated measures of these documents."""
    found = []
    for one in documents:
        text = score_text(one.truth, one.pages)
        measures = []
        if text is not None:
            measures.append(("text", "character_errors", text.characters.edits, text.characters.length))
        if one.fields is not None:
            counts = one.fields.tolerant
            judged = 2 * counts.right + 2 * counts.wrong + counts.missing + counts.extra
            measures.append(("records", "field_f1", 2 * counts.right, judged))
        if one.truth.type is not None:
            measures.append(("records", "type_right", one.record.type == one.truth.type, 1))
        for stage, name, top, bottom in measures:
            key = one.truth.sha256
            found.append(Row(key, "", "live", one.truth.set, "", "", stage, name, float(top), float(bottom), "", ""))
    return found


def lose_fields(after: Sequence[Known], generator: np.random.Generator) -> list[Known]:
    """Fields read rightly become wrong, here and there, until F1 is two points lower."""
    places = [
        (i, k)
        for i, one in enumerate(after)
        for k, outcome in enumerate(one.fields.outcomes if one.fields else ())
        if outcome.verdict == "right"
    ]
    return _spoil(after, [places[p] for p in generator.permutation(len(places))])


def lose_documents(after: Sequence[Known], generator: np.random.Generator) -> list[Known]:
    """The same loss, but of all fields of a few documents: a layout that is no longer understood."""
    places = []
    for i in generator.permutation(len(after)):
        fields = after[i].fields
        places += [(int(i), k) for k, o in enumerate(fields.outcomes if fields else ()) if o.verdict == "right"]
    return _spoil(after, places)


def _spoil(after: Sequence[Known], order: Sequence[tuple[int, int]]) -> list[Known]:
    counts = [one.fields.tolerant for one in after if one.fields]
    judged = sum(2 * c.right + 2 * c.wrong + c.missing + c.extra for c in counts)
    spoilt = set(order[: int(np.ceil(LOSS * judged / 2))])
    return [
        one
        if one.fields is None
        else replace(
            one,
            fields=FieldScore(
                tuple(
                    replace(o, verdict="wrong", exact=False, close=False) if (i, k) in spoilt else o
                    for k, o in enumerate(one.fields.outcomes)
                )
            ),
        )
        for i, one in enumerate(after)
    ]


def lose_characters(after: Sequence[Known], generator: np.random.Generator) -> list[Known]:
    """Two characters in a hundred are misread, anywhere."""

    def misread(text: str) -> str:
        letters = np.array(list(text))
        letters[generator.random(len(letters)) < LOSS] = "¤"
        return "".join(letters)

    return [replace(one, pages={number: misread(text) for number, text in one.pages.items()}) for one in after]


def lose_words(after: Sequence[Known], generator: np.random.Generator) -> list[Known]:
    """Two words in a hundred have one wrong letter."""

    def misread(text: str) -> str:
        words = text.split(" ")
        hit = generator.random(len(words)) < LOSS
        return " ".join(f"¤{word[1:]}" if bad and word else word for word, bad in zip(words, hit, strict=True))

    return [replace(one, pages={number: misread(text) for number, text in one.pages.items()}) for one in after]


DAMAGES: dict[str, Damage] = {
    "field F1, fields at random": lose_fields,
    "field F1, all fields of a few documents": lose_documents,
    "characters at random": lose_characters,
    "words at random, a letter each": lose_words,
}


def report(figures: dict[str, Any], plots: Path) -> list[str]:
    sets = ", ".join(f"{name} {count}" for name, count in figures["documents"].items())
    return [
        "## The gate",
        "",
        f"A loss of two points is put into readings of {sets} ({figures['fields']} fields),",
        f"{figures['trials']} times each; the gate works at its default level, {figures['level']}.",
        "Beside noise: before and after are readings of",
        f"different pixels (receipts at {known.REDUCED} of their size), exchanged at random, of which",
        f"{figures['noise']} differ in what is gated; the loss comes on top.",
        "",
        "| loss of two points | caught | caught beside noise |",
        "| --- | --- | --- |",
        *(
            f"| {name} | {share:.0%} | {figures['caught beside noise'][name]:.0%} |"
            for name, share in figures["caught"].items()
        ),
        f"| *at least* | *{TARGETS['caught']:.0%}* | |",
        "",
        "| no loss | blocked |",
        "| --- | --- |",
        *(f"| {name} | {share:.0%} |" for name, share in figures["blocked"].items()),
        f"| *at most* | *{TARGETS['blocked']:.0%}* |",
        "",
        "A loss that sits in two or three documents cannot be told from chance by exchanging documents: such a change",
        "is listed by `eval --compare`, and not blocked; nor is a loss of few fields beside a new engine's noise.",
    ]
