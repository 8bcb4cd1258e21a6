"""Messages of a queue → documents: objects that came into being, and requests to read one.

A message is deleted when what it says is recorded in the ledger, and not before: one that is worked on twice says
nothing new the second time.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ocr.errors import SourceChanged
from ocr_assets.intake import arrival_of as arrival_of_file
from ocr_assets.objects import Found, Wanted, arrival_of, refusal_of, take
from resources.aws import Barred
from resources.bucket.objects import Gone, Refused, measure
from resources.ledger import Ledger, NewDocument
from resources.ledger.outcomes import outcome_of
from resources.ledger.places import document_of, known_objects
from resources.ledger.refusals import Refusal
from resources.ledger.requests import NewRequest, enter, note, turn_down
from resources.requests.messages import NotUnderstood, understood
from resources.requests.queue import Message, Queue
from resources.sources import NoLocation, S3Object, file_path, s3_object

log = logging.getLogger(__name__)

NOT_UNDERSTOOD = "not_understood"
FIRST_DELAY = 15.0
"""Seconds until a request whose object is not there is taken up again; doubled each time."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where messages are worked on: `accepts` says whose objects are to be read, `folders` are those a request may name
    files in, `receives` is how often a request whose object is not there is taken up."""

    client: Any
    ledger: Ledger
    wanted: Wanted
    accepts: Callable[[S3Object], bool] = lambda _: False
    folders: tuple[Path, ...] = ()
    receives: int = 5


def drain(queue: Queue, desk: Desk, *, wait: float, until: float) -> Counter[str]:
    """Work on messages until there are none or `until` (monotonic); waits for the first up to `wait` seconds."""
    counts: Counter[str] = Counter()
    while time.monotonic() < until:
        messages = queue.messages(wait)
        if not messages:
            break
        wait = 0.0
        for message in messages:
            if time.monotonic() >= until:
                queue.put_back(message, 0)
                continue
            counts[work_on(message, queue, desk)] += 1
    return counts


def work_on(message: Message, queue: Queue, desk: Desk) -> str:
    """Record what one message says and delete it, or put it back; returns what became of it."""
    try:
        said = understood(message.body)
    except NotUnderstood as why:
        log.warning("message %s: %s", message.id, why)
        queue.bury(message, str(why))
        with desk.ledger.transaction() as connection:
            note(connection, NewRequest(message.id, message.body[:4_000]), NOT_UNDERSTOOD)
        queue.delete(message)
        return NOT_UNDERSTOOD
    if isinstance(said, NewRequest):
        return _request(said, message, queue, desk)
    found = [Found(one, etag) for one, etag in said if desk.accepts(one)]
    known = known_objects(desk.ledger.engine, [one.object.uri for one in found], desk.wanted.environment)
    new = [one for one in found if not one.etag or known.get(one.object.uri, ("", 0))[0] != one.etag]
    if new:
        take(desk.client, new, desk.ledger, desk.wanted)
    queue.delete(message)
    return "objects" if new else "passed_by"


def _request(request: NewRequest, message: Message, queue: Queue, desk: Desk) -> str:
    try:
        arrival = _arrival(request, desk)
    except Gone as why:
        missing = Refused("source_missing", str(why), "Put the object there before the request is sent.")
        return _later(request, missing, message, queue, desk)
    except Barred as why:
        if desk.accepts(s3_object(request.location)):
            raise  # the platform's own bucket: all that comes waits until it may be read again
        closed = Refused("forbidden", str(why), "Let the platform read the bucket, then send the request anew.")
        return _later(request, closed, message, queue, desk)
    except Refused as why:
        return _turn_down(request, why, message, queue, desk)
    desk.ledger.register([arrival])
    key = document_of(desk.ledger.engine, arrival.sha256, arrival.environment)
    with desk.ledger.transaction() as connection:
        enter(connection, request, key, outcome_of(connection, key))
    queue.delete(message)
    return "requests"


def _later(request: NewRequest, why: Refused, message: Message, queue: Queue, desk: Desk) -> str:
    """Put back what may be met later; turn it down where that was hoped for often enough."""
    if message.receives < min(desk.receives, queue.receives or desk.receives):
        log.warning("request %s waits: %s", request.id, why)
        queue.put_back(message, FIRST_DELAY * 2 ** (message.receives - 1))
        return "put_back"
    queue.bury(message, f"{why}, asked {message.receives} times")
    return _turn_down(request, why, message, queue, desk)


def _turn_down(request: NewRequest, why: Refused, message: Message, queue: Queue, desk: Desk) -> str:
    log.info("request %s: %s", request.id, why)
    with desk.ledger.transaction() as connection:
        turn_down(connection, request, _refusal(request, why, desk))
    queue.delete(message)
    return "turned_down"


def _arrival(request: NewRequest, desk: Desk) -> NewDocument:
    """The document at a request's location. Raises `Refused`, as `Gone` where it may be there later."""
    wanted = _wanted(request, desk)
    if request.location.startswith("file:"):
        return _file_arrival(request, desk)
    try:
        return arrival_of(measure(desk.client, s3_object(request.location), wanted.max_bytes), wanted)
    except NoLocation as error:
        raise Refused(
            "no_location", str(error), "Name an object as s3://bucket/key or a file as file:///path."
        ) from error


def _file_arrival(request: NewRequest, desk: Desk) -> NewDocument:
    path = file_path(request.location).resolve()
    if not any(path.is_relative_to(folder.resolve()) for folder in desk.folders):
        advice = "Name its folder in `[requests] folders`, or put the file into a bucket."
        raise Refused("not_allowed", f"{request.location} is in no folder that requests may name", advice)
    if path.exists() and not path.is_file():
        raise Refused("forbidden", f"{request.location} is no file", "Name the file itself.")
    try:
        return arrival_of_file(path, request.collection, request.environment, desk.wanted.sensor)
    except FileNotFoundError as error:
        raise Gone(SourceChanged.code, f"{request.location} is not there", SourceChanged.advice) from error
    except PermissionError as error:
        raise Refused(
            "forbidden", f"{request.location}: {error.strerror}", "Let the platform read the file."
        ) from error


def _wanted(request: NewRequest, desk: Desk) -> Wanted:
    return replace(desk.wanted, collection=request.collection, environment=request.environment)


def _refusal(request: NewRequest, why: Refused, desk: Desk) -> Refusal:
    if request.location.startswith("s3://"):
        try:
            return refusal_of(Found(s3_object(request.location)), why, _wanted(request, desk))
        except NoLocation:
            pass
    name = request.location.rpartition("/")[2] or request.location
    about = {"collection": request.collection, "environment": request.environment}
    return Refusal(request.location, "", name, why.code, str(why), why.advice, **about)
