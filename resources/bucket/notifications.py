"""What S3 tells of its objects, in either form: its own notifications, and its events on EventBridge.

The object is read as it is when the message is, so that messages out of order, late or twice do no harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from resources.sources import S3Object


def told_objects(message: Mapping[str, Any]) -> list[tuple[S3Object, str]] | None:
    """Objects that came into being, each with its ETag, by a message of S3's; None where the message is not S3's.

    Empty where it tells of a test or of objects that were deleted. Raises `KeyError`, `TypeError` or `AttributeError`
    where it is cut or of another shape.
    """
    if message.get("Event") == "s3:TestEvent":
        return []
    if "Records" in message:
        return [
            (
                # Keys are encoded as in a form here, and are not on EventBridge.
                S3Object(record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])),
                record["s3"]["object"].get("eTag", ""),
            )
            for record in message["Records"]
            if record["eventName"].removeprefix("s3:").startswith("ObjectCreated:")
        ]
    if message.get("source") != "aws.s3":
        return None
    if message.get("detail-type") != "Object Created":
        return []
    detail = message["detail"]
    return [(S3Object(detail["bucket"]["name"], detail["object"]["key"]), detail["object"].get("etag", ""))]
