"""An experiment as a page to be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from resources.evaluations.comparison import Compared
from resources.evaluations.measures import MEASURES
from resources.experiments.disagreement import Disagreement
from resources.experiments.experiment import Changed, Experiment

LISTED = 10  # documents of each list


def report(experiment: Experiment) -> str:
    """Markdown: what was tried, the verdict, and each thing that was measured, stage by stage."""
    return "\n\n".join(
        [
            f"# {experiment.variant} against the settings in force",
            _head(experiment),
            "## Against ground truth",
            _measured(experiment),
            "## Where nobody knows the truth",
            _disagreement(experiment.disagreement),
            "## Stage by stage",
            _stages(experiment),
            "## Rejections",
            _changes("appear", experiment.appeared) + "\n\n" + _changes("vanish", experiment.vanished),
        ]
    )


def verdict(experiment: Experiment) -> str:
    """In one sentence."""
    if experiment.against:
        return f"{experiment.variant} should not be promoted: " + "; ".join(experiment.against)
    sure = [c for c in experiment.compared if c.by == "all" and c.paired.difference.low * c.paired.difference.high > 0]
    gains = ", ".join(f"{c.stage} {c.measure}" for c in sure if c.loss < 0 and (c.stage, c.measure) in MEASURES)
    return f"{experiment.variant} does not lose" + (f"; it is surely better in {gains}" if gains else "")


def _head(experiment: Experiment) -> str:
    changed = [f"`{s}.{n} = {v}`" for s, values in experiment.overrides.items() for n, v in values.items()]
    return (
        f"{', '.join(changed)}. Read on {experiment.made_at[:16].replace('T', ' ')} UTC: "
        f"{experiment.golden} documents with ground truth, {experiment.sampled} sampled live ones "
        f"(seed {experiment.seed}).\n\n**{verdict(experiment)}.**"
    )


def _measured(experiment: Experiment) -> str:
    shown = [c for c in experiment.compared if c.by == "all" and (c.paired.changed or (c.stage, c.measure) in MEASURES)]
    if not shown:
        return "No document with ground truth was judged."
    lost = {(c.stage, c.measure) for c in experiment.lost}
    rows = [(*_measure(c), "lost" if (c.stage, c.measure) in lost else "") for c in shown]
    head = ("stage", "measure", "champion", "challenger", "difference", "95 %", "p of a loss", "differ", "")
    sets = [c for c in experiment.compared if c.by == "set" and c.paired.changed and (c.stage, c.measure) in MEASURES]
    by_set = [(c.of or "–", *_measure(c)) for c in sets]
    found = _table(head, rows) + (
        "\n\np: how likely so large a loss would be, were both equally good (exchanged document by document)."
    )
    if by_set:
        found += "\n\n" + _table(("set", *head[:-1]), by_set)
    if experiment.worse:
        worse = [
            (w.name, f"{w.stage} {w.measure}", f"{w.before:.3f}", f"{w.after:.3f}") for w in experiment.worse[:LISTED]
        ]
        found += "\n\n" + _table(("worse", "measure", "champion", "challenger"), worse)
    return found


def _measure(one: Compared) -> tuple[str, ...]:
    paired, change = one.paired, one.paired.difference
    return (
        one.stage,
        one.measure,
        f"{paired.before:.4f}",
        f"{paired.after:.4f}",
        f"{change.value:+.4f}",
        f"{change.low:+.4f} to {change.high:+.4f}",
        f"{paired.p_value:.4f}",
        f"{paired.changed} of {paired.documents}",
    )


def _disagreement(found: Disagreement) -> str:
    if not found.documents:
        return "No sampled document was read by both."
    lines = [f"{found.alike} of {found.documents} sampled documents read alike; {found.types} are of another type."]
    if found.text is not None:
        text = found.text
        lines.append(f"Characters that differ: {text.value:.4f} ({text.low:.4f} to {text.high:.4f}).")
    if found.fields is not None:
        fields = found.fields
        lines.append(
            f"Values of fields that only one side has: {fields.value:.4f} ({fields.low:.4f} to {fields.high:.4f})."
        )
    if found.confidence is not None:
        sure = found.confidence
        lines.append(
            f"Mean confidence of words: {sure.before:.4f} → {sure.after:.4f} "
            f"({sure.difference.low:+.4f} to {sure.difference.high:+.4f})."
        )
    if not found.most:
        return " ".join(lines)
    rows = [
        (d.name, f"{d.rate:.4f}", f"{d.confidence[0]:.3f} → {d.confidence[1]:.3f}", _fields(d.fields))
        for d in found.most[:LISTED]
    ]
    return " ".join(lines) + "\n\n" + _table(("document", "characters differing", "confidence", "fields"), rows)


def _fields(fields: dict[str, tuple[list[str], list[str]]]) -> str:
    return "; ".join(f"{name}: {', '.join(a) or '–'} → {', '.join(b) or '–'}" for name, (a, b) in fields.items())


def _stages(experiment: Experiment) -> str:
    rows = []
    for cost in experiment.costs:
        appear = sum(one.stage == cost.stage for one in experiment.appeared)
        vanish = sum(one.stage == cost.stage for one in experiment.vanished)
        first, second = cost.seconds
        factor = f"{second / first:.2f}" if first and second is not None else "–"
        rows.append(
            (
                cost.stage,
                str(experiment.differing[cost.stage]),
                str(cost.apart),
                _seconds(first),
                _seconds(second),
                factor,
                f"{cost.model_loads[0]} / {cost.model_loads[1]}",
                f"{cost.tokens[0]} / {cost.tokens[1]}",
                f"{cost.money[0]:g} / {cost.money[1]:g}",
                f"+{appear} −{vanish}",
            )
        )
    head = (
        "stage",
        "outputs differ",
        "made apart",
        "s a page",
        "challenger",
        "factor",
        "loads",
        "tokens",
        "cost",
        "rejections",
    )
    whole = [_whole(experiment, side) for side in (0, 1)]
    factor = f"{whole[1] / whole[0]:.2f}" if whole[0] else "–"
    rows.append(("all", "", "", _seconds(whole[0]), _seconds(whole[1]), factor, "", "", "", ""))
    return _table(head, rows) + (
        "\n\nSeconds are those of the median document, noted when each output was made. " + _left_out(experiment)
    )


def _left_out(experiment: Experiment) -> str:
    said = [f"{cost.left_out} of {cost.stage}" for cost in experiment.costs if cost.left_out]
    return f"Left out are documents during which a model was loaded: {', '.join(said) or 'none'}."


def _whole(experiment: Experiment, side: int) -> float:
    return sum(cost.seconds[side] or 0.0 for cost in experiment.costs)


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _changes(what: str, changes: Sequence[Changed]) -> str:
    if not changes:
        return f"None {what}."
    rows = [(c.name, "yes" if c.golden else "", c.stage, c.code, c.message) for c in changes[:LISTED]]
    return f"{len(changes)} {what}:\n\n" + _table(("document", "has truth", "stage", "reason", ""), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines)
