"""`evaluation`: everything that was read, scored against ground truth; its check is the gate before publishing."""

from typing import Any

import dagster as dg

from ocr_assets.assets.common import table
from ocr_assets.checks.ground_truth import gate
from resources.scores import CorpusScore, DocumentScore, pool_scores, score_documents
from resources.settings import Settings
from resources.stores import LakeResource, LedgerResource

WORST_SHOWN = 20


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
                description="Pooled scores against ground truth are good enough to publish.",
            )
        ],
        kinds={"python"},
    )
    def evaluation(lake: LakeResource, ledger: LedgerResource):
        """CER, WER, word F1 and field F1 of all documents with ground truth, with intervals; the worst ones first."""
        scores = score_documents(ledger.open(), lake.open(), settings.truth_folders)
        pooled = pool_scores(scores)
        yield dg.MaterializeResult(metadata=_shown(scores, pooled))
        yield gate(pooled, len(scores), settings.checks)

    return evaluation


def _shown(scores: list[DocumentScore], pooled: CorpusScore) -> dict[str, Any]:
    shown: dict[str, Any] = {"documents_with_truth": len(scores)}
    if pooled.cer is not None:
        shown |= {"cer": pooled.cer.value, "cer_interval": f"{pooled.cer.low:.4f} to {pooled.cer.high:.4f}"}
    if pooled.wer is not None:
        shown["wer"] = pooled.wer.value
    for name in ("word_f1", "field_f1", "types_right"):
        value = getattr(pooled, name)
        if value is not None:
            shown[name] = value
    worst = sorted(scores, key=lambda s: s.text.characters.rate if s.text else 0.0, reverse=True)[:WORST_SHOWN]
    rows = [
        {
            "document": score.name,
            "type": score.type,
            "CER": f"{score.text.characters.rate:.4f}" if score.text else "",
            "word F1": f"{score.text.bag.f1:.3f}" if score.text else "",
            "field F1": f"{score.fields.tolerant.f1:.3f}" if score.fields else "",
        }
        for score in worst
    ]
    return shown | {"worst": table(rows)}
