"""Whose fault it is that an object may not be read: its own, or that of a bucket which may not be read at all.

S3 says the same of both. So another object is asked: the one that was read last, then some of those beside it. Where
one of them may be read, the first is forbidden by itself. Where none may, nothing is known to be wrong with it.
"""

from __future__ import annotations

from typing import Any, NoReturn

from resources.aws import Archived, Barred, failures

TRIED = 4  # objects right under a prefix, and folders there
_read_last: dict[str, str] = {}
"""By bucket, the key of the object that this process read last."""


def was_read(bucket: str, key: str) -> None:
    """An object was read: it is asked where another one of its bucket may not be."""
    _read_last[bucket] = key


def forbidden(client: Any, bucket: str, key: str, under: str, why: PermissionError, *, versioned: bool) -> NoReturn:
    """Raises what it comes to that an object may not be read: `why` where others under the prefix `under` may be, or it
    lies in an archive; else `Barred`. `versioned`: a version of it was asked for, which is a right of its own."""
    if isinstance(why, Archived):
        raise why
    last = _read_last.get(bucket)
    if last not in (None, key) and _may_be_read(client, bucket, last, versioned):
        raise why
    place, action = f"s3://{bucket}/{under}", "s3:GetObjectVersion" if versioned else "s3:GetObject"
    try:
        others = _others(client, bucket, key, under)
    except PermissionError as error:
        raise Barred(_said(place, f"neither {key!r} nor a listing", action)) from error
    if any(_may_be_read(client, bucket, other, versioned) for other in others):
        raise why
    raise Barred(_said(place, f"none of {1 + len(others)} objects that were tried", action)) from why


def _said(place: str, nothing: str, action: str) -> str:
    return (
        f"{place} may not be read ({nothing}): allow {action} and s3:ListBucket there to the platform's role, in the "
        "role's policy and in the bucket's, and kms:Decrypt where the bucket has a key of its own"
    )


def _others(client: Any, bucket: str, key: str, under: str) -> list[str]:
    """Some keys right under the prefix, and one of each of some folders there: who may write to one folder only is not
    to speak for them all."""

    def listed(prefix: str, **more: Any) -> dict[str, Any]:
        with failures(f"listing s3://{bucket}/{prefix}"):
            return client.list_objects_v2(Bucket=bucket, Prefix=prefix, **more)

    top = listed(under, Delimiter="/")
    folders = _some([one["Prefix"] for one in top.get("CommonPrefixes", [])])
    keys = _some([one["Key"] for one in top.get("Contents", []) if one["Key"] != key])
    return keys + [
        one["Key"] for folder in folders for one in listed(folder, MaxKeys=1)["Contents"] if one["Key"] != key
    ]


def _some(found: list[str]) -> list[str]:
    """A few from all over."""
    return found[:: max(1, -(-len(found) // TRIED))]


def _may_be_read(client: Any, bucket: str, key: str, versioned: bool) -> bool:
    try:
        with failures(f"s3://{bucket}/{key}"):
            answer = client.get_object(Bucket=bucket, Key=key)
            answer["Body"].close()
            if versioned and "VersionId" in answer:
                client.get_object(Bucket=bucket, Key=key, VersionId=answer["VersionId"])["Body"].close()
    except Archived:
        return True  # it may be: that is looked at first
    except (PermissionError, FileNotFoundError):
        return False
    return True
