"""`evaluation`: everything that was read, scored against ground truth; its check is the gate before publishing."""

from collections.abc import Iterable, Sequence
from typing import Any

import dagster as dg

from ocr_assets.assets.common import table
from ocr_assets.assets.evaluation_plots import days, history, slices
from ocr_assets.checks import environments
from ocr_assets.checks.ground_truth import gate
from resources.evaluations.comparison import Compared, Pooled, pooled
from resources.evaluations.environments import ENVIRONMENTS, Daily, by_day, judge, of_environment
from resources.evaluations.kept import Evaluation, keep, kept, published, rows_of
from resources.evaluations.measures import MEASURES, Row, measure
from resources.lake import Lake
from resources.review import thresholds as review_thresholds
from resources.scores import DocumentScore, pool_scores, score_documents
from resources.scores import of_environment as scores_of
from resources.settings import Settings
from resources.stores import LakeResource, LedgerResource

WORST_SHOWN = 20
PLOTTED = 30  # evaluations in the plot over time
DAYS_SHOWN = 30

ACCEPT_LOSS_TAG = "ocr/accept_loss"
"""Set to a reason on a run of `publish_corpus` to publish in spite of a loss of accuracy."""


def evaluation_asset(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        name="evaluation",
        group_name="corpus",
        deps=[dg.AssetKey("text"), dg.AssetKey("records")],
        check_specs=[
            dg.AssetCheckSpec(
                "accuracy_gate",
                asset="evaluation",
                blocking=True,
                description="Pooled scores are good enough to publish, and not worse than those published last.",
            ),
            dg.AssetCheckSpec(
                environments.CHECK,
                asset="evaluation",
                description="Test documents are read as well as when the corpus was published last.",
            ),
        ],
        kinds={"python"},
    )
    def evaluation(context: dg.AssetExecutionContext, lake: LakeResource, ledger: LedgerResource):
        """Every stage against ground truth, by set, type and quality, and against what was published last.

        The gate and the scores by set, type and quality are those of live documents; test documents stand beside them,
        by environment and by day.
        """
        held = lake.open()
        scores = score_documents(ledger.open(), held, settings.truth_folders)
        rows = measure(scores, review_thresholds.load(settings).accept)
        made = keep(held, rows)
        before = published(held)
        known = rows_of(held, before) if before is not None else []
        rejected, checks = set(ledger.open().rejected()), settings.checks
        level, least = checks.loss_level, checks.loss_least
        live, test = (
            judge(of_environment(known, one), of_environment(rows, one), rejected, level, least, slices=one == "live")
            for one in ENVIRONMENTS
        )
        counted = scores_of(scores, "live")
        measured = pooled(of_environment(rows, "live"))
        shown = _shown(made, before, counted, measured, live.compared)
        yield dg.MaterializeResult(metadata=shown | _by_environment(scores, rows) | _plots(held, measured, rows))
        yield environments.test_documents_judged(len(scores) - len(counted), test)
        accepted = context.run.tags.get(ACCEPT_LOSS_TAG, "")
        yield gate(pool_scores(counted), len(counted), checks, live.lost, live.worse, accepted)

    return evaluation


def _shown(
    made: Evaluation,
    before: Evaluation | None,
    scores: Sequence[DocumentScore],
    measured: Sequence[Pooled],
    compared: Sequence[Compared],
) -> dict[str, Any]:
    shown: dict[str, Any] = {"evaluation": made.id, "documents_with_truth": len(scores)}
    for one in measured:
        if one.by == "all" and (one.stage, one.measure) in MEASURES:
            shown[one.measure] = one.value.value
    shown["measures"] = table([_row(one) for one in measured if "field/" not in one.measure])
    shown["fields"] = table([_row(one) for one in measured if "field/" in one.measure and one.by in ("all", "set")])
    if before is not None:
        shown["compared_with"] = before.id
        changed = [one for one in compared if one.paired.changed and (one.stage, one.measure) in MEASURES]
        shown["changes"] = table([_change(one) for one in changed if one.by in ("all", "set")])
    worst = sorted(scores, key=lambda s: s.text.characters.rate if s.text else 0.0, reverse=True)[:WORST_SHOWN]
    return shown | {"worst": table([_worst(score) for score in worst])}


def _by_environment(scores: Sequence[DocumentScore], rows: Sequence[Row]) -> dict[str, Any]:
    """The gated measures of live and of test documents, all together and by the day they were received."""
    measured = {one: pooled(of_environment(rows, one), slices=False) for one in ENVIRONMENTS}
    together = [
        {"environment": environment, **{name: value for name, value in _row(one).items() if name != "of"}}
        for environment, some in measured.items()
        for one in some
        if one.measure in _GATED
    ]
    daily: dict[tuple[str, str], list[Daily]] = {}
    for one in by_day(rows):
        daily.setdefault((one.day, one.environment), []).append(one)
    newest = sorted(daily.items(), reverse=True)[:DAYS_SHOWN]
    return {
        "test_documents_with_truth": len(scores_of(scores, "test")),
        "by_environment": table(together),
        "by_day": table([_day(day, environment, some) for (day, environment), some in newest]),
    }


_GATED = [name for (_, name), known in MEASURES.items() if known.gated]


def _day(day: str, environment: str, some: Iterable[Daily]) -> dict[str, Any]:
    values = {one.measure: one for one in some}
    documents = max(one.documents for one in values.values())
    shown = {name: f"{values[name].value:.4f}" if name in values else "" for name in _GATED}
    return {"day": day, "environment": environment, "documents": documents, **shown}


def _row(one: Pooled) -> dict[str, Any]:
    return {
        "stage": one.stage,
        "measure": one.measure,
        "of": one.by if one.by == "all" else f"{one.by} {one.of or '–'}",
        "documents": one.documents,
        "value": f"{one.value.value:.4f}",
        "95 %": f"{one.value.low:.4f} to {one.value.high:.4f}",
    }


def _change(one: Compared) -> dict[str, Any]:
    paired = one.paired
    return {
        "stage": one.stage,
        "measure": one.measure,
        "of": one.by if one.by == "all" else f"{one.by} {one.of or '–'}",
        "before": f"{paired.before:.4f}",
        "after": f"{paired.after:.4f}",
        "95 % of the difference": f"{paired.difference.low:+.4f} to {paired.difference.high:+.4f}",
        "documents that differ": f"{paired.changed} of {paired.documents}",
    }


def _worst(score: DocumentScore) -> dict[str, Any]:
    return {
        "document": score.name,
        "type": score.type,
        "CER": f"{score.text.characters.rate:.4f}" if score.text else "",
        "word F1": f"{score.text.bag.f1:.3f}" if score.text else "",
        "field F1": f"{score.fields.tolerant.f1:.3f}" if score.fields else "",
    }


def _plots(lake: Lake, measured: Sequence[Pooled], rows: Sequence[Row]) -> dict[str, Any]:
    if not rows:
        return {}
    shown: dict[str, Any] = {"days": days(by_day(rows))}
    if measured:
        kept_lately = [e for e in kept(lake)[-PLOTTED:] if not e.variant]
        past = [(e.made_at, pooled(of_environment(rows_of(lake, e), "live"), slices=False)) for e in kept_lately]
        shown |= {"by_set": slices(measured), "over_time": history(past)}
    return shown
