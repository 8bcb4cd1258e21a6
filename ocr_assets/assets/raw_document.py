"""`raw_document`: the bytes, unchanged, and what they are."""

from typing import Any

import dagster as dg

from ocr.stages import Reading
from ocr_assets.assets.common import document_asset, read_batch
from ocr_assets.checks.readable import readable
from resources.engines import EnginesResource
from resources.stores import LakeResource, LedgerResource


def describe(reading: Reading) -> dict[str, Any]:
    raw = reading.raw
    assert raw is not None
    return {
        "media_type": raw.media_type,
        "bytes": raw.size,
        "pages": raw.page_count,
        "producer": raw.producer or "unknown",
        "encrypted": raw.encrypted,
        "sha256": raw.sha256,
        "source": raw.uri,
    }


def raw_document_asset(code_version: str) -> dg.AssetsDefinition:
    questions = [readable]

    @document_asset(
        name="raw_document", upstream=[], questions=questions, code_version=code_version, kinds={"pdf", "file"}
    )
    def raw_document(
        context: dg.AssetExecutionContext, engines: EnginesResource, lake: LakeResource, ledger: LedgerResource
    ):
        """The document's bytes, unchanged, with media type, page count, producer and source."""
        yield from read_batch(context, engines, lake, ledger, describe, questions)

    return raw_document
