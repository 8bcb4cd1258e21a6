"""`embeddings`: chunks with their place, and a vector each."""

from typing import Any

import dagster as dg

from ocr.stages import Reading
from ocr_assets.assets.common import document_asset, read_batch
from ocr_assets.checks.complete import unit_vectors
from ocr_assets.checks.readable import readable
from resources.engines import EnginesResource
from resources.stores import LakeResource, LedgerResource


def describe(reading: Reading) -> dict[str, Any]:
    assert reading.vectors is not None
    return {
        "chunks": len(reading.chunks),
        "dimension": int(reading.vectors.shape[1]) if len(reading.chunks) else 0,
        "characters": sum(len(chunk.text) for chunk in reading.chunks),
    }


def embeddings_asset(code_version: str) -> dg.AssetsDefinition:
    questions = [readable, unit_vectors]

    @document_asset(
        name="embeddings",
        upstream=["regions", "text"],
        questions=questions,
        code_version=code_version,
        kinds={"pytorch", "huggingface"},
    )
    def embeddings(
        context: dg.AssetExecutionContext, engines: EnginesResource, lake: LakeResource, ledger: LedgerResource
    ):
        """Chunks with their headings, pages and boxes, and a unit vector each."""
        yield from read_batch(context, engines, lake, ledger, describe, questions)

    return embeddings
