"""What an object holds: it is read once, hashed as it comes, and not kept."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from typing import Any

from ocr.errors import OverLimit, SourceChanged
from resources.access import forbidden, was_read
from resources.aws import Impossible, failures
from resources.printable import printable
from resources.sources import S3Object

CHUNK = 1 << 20
SECONDS = 40.0  # what one object may take: a sensor's tick ends after 60 s


@dataclass(frozen=True, slots=True)
class Content:
    """What was found at an object's place: `object` with its version where there are any, `modified` in seconds."""

    object: S3Object
    etag: str
    size: int
    modified: float
    sha256: str


class Refused(Exception):
    """An object that cannot become a document; nothing is wrong with the machine."""

    def __init__(self, code: str, message: str, advice: str, etag: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.advice, self.etag = code, message, advice, etag


class Gone(Refused):
    """There is no such object (any more, or yet)."""


def measure(client: Any, found: S3Object, max_bytes: int, under: str | None = None) -> Content:
    """Read the object as it is now, or in the version that is named.

    Raises `Refused` where it is too large, too slow, may not be read, is not there (`Gone`) or cannot be; `Barred`
    where nothing may be read `under` that prefix (left out: in its folder), and `Unavailable` where S3 does not answer.
    """
    began, uri = time.monotonic(), found.uri
    digest = hashlib.sha256()
    try:
        with failures(uri):
            answer = client.get_object(Bucket=found.bucket, Key=found.key, **found.named)
            etag, size, body = answer["ETag"].strip('"'), answer["ContentLength"], answer["Body"]
            with body:
                if size > max_bytes:
                    message = f"{size} bytes are more than the {max_bytes} allowed"
                    raise Refused(OverLimit.code, message, OverLimit.advice, etag)
                for chunk in body.iter_chunks(CHUNK):
                    digest.update(chunk)
                    if time.monotonic() - began > SECONDS:
                        message = f"its {size} bytes did not come within {SECONDS:.0f} s"
                        raise Refused("over_time", message, "Copy it to a bucket nearer to this platform.", etag)
    except FileNotFoundError as error:
        raise Gone(SourceChanged.code, f"{uri} is not there", SourceChanged.advice) from error
    except PermissionError as error:
        prefix = found.folder if under is None else under
        try:
            forbidden(client, found.bucket, found.key, prefix, error, versioned=bool(found.version))
        except PermissionError as why:
            advice = (
                "Give the platform's role leave to read it (a key of its own, an archive), then put it there again."
            )
            raise Refused("forbidden", str(why), advice) from error
    except Impossible as error:
        raise Refused("no_location", str(error), "Name an object that can exist, as s3://bucket/key.") from error
    was_read(found.bucket, found.key)
    version = answer.get("VersionId", "")
    here = replace(found, version="" if version == "null" else version)
    return Content(here, etag, size, answer["LastModified"].timestamp(), digest.hexdigest())


def name_of(found: S3Object) -> str:
    """An object's name as it can be stored and printed: the last part of its key."""
    return printable(found.key.rstrip("/").rpartition("/")[2] or found.key)
