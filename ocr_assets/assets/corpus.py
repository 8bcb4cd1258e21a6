"""`corpus`: the one DuckDB file people query."""

import dagster as dg

from ocr.documents import Record
from ocr.evaluation.truth import find_truth
from ocr_assets.assets.common import table
from ocr_assets.assets.evaluation import ACCEPT_LOSS_TAG
from resources.collect import Settling, collect
from resources.evaluations.kept import latest, mark_published
from resources.ledger import Document
from resources.review import telling
from resources.review import thresholds as review_thresholds
from resources.review.settle import settle
from resources.settings import Settings
from resources.stores import LakeResource, LedgerResource, WarehouseResource
from resources.warehouse import build


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
        """A table per noun and a hybrid search index, built beside the file in use and swapped in when complete."""
        held, stored = ledger.open(), lake.open()
        state = held.state()
        versions = telling.record_versions(held)
        doubtful: dict[str, tuple[Document, Record]] = {}
        collected = collect(held, stored, _settling(settings, doubtful))
        counts = build(warehouse.open(), collected.documents, collected.parts)
        # Before the publication is recorded: where this run ends in between, the next one publishes and tells again.
        told = telling.tell(held, doubtful, versions)
        held.publish(state, counts["documents"])
        evaluated = latest(stored)
        if evaluated is not None:
            mark_published(stored, evaluated, context.run.tags.get(ACCEPT_LOSS_TAG, ""))
        yield dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(warehouse.path),
                "evaluation": evaluated.id if evaluated is not None else "none",
                "rows": table([{"table": name, "rows": count} for name, count in counts.items()]),
                **{f"rows_{name}": count for name, count in counts.items()},
                "told_to_need_review": told,
            }
        )
        yield dg.AssetCheckResult(
            check_name="agrees_with_ledger",
            passed=counts["documents"] == collected.settled,
            metadata={"in_corpus": counts["documents"], "settled_in_ledger": collected.settled},
        )

    return corpus


def _settling(settings: Settings, doubtful: dict[str, tuple[Document, Record]]) -> Settling:
    """Records by the thresholds and the answers of review in force; those that need review are noted in `doubtful`."""
    thresholds = review_thresholds.load(settings)

    def of(document: Document, record: Record) -> Record:
        settled = settle(record, thresholds, find_truth(document.sha256, settings.truth_folders))
        if settled.status == "needs_review":
            doubtful[document.document] = (document, settled)
        return settled

    return of
