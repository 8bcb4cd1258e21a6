"""The two jobs: read a batch of documents through all six stages, and publish the corpus."""

from __future__ import annotations

import dagster as dg

from ocr.assembly import STAGES
from partitions import documents

read_documents = dg.define_asset_job(
    "read_documents",
    selection=dg.AssetSelection.assets(*STAGES),
    partitions_def=documents,
    description="Reads a contiguous batch of documents from raw bytes to embeddings; what is done is not redone.",
)

publish_corpus = dg.define_asset_job(
    "publish_corpus",
    selection=dg.AssetSelection.assets("evaluation", "corpus", "drift"),
    description="Scores what was read against ground truth, looks for drift, builds the corpus if the gate lets it.",
)
