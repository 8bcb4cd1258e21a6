"""The code location: `build_defs` is the one place that assembles it.

Tests and tools build a location with other settings or parts instead of patching this one.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import dagster as dg

from ocr.assembly import STAGES, Engines
from ocr_assets.assets.corpus import corpus_asset
from ocr_assets.assets.drift import drift_asset
from ocr_assets.assets.embeddings import embeddings_asset
from ocr_assets.assets.evaluation import evaluation_asset
from ocr_assets.assets.pages import pages_asset
from ocr_assets.assets.raw_document import raw_document_asset
from ocr_assets.assets.records import records_asset
from ocr_assets.assets.regions import regions_asset
from ocr_assets.assets.text import text_asset
from ocr_assets.automation.alerts import alert_sensors
from ocr_assets.automation.bucket import bucket_sensor
from ocr_assets.automation.executor import of_this_process
from ocr_assets.automation.experiment import experiment
from ocr_assets.automation.inbox import inbox_sensor
from ocr_assets.automation.jobs import publish_corpus, read_documents
from ocr_assets.automation.outbox import outbox_sensors
from ocr_assets.automation.publish import publish_sensor
from ocr_assets.automation.reprocess import canary, reprocess_schedules
from ocr_assets.automation.requests import requests_sensor
from resources.engines import EnginesResource
from resources.settings import Settings, load_settings
from resources.stores import LakeResource, LedgerResource, WarehouseResource
from resources.variants.sides import challengers

# Per-document checks and backfill policies are marked as beta and preview in Dagster 1.13; the pinned version is known
# to keep them, and a warning at every start tells a user nothing.
warnings.filterwarnings("ignore", message=r".*(partitions_def on an AssetCheckSpec|Parameter `backfill_policy`).*")


def build_defs(
    settings: Settings | None = None,
    *,
    resources: Mapping[str, Any] | None = None,
    executor: dg.ExecutorDefinition | None = None,
) -> dg.Definitions:
    """Definitions for the given settings (default: those in force); `resources` and `executor` replace parts."""
    settings = settings or load_settings()
    engines = Engines(settings.reading)
    version = {stage: engines.fingerprint(stage) for stage in STAGES}
    assets = [
        raw_document_asset(version["raw_document"]),
        pages_asset(version["pages"]),
        regions_asset(version["regions"]),
        text_asset(version["text"], settings),
        records_asset(version["records"], settings),
        embeddings_asset(version["embeddings"]),
        evaluation_asset(settings),
        drift_asset(settings),
        corpus_asset(settings),
    ]
    return dg.Definitions(
        assets=assets,
        jobs=[read_documents, publish_corpus, canary, experiment],
        schedules=reprocess_schedules(settings),
        sensors=[
            inbox_sensor(settings),
            *([bucket_sensor(settings)] if settings.bucket.url else []),
            *([requests_sensor(settings)] if settings.requests.queue else []),
            publish_sensor(),
            *outbox_sensors(settings),
            *alert_sensors(settings, assets),
        ],
        resources={
            "engines": EnginesResource.from_settings(
                settings.reading, {name: of.reading for name, of in challengers(settings).items()}
            ),
            "lake": LakeResource(url=settings.lake_url),
            "ledger": LedgerResource(
                url=settings.ledger_url,
                crashes=settings.run.crashes,
                challenger=settings.experiment.challenger,
                share=settings.experiment.share,
            ),
            "warehouse": WarehouseResource(path=str(settings.corpus_path)),
            **(resources or {}),
        },
        executor=executor or of_this_process(),
    )


defs = build_defs()
