"""What goes into the ledger and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document that arrives, at the side of the split that its content comes to where no `variant` is named.

    `modified` is its file's modification time in seconds, `etag` what S3 says of an object's content, `asked_by` the
    sensor that is to ask for a run that reads it (empty: nobody asks).
    """

    document: str
    sha256: str
    name: str
    uri: str
    size: int
    modified: float
    collection: str = "default"
    environment: str = "live"
    variant: str | None = None
    etag: str = ""
    asked_by: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is registered. `variant` is the side of a split it came to; empty: the champion's."""

    document: str
    sha256: str
    name: str
    uri: str
    size: int
    collection: str
    environment: str
    received_at: str
    superseded_by: str | None
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """The current outcome of one stage on one document. `status` is `read` or `rejected`."""

    document: str
    stage: str
    version: str
    status: str
    input_hash: str
    fingerprint: str
    output_hash: str
    code: str
    message: str
    advice: str
    pages: int
    seconds: float
    model_loads: int
    made_at: str


_INCOMPLETE = " incomplete/"


def incomplete(fingerprint: str, why: str) -> str:
    """The fingerprint of an output that lacks something this fingerprint's outputs have: it is stale from the first."""
    return f"{fingerprint}{_INCOMPLETE}{why}"


def left_out(fingerprint: str, expected: str) -> str:
    """Why an output of the expected fingerprint is incomplete; empty where it is not, or is of another one."""
    made, _, why = fingerprint.partition(_INCOMPLETE)
    return why if made == expected else ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Outcomes of one stage: how many, how many of them rejections, and the seconds they took."""

    outcomes: int = 0
    rejected: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Pending:
    """A document with work to do: `stage` is the first stage that is missing or stale, `why` says which it is.

    `incomplete`: it was read, but something that could not be had was left out. `settled`: all stages were read, or it
    was rejected, by whatever models.
    """

    document: str
    stage: str
    why: str
    incomplete: bool = False
    settled: bool = False
