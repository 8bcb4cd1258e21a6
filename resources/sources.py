"""Where documents come from: the bytes at a URI."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from upath import UPath


def fetch(uri: str) -> bytes:
    """The bytes at a `file://` or `s3://` URI. Raises `FileNotFoundError` where there is nothing."""
    if uri.startswith("file:"):
        return Path(url2pathname(urlsplit(uri).path)).read_bytes()
    return UPath(uri).read_bytes()
