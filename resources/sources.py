"""Where documents come from: the bytes at a URI."""

from __future__ import annotations

from upath import UPath


def fetch(uri: str) -> bytes:
    """The bytes at a `file://` or `s3://` URI. Raises `FileNotFoundError` where there is nothing."""
    return UPath(uri).read_bytes()
