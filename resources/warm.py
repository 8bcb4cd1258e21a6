"""Engines that stay: one set per process and settings, so that weights load once however many batches it serves."""

from __future__ import annotations

from functools import lru_cache

from ocr.assembly import Engines
from ocr.settings import ReadingSettings


def warm(settings: ReadingSettings) -> Engines:
    """The engines of these settings. The last two sets are kept: the champion's, and those it is compared with."""
    return _engines(settings.model_dump_json())


@lru_cache(maxsize=2)
def _engines(settings: str) -> Engines:
    return Engines(ReadingSettings.model_validate_json(settings))
