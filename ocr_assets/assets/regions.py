"""`regions`: regions of interest in reading order, tables with their cells."""

from collections import Counter
from typing import Any

import dagster as dg

from ocr.stages import Reading
from ocr_assets.assets.common import document_asset, read_batch, table
from ocr_assets.checks.complete import coverage
from ocr_assets.checks.readable import readable
from resources.engines import EnginesResource
from resources.stores import LakeResource, LedgerResource


def describe(reading: Reading) -> dict[str, Any]:
    kinds = Counter(region.kind for region in reading.regions)
    return {
        "regions": len(reading.regions),
        "tables": kinds["table"],
        "table_cells": len(reading.cells),
        "kinds": table([{"kind": kind, "regions": count} for kind, count in kinds.most_common()]),
        "found_by": sorted({region.source for region in reading.regions}),
    }


def regions_asset(code_version: str) -> dg.AssetsDefinition:
    questions = [readable, coverage]

    @document_asset(
        name="regions",
        upstream=["raw_document", "pages"],
        questions=questions,
        code_version=code_version,
        kinds={"onnx", "docling"},
    )
    def regions(
        context: dg.AssetExecutionContext, engines: EnginesResource, lake: LakeResource, ledger: LedgerResource
    ):
        """Regions of interest with kind, box, score and reading order; tables with cells."""
        yield from read_batch(context, engines, lake, ledger, describe, questions)

    return regions
