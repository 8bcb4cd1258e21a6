"""`evaluation`: everything that was read, scored against ground truth; its check is the gate before publishing."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from ocr_assets.assets.common import table
from ocr_assets.assets.evaluation_plots import history, slices
from ocr_assets.checks.ground_truth import gate
from resources.evaluations.comparison import Compared, Pooled, compare, losses, pooled, unread, worse_documents
from resources.evaluations.kept import Evaluation, keep, kept, published, rows_of
from resources.evaluations.measures import MEASURES, measure
from resources.lake import Lake
from resources.ledger import Ledger
from resources.review import thresholds as review_thresholds
from resources.scores import DocumentScore, pool_scores, score_documents
from resources.settings import Settings
from resources.stores import LakeResource, LedgerResource

WORST_SHOWN = 20
PLOTTED = 30  # evaluations in the plot over time

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
            )
        ],
        kinds={"python"},
    )
    def evaluation(context: dg.AssetExecutionContext, lake: LakeResource, ledger: LedgerResource):
        """Every stage against ground truth, by set, type and quality, and against what was published last."""
        held = lake.open()
        scores = score_documents(ledger.open(), held, settings.truth_folders)
        rows = measure(scores, review_thresholds.load(settings).accept)
        made = keep(held, rows)
        before = published(held)
        known = rows_of(held, before) if before is not None else []
        now = [*rows, *unread(known, _rejected(ledger.open()))]
        compared = compare(known, now)
        lost = losses(compared, settings.checks.loss_level, settings.checks.loss_least)
        worse = worse_documents(known, now, [(one.stage, one.measure) for one in lost])
        measured = pooled(rows)
        yield dg.MaterializeResult(metadata=_shown(made, before, scores, measured, compared) | _plots(held, measured))
        accepted = context.run.tags.get(ACCEPT_LOSS_TAG, "")
        yield gate(pool_scores(scores), len(scores), settings.checks, lost, worse, accepted)

    return evaluation


def _rejected(ledger: Ledger) -> set[str]:
    """Documents that are rejected now, whatever they were."""
    return {key for key, mine in ledger.outputs().items() if any(o.status == "rejected" for o in mine.values())}


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


def _plots(lake: Lake, measured: Sequence[Pooled]) -> dict[str, Any]:
    if not measured:
        return {}
    past = [(e.made_at, pooled(rows_of(lake, e), slices=False)) for e in kept(lake)[-PLOTTED:] if not e.variant]
    return {"by_set": slices(measured), "over_time": history(past)}
