"""Counts model loads, and tells what a weights file is.

A worker must load a model once however many documents it reads; the counters make that visible in every step's
metadata and testable.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from ocr.errors import EngineError

log = logging.getLogger(__name__)

_lock = threading.Lock()
_loads: Counter[str] = Counter()
_seconds: dict[str, float] = {}


@contextmanager
def loading(model: str) -> Generator[None]:
    """Wrap the loading of a model's weights: `with loading("pp-ocrv6-det"): ...`."""
    started = time.perf_counter()
    yield
    elapsed = time.perf_counter() - started
    with _lock:
        _loads[model] += 1
        _seconds[model] = _seconds.get(model, 0.0) + elapsed
    log.info("loaded %s in %.1f s", model, elapsed)


def loads() -> dict[str, int]:
    """Loads in this process so far, by model."""
    with _lock:
        return dict(_loads)


def load_seconds() -> float:
    """Seconds this process has spent loading models so far."""
    with _lock:
        return float(sum(_seconds.values()))


@lru_cache(maxsize=64)
def packaged_sha256(distribution: str, file: str) -> str:
    """SHA-256 (hex) of a file inside an installed distribution, from its RECORD: no byte of the file is read.

    `file` is the path inside site-packages, such as `rapidocr/models/x.onnx`.
    """
    for entry in metadata.files(distribution) or []:
        if entry.as_posix() == file and entry.hash is not None:
            padded = entry.hash.value + "=" * (-len(entry.hash.value) % 4)
            return base64.urlsafe_b64decode(padded).hex()
    advice = f"reinstall it (`uv sync --reinstall-package {distribution}`)"
    raise EngineError(f"{distribution} holds no file {file}: {advice}")


@lru_cache(maxsize=64)
def file_sha256(path: Path) -> str:
    """SHA-256 (hex) of a weights file a user brought."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def version(distribution: str) -> str:
    return metadata.version(distribution)


def fingerprint(name: str, *parts: object) -> str:
    """A readable fingerprint: `name/part/part`, long hashes cut to twelve digits."""
    cut = [str(p)[:12] if len(str(p)) == 64 else str(p) for p in parts]
    return "/".join([name, *cut])
