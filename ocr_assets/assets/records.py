"""`records`: the document's type and its typed, validated fields."""

from typing import Any

import dagster as dg

from ocr.stages import Reading
from ocr_assets.assets.common import document_asset, read_batch, table
from ocr_assets.checks.ground_truth import fields_match_truth
from ocr_assets.checks.readable import readable
from ocr_assets.checks.rules import rules
from resources.engines import EnginesResource
from resources.settings import Settings
from resources.stores import LakeResource, LedgerResource

ROWS_SHOWN = 25


def describe(reading: Reading) -> dict[str, Any]:
    record = reading.record
    assert record is not None
    rows = [
        {
            "field": field.name if field.group is None else f"{field.name} [{field.group}]",
            "value": field.value,
            "confidence": f"{field.confidence:.2f}",
            "page": field.page,
            "found by": field.found_by,
            "status": field.status,
        }
        for field in record.fields[:ROWS_SHOWN]
    ]
    broken = [{"rule": v.rule, "severity": v.severity, "message": v.message} for v in record.violations[:ROWS_SHOWN]]
    return {
        "type": record.type,
        "type_confidence": record.type_confidence,
        "language": record.language,
        "record_status": record.status,
        "fields": len(record.fields),
        "fields_to_review": sum(f.status == "needs_review" for f in record.fields),
        "field_table": table(rows),
        "violations": table(broken),
    }


def records_asset(code_version: str, settings: Settings) -> dg.AssetsDefinition:
    questions = [readable, rules, fields_match_truth(settings)]

    @document_asset(
        name="records",
        upstream=["raw_document", "pages", "regions", "text"],
        questions=questions,
        code_version=code_version,
        kinds={"pandera"},
    )
    def records(
        context: dg.AssetExecutionContext, engines: EnginesResource, lake: LakeResource, ledger: LedgerResource
    ):
        """Document type and typed fields, each with value, confidence, page, box, rule and status."""
        yield from read_batch(context, engines, lake, ledger, describe, questions)

    return records
