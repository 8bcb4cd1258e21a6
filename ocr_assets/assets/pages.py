"""`pages`: every page upright and square, and whether it needs OCR."""

from typing import Any

import dagster as dg

from ocr.documents import Page
from ocr.stages import Reading
from ocr_assets.assets.common import document_asset, picture, read_batch, table
from ocr_assets.checks.complete import every_page, skew_certain
from ocr_assets.checks.readable import readable
from resources.engines import EnginesResource
from resources.stores import LakeResource, LedgerResource

ROWS_SHOWN = 10


def describe(reading: Reading) -> dict[str, Any]:
    rows = [
        {
            "page": page.number,
            "turned": f"{page.rotation}°",
            "skew": f"{page.skew:.2f}°",
            "quality": page.tier,
            "text from": _text_from(page),
            "because": page.route_reason,
        }
        for page in reading.pages[:ROWS_SHOWN]
    ]
    return {
        **picture(reading),
        "pages": len(reading.pages),
        "pages_for_ocr": sum(p.needs_ocr for p in reading.pages),
        "mixed_pages": sum(p.mixed for p in reading.pages),
        "largest_skew": max((abs(p.skew) for p in reading.pages), default=0.0),
        "page_table": table(rows),
    }


def _text_from(page: Page) -> str:
    if page.blank:
        return "nothing (blank)"
    return "OCR" if page.needs_ocr else "text layer and OCR" if page.mixed else "text layer"


def pages_asset(code_version: str) -> dg.AssetsDefinition:
    questions = [readable, every_page, skew_certain]

    @document_asset(
        name="pages", upstream=["raw_document"], questions=questions, code_version=code_version, kinds={"onnx", "image"}
    )
    def pages(context: dg.AssetExecutionContext, engines: EnginesResource, lake: LakeResource, ledger: LedgerResource):
        """Every page upright and square: image, way back to the source page, quality, and where its text comes from."""
        yield from read_batch(context, engines, lake, ledger, describe, questions)

    return pages
