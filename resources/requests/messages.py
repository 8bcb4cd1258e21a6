"""What a message says: that an object came into being, or that somebody wants a document read."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from resources.bucket.notifications import told_objects
from resources.ledger.requests import NewRequest
from resources.sources import S3Object

DETAIL_TYPE = "DocumentSubmitted"
LONGEST_OPTIONS = 2_000  # characters: they are given back with the answer


class NotUnderstood(ValueError):
    """A message that says nothing that is known here; says what is wrong with it."""


class DocumentSubmitted(BaseModel):
    """The `detail` of an event that asks for a document to be read. Unknown fields are refused: a misspelt
    `environment` would make a test document a live one."""

    model_config = ConfigDict(extra="forbid")

    location: str = Field(
        min_length=1, max_length=4_000, description="`s3://bucket/key` (percent-encoded), or `file:///path`"
    )
    collection: str = Field("default", min_length=1, max_length=200, description="a name to group documents by")
    reply_to: str = Field("", max_length=500, description="given back with the answer, for the asker's rule to match")
    environment: Literal["live", "test"] = Field(
        "live", description="test: read and scored as any other, and shown to nobody"
    )
    options: dict[str, Any] = Field(default_factory=dict, description="given back with the answer; at most 2,000 long")
    id: str = Field("", max_length=200, description="of the request, once for all; empty: that of the event")

    @field_validator("options")
    @classmethod
    def _short(cls, options: dict[str, Any]) -> dict[str, Any]:
        if len(json.dumps(options)) > LONGEST_OPTIONS:
            raise ValueError(f"longer than {LONGEST_OPTIONS} characters")
        return options


def understood(body: str) -> NewRequest | list[tuple[S3Object, str]]:
    """The request in a message, or the objects (with their ETags) it tells of. Raises `NotUnderstood`."""
    try:
        message = json.loads(body)
    except ValueError as error:
        raise NotUnderstood(f"no JSON: {error}") from error
    if not isinstance(message, dict):
        raise NotUnderstood("no JSON object")
    if not _can_be_stored(message):
        raise NotUnderstood("it holds characters that no text may hold: NUL, or half a surrogate pair")
    try:
        objects = told_objects(message)
    except (KeyError, TypeError, AttributeError) as error:
        raise NotUnderstood(f"a message of S3 without {error}") from error
    return _request(message) if objects is None else objects


def _request(message: dict[str, Any]) -> NewRequest:
    if message.get("detail-type") != DETAIL_TYPE:
        raise NotUnderstood(f"its detail-type is {message.get('detail-type')!r}, not {DETAIL_TYPE}")
    try:
        asked = DocumentSubmitted.model_validate(message.get("detail"))
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'detail'}: {fault['msg']}" for fault in error.errors()
        )
        raise NotUnderstood(faults) from error
    id_ = asked.id or str(message.get("id") or "")
    if not id_:
        raise NotUnderstood("neither the event nor its detail has an id")
    return NewRequest(id_, asked.location, asked.collection, asked.environment, asked.reply_to, asked.options)


def _can_be_stored(value: Any) -> bool:
    """Whether databases take all texts in a JSON value; escapes can hold anything."""
    if isinstance(value, dict):
        return all(_can_be_stored(key) and _can_be_stored(one) for key, one in value.items())
    if isinstance(value, list):
        return all(map(_can_be_stored, value))
    return not isinstance(value, str) or ("\x00" not in value and not any("\ud800" <= c <= "\udfff" for c in value))
