"""Where documents come from: URIs of files and S3 objects, and the bytes at them.

An object's URI is `s3://bucket/key`, the key percent-encoded (`/` stays), with `?versionId=…` where its bucket keeps
versions: such a URI names the same bytes for ever. Without the version it is a place, which may hold other bytes later.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from resources.access import forbidden, was_read
from resources.aws import client, failures

VERSION = "?versionId="


class NoLocation(ValueError):
    """A text that names no S3 object."""


@dataclass(frozen=True, slots=True)
class S3Object:
    bucket: str
    key: str
    version: str = ""

    @property
    def uri(self) -> str:
        # What is no Unicode cannot come from S3; what a person typed may hold lone surrogates.
        place = f"s3://{self.bucket}/{quote(self.key, safe='/', errors='replace')}"
        return f"{place}{VERSION}{quote(self.version, safe='')}" if self.version else place

    @property
    def named(self) -> dict[str, str]:
        """How a call names its version, where it has one."""
        return {"VersionId": self.version} if self.version else {}

    @property
    def folder(self) -> str:
        """The prefix it shares with those beside it."""
        return self.key[: self.key.rfind("/") + 1]


def s3_object(uri: str) -> S3Object:
    """The object of an `s3://` URI; characters that need no encoding may stand as they are. Raises `NoLocation`."""
    place, _, version = uri.partition(VERSION)
    bucket, _, key = place.removeprefix("s3://").partition("/")
    if not place.startswith("s3://") or not bucket or not key:
        raise NoLocation(f"{uri!r} is no s3://bucket/key")
    return S3Object(bucket, unquote(key), unquote(version))


def file_path(uri: str) -> Path:
    """The path of a `file://` URI."""
    return Path(os.fsdecode(unquote_to_bytes(urlsplit(uri).path)))


def place_of(uri: str) -> str:
    """A URI without the version of an object."""
    return uri.partition(VERSION)[0] if uri.startswith("s3:") else uri


def fetch(uri: str) -> bytes:
    """The bytes at a `file://` or `s3://` URI. Raises `FileNotFoundError` where there is nothing, `PermissionError`
    where it may not be read and others beside it may, and another `OSError` where it cannot be had now."""
    if uri.startswith("file:"):
        return file_path(uri).read_bytes()
    found, s3 = s3_object(uri), client("s3")
    try:
        with failures(uri):
            data = s3.get_object(Bucket=found.bucket, Key=found.key, **found.named)["Body"].read()
    except PermissionError as why:
        forbidden(s3, found.bucket, found.key, found.folder, why, versioned=bool(found.version))
    was_read(found.bucket, found.key)
    return data
