"""Where documents come from: the bytes at a URI."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from upath import UPath


def fetch(uri: str) -> bytes:
    """The bytes at a `file://` or `s3://` URI. Raises `FileNotFoundError` where there is nothing."""
    if uri.startswith("file:"):
        return Path(os.fsdecode(unquote_to_bytes(urlsplit(uri).path))).read_bytes()
    return UPath(uri).read_bytes()
