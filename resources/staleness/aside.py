"""Outputs that lie in the lake alone: what experiments and canaries read aside is used when it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ocr.evaluation.truth import truth_files
from resources.lake import Lake
from resources.ledger import Document
from resources.ledger.retired import Retired

Aside = Callable[[Document, str, str], Retired | None]
"""An output by document, stage and version, where it is there although the ledger does not have it."""


def nothing_aside(_document: Document, _stage: str, _version: str) -> Retired | None:
    """Where nobody wants to know."""
    return None


def read_aside_before(lake: Lake, folders: Iterable[Path]) -> Aside:
    """Looks in the lake for outputs of documents that experiments and canaries may have read: those of experiments that
    are kept, and those with ground truth in `folders`. One request an output, so not for all documents.

    A rejection that only the lake has is no output: the document would be tried again.
    """
    from resources.experiments.kept import documents_tried

    tried, known = documents_tried(lake), truth_files(folders).keys()

    def look(document: Document, stage: str, version: str) -> Retired | None:
        key = document.document
        if key not in tried and document.sha256 not in known:
            return None
        found = lake.manifest(stage, key, version)
        if found is None or found.rejection is not None:
            return None
        return Retired(key, stage, version, "read", found.fingerprint, found.output_hash, found.made_at, "")

    return look
