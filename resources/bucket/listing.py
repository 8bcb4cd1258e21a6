"""Listing a bucket, a page at a time, from a cursor that says how far it has come.

S3 lists by key, not by time, so every object is passed in every sweep; what was modified before the last sweep is not
looked up again. Times are the server's. Three things keep an object from being missed: a sweep looks a day back (an
object that comes in parts bears the time its first part came); the newest time counts only up to the sweep's beginning
(an object may be overwritten behind the sweep); and once a day everything is looked up.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any

from resources.aws import failures
from resources.sources import S3Object

PAGE = 1_000  # S3 gives no more at a time
OVERLAP = 86_400.0
WHOLE_EVERY = 86_400.0


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as the listing has it; `modified` in seconds."""

    key: str
    etag: str
    size: int
    modified: float


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far listing has come: the sweep in progress (`after` is the last key passed, `began` and `newest` are times
    of the server; empty and 0: none is), up to when earlier ones have seen everything, when one last looked everything
    up, and when the last one ended, by this machine's clock. All of it is of the bucket at `url`."""

    after: str = ""
    began: float = 0.0
    newest: float = 0.0
    seen: float = 0.0
    whole: float = 0.0
    ended: float = 0.0
    url: str = ""

    @classmethod
    def read(cls, text: str | None, url: str) -> Cursor:
        """What `text` says of the bucket at `url`, or the beginning where it says nothing or is of another one."""
        try:
            found = cls(**json.loads(text or "{}"))
        except (ValueError, TypeError):
            return cls(url=url)
        return found if found.url == url else cls(url=url)

    def due(self, now: float, every: float) -> bool:
        """Whether there is a sweep to go on with, or to begin `every` seconds after the last. A clock that was set back
        since puts nothing off."""
        return not self.between_sweeps or not 0 <= now - self.ended < every

    @property
    def text(self) -> str:
        return json.dumps(asdict(self))

    @property
    def between_sweeps(self) -> bool:
        return not self.began

    @property
    def floor(self) -> float:
        """Objects modified before this are known."""
        return 0.0 if self.began - self.whole >= WHOLE_EVERY else self.seen - OVERLAP


def next_page(client: Any, bucket: str, prefix: str, cursor: Cursor) -> tuple[list[Listed], Cursor]:
    """Objects of the next page that may be new, and the cursor after it. Raises `Unavailable`, or `PermissionError` or
    `FileNotFoundError` where the bucket may not be listed or is not there."""
    with failures(f"listing s3://{bucket}/{prefix}"):
        answer = client.list_objects_v2(Bucket=bucket, Prefix=prefix, StartAfter=cursor.after, MaxKeys=PAGE)
    now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp()
    here = cursor if cursor.began else replace(cursor, began=now, newest=0.0)
    found = list(_objects(answer))
    newest = max([here.newest, *(one.modified for one in found)])
    candidates = [one for one in found if one.modified >= here.floor and not _is_folder(one)]
    if answer.get("IsTruncated") and found:
        return candidates, replace(here, after=found[-1].key, newest=newest)
    whole = here.began if here.floor == 0.0 else here.whole
    seen = max(here.seen, min(newest, here.began))
    return candidates, Cursor(seen=seen, whole=whole, ended=time.time(), url=here.url)


def bucket_and_prefix(url: str) -> tuple[str, str]:
    """`s3://bucket/some/prefix` → bucket and prefix, as they stand."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    return bucket, prefix


def within(found: S3Object, url: str) -> bool:
    """Whether an object lies under a bucket's URL."""
    bucket, prefix = bucket_and_prefix(url)
    return found.bucket == bucket and found.key.startswith(prefix)


def _objects(answer: dict[str, Any]) -> Iterator[Listed]:
    for one in answer.get("Contents", []):
        yield Listed(one["Key"], one["ETag"].strip('"'), one["Size"], one["LastModified"].timestamp())


def _is_folder(one: Listed) -> bool:
    """What consoles make where a person makes a folder."""
    return one.key.endswith("/") and one.size == 0
