"""`corpus`: the one DuckDB file people query."""

import dagster as dg

from ocr_assets.assets.common import table
from resources.collect import collect
from resources.stores import LakeResource, LedgerResource, WarehouseResource
from resources.warehouse import build


def corpus_asset() -> dg.AssetsDefinition:
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
    def corpus(lake: LakeResource, ledger: LedgerResource, warehouse: WarehouseResource):
        """A table per noun and a hybrid search index, built beside the file in use and swapped in when complete."""
        held = ledger.open()
        state = held.state()
        collected = collect(held, lake.open())
        counts = build(warehouse.open(), collected.documents, collected.parts)
        held.publish(state, counts["documents"])
        yield dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(warehouse.path),
                "rows": table([{"table": name, "rows": count} for name, count in counts.items()]),
                **{f"rows_{name}": count for name, count in counts.items()},
            }
        )
        yield dg.AssetCheckResult(
            check_name="agrees_with_ledger",
            passed=counts["documents"] == collected.settled,
            metadata={"in_corpus": counts["documents"], "settled_in_ledger": collected.settled},
        )

    return corpus
