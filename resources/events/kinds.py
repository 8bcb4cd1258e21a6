"""The kinds of events, version 1: what stands in the `detail` of each.

Within a version fields are only added; a consumer passes by those it does not know. What is taken away or changes its
meaning makes a new version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

VERSION = 1
LONGEST = 2000  # characters of a text that may be of any length, such as a message

Environment = Literal["live", "test"]


def _open(schema: dict[str, Any]) -> None:
    """What is written here is strict; who reads it is to let fields be added."""
    schema.pop("additionalProperties", None)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=_open)


class Request(_Strict):
    """Who asked for the document, where it came by a `DocumentSubmitted`."""

    id: str = Field(description="of the request, as its sender gave it")
    reply_to: str = Field("", description="as the request said; empty where it said nothing")
    options: dict[str, Any] = Field(default_factory=dict, description="as the request said")


class _Told(_Strict):
    """What every event bears."""

    version: Literal[1] = Field(VERSION, description="of this schema")
    id: str = Field(description="the same event has the same id, however often it is sent: take each id once")
    at: str = Field(
        description="when it was written (ISO 8601, UTC); of two events of one document, the later bears the later time"
    )
    environment: Environment = Field(description="live, or test: of a document sent in to try the platform")


class _OfDocument(_Told):
    document: str = Field(description="the document's permanent key")
    name: str = Field(description="its file name")
    uri: str = Field(description="where its bytes are")
    sha256: str = Field(description="of its bytes")
    collection: str = Field(description="the name it was grouped under when it came in")
    received_at: str = Field(description="when it was registered (ISO 8601, UTC)")


class _Outcome(_OfDocument):
    requests: list[Request] = Field(
        default_factory=list,
        description="who asked for it; where more wait than 25, the others get events of their own",
    )
    pages: int = Field(0, description="number of pages, 0 where it was rejected before they were counted")
    seconds: float = Field(0.0, description="spent on reading it, over all its stages")
    recorded_at: str = Field(description="when the outcome was recorded (ISO 8601, UTC)")
    versions: dict[str, str] = Field(
        default_factory=dict, description="by stage, the version of its output in the lake"
    )
    variant: str = Field("", description="the variant of the settings that read it; empty: the champion")

    @computed_field(description="the requests' `reply_to`, for a rule to match")
    @property
    def reply_to(self) -> list[str]:
        return sorted({request.reply_to for request in self.requests if request.reply_to})


class DocumentRead(_Outcome):
    """A document was read to the end. Told once for each outcome: again only where another one became current."""


class DocumentRejected(_Outcome):
    """A document cannot be read; `advice` says what may help. One that was refused before its bytes were read has no
    key."""

    document: str = Field("", description="the document's permanent key; empty where its bytes were never read")
    sha256: str = Field("", description="of its bytes, where they were read")
    stage: str = Field(description="where it was rejected")
    code: str = Field(description="the reason, one of a fixed set (docs/operating.md)")
    message: str
    advice: str


class DoubtfulField(_Strict):
    field: str
    confidence: float
    reasons: list[str] = Field(description="why a person is to look at it")


class DocumentNeedsReview(_OfDocument):
    """A published record waits for a person. Told once for each version of a document's record."""

    type: str = Field(description="of the document")
    record_version: str = Field(description="the version of the records stage's output")
    fields: list[DoubtfulField] = Field(description="those to look at; the first 50")
    violations: list[str] = Field(default_factory=list, description="rules that are broken")


class ModelPromoted(_Told):
    """Another variant of the settings is the champion; what it makes stale is read again by and by."""

    variant: str = Field(description="the champion now; empty: the settings as they stand in the file")
    before: str = Field("", description="the champion before")
    reason: str = ""
    overrides: dict[str, Any] = Field(default_factory=dict, description="the settings it changes")
    rollback: bool = Field(False, description="whether it goes back to an earlier champion, reading nothing again")


class DriftDetected(_Told):
    """What is read, or how, is no longer as it was in the reference window. Told once for each alarm."""

    collection: str = Field(description="whose documents")
    document: str = Field(description="the one that raised the alarm")
    settled_at: str = Field(description="when that one had been read (ISO 8601, UTC)")
    since: str = Field(description="the document from which on it most likely is so")
    documents_since: int = Field(description="how many were read from that one to the alarm")
    signals: list[str] = Field(description="what moved, the surest first, as stage and measure")
    first_stage: str = Field(description="the earliest stage whose signals moved")
    cause: str = Field(description="a stage, or `input`")
    sure: str = Field(description="how well the cause is known")
    says: str = Field(description="in a sentence")
    advice: str


KINDS: dict[str, type[_Told]] = {
    kind.__name__: kind for kind in (DocumentRead, DocumentRejected, DocumentNeedsReview, ModelPromoted, DriftDetected)
}


def detail_of(kind: str, head: Mapping[str, Any], detail: Mapping[str, Any]) -> dict[str, Any]:
    """An event's whole `detail`: `head` is its id, its time and its environment.

    Raises `ValueError` where the kind is unknown or the detail is not as its schema says.
    """
    if kind not in KINDS:
        raise ValueError(f"there is no kind of event named {kind!r}: {', '.join(KINDS)}")
    return KINDS[kind].model_validate({**head, **detail}).model_dump(mode="json")
