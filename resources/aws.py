"""Clients of AWS services, as the environment says (endpoint, credentials, region). No call waits for long."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

CONNECT_SECONDS, READ_SECONDS = 5, 30  # a queue's long poll of 20 s fits into the latter
CALLS_AT_ONCE = 16
GONE = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchBucket", "404", "NotFound", "MethodNotAllowed"})
"""What S3 says of an object that is not there; the last of a version that is a deletion."""
ARCHIVED = frozenset({"InvalidObjectState"})
CLOSED = frozenset(
    {
        *("AccessDenied", "AllAccessDisabled", "403", "Forbidden"),
        *("KMS.DisabledException", "KMS.NotFoundException", "KMS.KMSInvalidStateException"),
    }
)
"""What it says of what may not be read, also for want of the key it was written with."""

IMPOSSIBLE = frozenset({"InvalidBucketName", "KeyTooLongError", "InvalidURI", "InvalidArgument", "InvalidRequest"})
"""What it says of names that no object can have."""


class Archived(PermissionError):
    """An object that lies in an archive: it may be read once it is restored."""


class Barred(OSError):
    """A whole bucket, or all under a prefix, that may not be read. Nothing is wrong with what lies there."""


class Impossible(OSError):
    """A call that will never succeed as it is."""


class Unavailable(OSError):
    """A service that does not answer, or not as it should. Trying again later may help."""


def client(service: str) -> Any:
    """A client of a service (`s3`, `sqs`, `events`), shared by this process; it may be used from several threads."""
    return _client(service, os.environ.get("AWS_ENDPOINT_URL", ""), os.getpid())


@contextmanager
def failures(what: str) -> Generator[None]:
    """Turn what boto3 raises into `FileNotFoundError`, `PermissionError` (`Archived`), `Impossible` or `Unavailable`,
    naming what was wanted."""
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        code, message = said.get("Code", ""), said.get("Message", str(error))
        raise _kind(code)(f"{what}: {code} {message}".strip()) from error
    except ParamValidationError as error:
        raise Impossible(f"{what}: {error}") from error
    except BotoCoreError as error:
        raise Unavailable(f"{what}: {error}") from error


def _kind(code: str) -> type[OSError]:
    if code in GONE:
        return FileNotFoundError
    if code in ARCHIVED:
        return Archived
    if code in CLOSED:
        return PermissionError
    return Impossible if code in IMPOSSIBLE else Unavailable


@lru_cache(maxsize=16)
def _client(service: str, _endpoint: str, _process: int) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "max_attempts": 4},
        max_pool_connections=CALLS_AT_ONCE,
    )
    # A session of its own: boto3's default one may not be made clients of in two threads at once.
    return boto3.session.Session().client(service, config=config)
