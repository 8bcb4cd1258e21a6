"""`text`: the canonical word model."""

from typing import Any

import dagster as dg

from ocr.stages import Reading
from ocr_assets.assets.common import document_asset, read_batch
from ocr_assets.checks.confidence import confidence
from ocr_assets.checks.ground_truth import text_matches_truth
from ocr_assets.checks.readable import readable
from resources.engines import EnginesResource
from resources.settings import Settings
from resources.stores import LakeResource, LedgerResource

EXCERPT = 1_000


def describe(reading: Reading) -> dict[str, Any]:
    words = reading.words
    excerpt = "\n".join(line.text for line in reading.lines)[:EXCERPT].replace("```", "'''")
    return {
        "lines": len(reading.lines),
        "words": len(words),
        "mean_confidence": sum(w.confidence for w in words) / len(words) if words else 0.0,
        "words_below_0_8": sum(w.confidence < 0.8 for w in words),
        "words_from_text_layer": sum(w.source == "text_layer" for w in words),
        "engines": sorted({line.engine for line in reading.lines}),
        "excerpt": dg.MetadataValue.md(f"```\n{excerpt}\n```"),
    }


def text_asset(code_version: str, settings: Settings) -> dg.AssetsDefinition:
    questions = [readable, confidence(settings.checks.document_confidence), text_matches_truth(settings)]

    @document_asset(
        name="text", upstream=["pages", "regions"], questions=questions, code_version=code_version, kinds={"openvino"}
    )
    def text(context: dg.AssetExecutionContext, engines: EnginesResource, lake: LakeResource, ledger: LedgerResource):
        """Words and lines with box, confidence, engine and source, in reading order."""
        yield from read_batch(context, engines, lake, ledger, describe, questions)

    return text
