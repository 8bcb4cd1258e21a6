"""`corpus`: the one DuckDB file people query."""

import dagster as dg

from ocr_assets.assets.common import table
from ocr_assets.assets.evaluation import ACCEPT_LOSS_TAG
from resources.evaluations.kept import latest, mark_published
from resources.publishing import publish
from resources.settings import Settings
from resources.stores import LakeResource, LedgerResource, WarehouseResource

WHOLE_TAG = "ocr/whole"
"""Set to `true` on a run of `publish_corpus` to write the corpus anew, whatever it holds."""


def corpus_asset(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        name="corpus",
        group_name="corpus",
        deps=[dg.AssetKey("evaluation"), dg.AssetKey("records"), dg.AssetKey("embeddings")],
        check_specs=[
            dg.AssetCheckSpec(
                "agrees_with_ledger", asset="corpus", description="Every document of the ledger is in the corpus once."
            )
        ],
        pool="corpus",
        kinds={"duckdb"},
    )
    def corpus(
        context: dg.AssetExecutionContext, lake: LakeResource, ledger: LedgerResource, warehouse: WarehouseResource
    ):
        """A table per noun and a hybrid search index, written beside the file in use and swapped in when complete.

        What did not change since that file was written is taken from it.
        """
        stored = lake.open()
        whole = context.run.tags.get(WHOLE_TAG) == "true"
        made = publish(warehouse.open(), ledger.open(), stored, settings, whole=whole)
        evaluated = latest(stored)
        if evaluated is not None:
            mark_published(stored, evaluated, context.run.tags.get(ACCEPT_LOSS_TAG, ""))
        yield dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(warehouse.path),
                "evaluation": evaluated.id if evaluated is not None else "none",
                "rows": table([{"table": name, "rows": count} for name, count in made.counts.items()]),
                **{f"rows_{name}": count for name, count in made.counts.items()},
                "documents_written": made.written,
                "whole": made.whole,
                "told_to_need_review": made.told,
            }
        )
        yield dg.AssetCheckResult(
            check_name="agrees_with_ledger",
            passed=made.counts["documents"] == made.settled,
            metadata={"in_corpus": made.counts["documents"], "settled_in_ledger": made.settled},
        )

    return corpus
