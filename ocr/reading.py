"""Reads one document without any platform: the same six stages, results in memory."""

from __future__ import annotations

import hashlib
import tempfile
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from ocr.assembly import STAGES, Engines
from ocr.imaging.images import PageImages
from ocr.stages import STAGE_FUNCTIONS, Reading, Rejected


def read(source: str | Path | bytes, engines: Engines | None = None, *, until: str = "embeddings") -> Reading:
    """Read a file (or its bytes) through all six stages, or those up to and with `until`.

    Pass one `Engines` to several calls to load models once; without one, a shared default is used. Raises a
    `DocumentError` where the platform would record a rejection. Page images live in a temporary folder that goes with
    the returned reading.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    name = "document" if isinstance(source, bytes) else Path(source).name
    folder = tempfile.TemporaryDirectory(prefix="ocr-")
    digest = hashlib.sha256(data).hexdigest()
    reading = Reading(
        key=digest[:12],
        name=name,
        uri="" if isinstance(source, bytes) else Path(source).resolve().as_uri(),
        sha256=digest,
        received_at=datetime.now(UTC).isoformat(timespec="seconds"),
        load=lambda: data,
        images=PageImages(Path(folder.name)),
        folder=folder,
    )
    for stage in STAGES[: STAGES.index(until) + 1]:
        for outcome in STAGE_FUNCTIONS[stage]([reading], engines or _default_engines()):
            if isinstance(outcome, Rejected):
                raise outcome.error
    return reading


@lru_cache(maxsize=1)
def _default_engines() -> Engines:
    return Engines()
