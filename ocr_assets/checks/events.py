"""Check results of single documents inside a batch run.

Dagster stores the result of a partitioned check in a range run under no partition at all. So each document's evaluation
is logged by hand, pointing at the materialization it judges: without that pointer Dagster takes it for out of date.
"""

from __future__ import annotations

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
    """The one result per check that Dagster asks of the step. It passes: a failing one would stop the whole batch."""
    for question in questions:
        by_document = judgements.get(question.name, {})
        failed = [key for key, judgement in by_document.items() if not judgement.passed]
        yield dg.AssetCheckResult(
            asset_key=context.asset_key,
            check_name=question.name,
            passed=True,
            description=f"{len(by_document)} documents judged, {len(failed)} failed",
            metadata={"judged": len(by_document), "failed": len(failed), "failed_documents": failed[:50]},
        )
