"""Check results of single documents inside a batch run.

Dagster stores the result of a partitioned check in a range run under no partition at all. So each document's evaluation
is logged by hand, pointing at the materialization it judges: without that pointer Dagster takes it for out of date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

# Not exported by Dagster (1.13); this is the only place that needs it, and a test watches it.
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationTargetMaterializationData

from ocr_assets.checks.judgement import Judgement, Question

Judgements = Mapping[str, Mapping[str, Judgement]]
"""By question, then by document."""


def log_judgements(context: dg.AssetExecutionContext, judgements: Judgements) -> None:
    """Log one evaluation per question and document; the asset's materializations must have been stored before."""
    asset = context.asset_key
    keys = sorted({key for by_document in judgements.values() for key in by_document})
    if not keys:
        return
    records = context.instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=asset, asset_partitions=keys), limit=4 * len(keys)
    ).records
    targets: dict[str, AssetCheckEvaluationTargetMaterializationData] = {}
    for record in records:  # newest first
        if record.partition_key is not None and record.partition_key not in targets:
            targets[record.partition_key] = AssetCheckEvaluationTargetMaterializationData(
                storage_id=record.storage_id, run_id=record.run_id, timestamp=record.timestamp
            )
    for name, by_document in judgements.items():
        for key, judgement in by_document.items():
            evaluation = dg.AssetCheckEvaluation(
                asset_key=asset,
                check_name=name,
                passed=judgement.passed,
                description=judgement.description,
                metadata=judgement.metadata,
                severity=dg.AssetCheckSeverity.WARN,
                partition=key,
                target_materialization_data=targets.get(key),
            )
            context.log_event(evaluation)


def roll_up(
    context: dg.AssetExecutionContext, questions: Sequence[Question], judgements: Judgements
) -> Iterator[dg.AssetCheckResult]:
    """The one result per check that Dagster asks of the step, and shows first: red where documents failed.

    It warns, as those of the documents do: none of these checks blocks, so that the batch goes on.
    """
    alone = context.partition_keys[0] if len(context.partition_keys) == 1 else ""
    for question in questions:
        by_document = judgements.get(question.name, {})
        # Of a batch of one document Dagster shows this result in place of the document's own.
        own = by_document.get(alone)
        failed = [key for key, judgement in by_document.items() if not judgement.passed]
        unjudged = Counter(judgement.description for judgement in by_document.values() if not judgement.judged)
        counts = {
            "judged": len(by_document) - unjudged.total(),
            "failed": len(failed),
            "not_judged": unjudged.total(),
            "failed_documents": failed[:50],
        }
        yield dg.AssetCheckResult(
            asset_key=context.asset_key,
            check_name=question.name,
            passed=not failed,
            severity=dg.AssetCheckSeverity.WARN,
            description=_said(len(by_document), len(failed), unjudged) if own is None else own.description,
            metadata=counts | (own.metadata if own is not None else {}),
        )


def _said(documents: int, failed: int, unjudged: Counter[str]) -> str:
    if not documents:
        return "no document came to be judged"
    why = "; ".join(f"{reason} ({count})" for reason, count in unjudged.most_common())
    if unjudged.total() == documents:
        return f"none of {documents} documents could be judged: {why}"
    judged = f"{documents - unjudged.total()} of {documents} documents judged, {failed} failed"
    return judged + (f"; not judged: {why}" if why else "")
