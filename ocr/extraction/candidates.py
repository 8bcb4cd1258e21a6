"""Candidates for fields: which value might be which field, how likely, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from ocr.documents import Field
from ocr.extraction.labels import Labels
from ocr.extraction.rows import Span
from ocr.extraction.transcript import Transcript
from ocr.extraction.values import Value, contexts

SUREST = 0.98
LEAST = 0.3
HIGHEST_RATE = 0.3
"""Of the taxes on sales there are."""
_ABOVE = 0.88
_PER_SKIP = {"left": 0.88, "above": 0.995}
_KEPT_BEST = 16


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that may be field `name`; `score` (0..1) is how sure rule `rule` is."""

    name: str
    value: str
    span: Span
    score: float
    rule: str
    row: int = -1
    source: Value | None = None

    @property
    def number(self) -> float:
        return float(self.value)


def labelled(transcript: Transcript, values: Sequence[Value], labels: Labels) -> list[Candidate]:
    """Every value as a candidate for the fields its labels name, best first. `values` are all of one kind."""
    found: list[Candidate] = []
    by_row: dict[int, list[Value]] = {}
    for value in values:
        by_row.setdefault(value.row, []).append(value)
    for value in values:
        best: dict[str, tuple[float, str]] = {}
        for context in contexts(transcript.rows, value, by_row[value.row]):
            near = (_ABOVE if context.relation == "above" else 1.0) * _PER_SKIP[context.relation] ** context.distance
            for name, match in labels.match(context.words).items():
                score = match * near * value.doubt
                if score > best.get(name, (0.0, ""))[0]:
                    best[name] = (score, f"label_{context.relation}")
        top = max((score for score, _ in best.values()), default=0.0)
        found.extend(
            Candidate(name, value.value, value.span, min(score, SUREST), rule, value.row, value)
            for name, (score, rule) in best.items()
            if score >= max(LEAST, top - 0.15)
        )
    return sorted(found, key=lambda c: -c.score)


def of(candidates: Iterable[Candidate], name: str) -> list[Candidate]:
    return [c for c in candidates if c.name == name]


def best(candidates: Iterable[Candidate]) -> Candidate | None:
    """The surest candidate; the first of equals."""
    return max(candidates, key=lambda c: c.score, default=None)


def surer(candidate: Candidate, rule: str = "") -> Candidate:
    """The candidate after something independent agreed with it."""
    name = f"{candidate.rule}+{rule}" if rule else candidate.rule
    return replace(candidate, score=min(SUREST, 1 - 0.35 * (1 - candidate.score)), rule=name)


def less_sure(candidate: Candidate, factor: float) -> Candidate:
    return replace(candidate, score=candidate.score * factor)


def renamed(candidate: Candidate, name: str) -> Candidate:
    return replace(candidate, name=name)


def consistent_totals(
    nets: Sequence[Candidate], taxes: Sequence[Candidate], grosses: Sequence[Candidate], tolerance: float
) -> tuple[Candidate | None, Candidate | None, Candidate | None]:
    """The net, tax and gross totals that are likeliest together: three that add up beat likelier ones that do not.

    Of several sets that add up (one per tax rate, and their sum) the largest is the document's.
    """
    largest = max((abs(c.number) for c in [*nets, *grosses]), default=0.0) or 1.0

    def worth(triple: tuple[Candidate | None, Candidate | None, Candidate | None]) -> float:
        net, tax, gross = triple
        total = sum(c.score for c in triple if c is not None)
        if gross is not None:
            total += 0.25 * abs(gross.number) / largest
        if net is not None and tax is not None and gross is not None:
            adds_up = abs(net.number + tax.number - gross.number) <= tolerance
            return total + 0.8 if adds_up and gross.number else total - 0.6
        return total

    options = [[*sorted(c, key=lambda x: -x.score)[:_KEPT_BEST], None] for c in (nets, taxes, grosses)]
    net, tax, gross = max(product(options[0], options[1], options[2]), key=worth)
    if net and tax and gross and abs(net.number + tax.number - gross.number) <= tolerance:
        return surer(net, "adds_up"), surer(tax, "adds_up"), surer(gross, "adds_up")
    return net, tax, gross


def implied_taxes(amounts: Sequence[Value], nets: Sequence[Candidate], grosses: Sequence[Candidate]) -> list[Candidate]:
    """Amounts without a label that are what the likeliest gross and net totals differ by, if that is a tax's share."""
    due = {
        round(gross.number - net.number, 2)
        for net in nets[:3]
        for gross in grosses[:3]
        if 0 < abs(gross.number - net.number) <= HIGHEST_RATE * abs(net.number)
    }
    return [
        Candidate("tax_total", v.value, v.span, 0.55, "difference", v.row, v)
        for v in amounts
        if round(float(v.value), 2) in due
    ]


def as_field(candidate: Candidate, name: str | None = None, group: int | None = None) -> Field:
    """The candidate as a field; its confidence is the words' times how sure the rule is."""
    x0, y0, x1, y1 = candidate.span.box
    return Field(
        name=name or candidate.name,
        raw=candidate.span.text,
        value=candidate.value,
        confidence=round(candidate.score * candidate.span.confidence, 4),
        page=candidate.span.page,
        x0=x0,
        y0=y0,
        x1=x1,
        y1=y1,
        found_by=candidate.rule,
        group=group,
    )
