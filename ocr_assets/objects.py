"""Objects of S3 → documents: reads what is new, recognises it by content, and registers it with the ledger."""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ocr_assets.intake import REGISTER_AT_ONCE
from partitions.keys import document_key
from resources.bucket.listing import Cursor, Listed, bucket_and_prefix, next_page
from resources.bucket.objects import Content, Refused, measure, name_of
from resources.ledger import Ledger, NewDocument
from resources.ledger.places import known_objects
from resources.ledger.refusals import Refusal, known_refusals, refuse
from resources.sources import S3Object

log = logging.getLogger(__name__)

TOGETHER = 8  # objects read at a time
LARGE = 8 << 20  # bytes of an object that is read alone, so that others do not make it slow


@dataclass(frozen=True, slots=True)
class Wanted:
    """Objects of one origin: the sensor that asks for runs, the collection they belong to, the largest that is read,
    the prefix all of them lie under, where they have one."""

    sensor: str
    collection: str
    environment: str
    max_bytes: int
    under: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An object that is to become a document, with what was said of it before it is read."""

    object: S3Object
    etag: str = ""
    size: int = 0


def look(
    client: Any, url: str, cursor: Cursor, ledger: Ledger, wanted: Wanted, *, until: float, most: int
) -> tuple[Cursor, Counter[str]]:
    """Go on with a sweep of the bucket at `url`, to its end at most; returns the new cursor and what came of objects.

    Begins no new object after `until` (monotonic), nor more than `most`. What is left of a page is found again by the
    cursor, and what was registered is known.
    """
    bucket, prefix = bucket_and_prefix(url)
    counts: Counter[str] = Counter()
    while time.monotonic() < until:
        listed, further = next_page(client, bucket, prefix, cursor)
        new = unknown(bucket, listed, ledger, wanted.environment)
        counts["listed"] += len(listed)
        taken = new[: most - counts["taken"]]
        for some in _portions(taken):
            if time.monotonic() >= until:
                return cursor, counts
            came = take(client, some, ledger, wanted, until=until)
            counts.update(came)
            counts["taken"] += came.total()
            if came.total() < len(some):
                return cursor, counts
        if len(taken) < len(new):
            break
        cursor = further
        if cursor.between_sweeps:
            break
    return cursor, counts


def unknown(bucket: str, listed: Sequence[Listed], ledger: Ledger, environment: str) -> list[Found]:
    """Objects that were neither read nor refused with the content they have."""
    objects = {S3Object(bucket, one.key).uri: one for one in listed}
    known = known_objects(ledger.engine, list(objects), environment)
    refused = known_refusals(ledger.engine, list(objects))
    return [
        Found(S3Object(bucket, one.key), one.etag, one.size)
        for uri, one in objects.items()
        if known.get(uri) != (one.etag, one.size) and (uri, one.etag) not in refused
    ]


def take(
    client: Any, found: Sequence[Found], ledger: Ledger, wanted: Wanted, *, until: float = math.inf
) -> Counter[str]:
    """Read objects and register or refuse each; counts `new` documents, `known` ones and `refused` objects. Those that
    were not begun before `until` (monotonic) are left out.

    Raises `Barred` where none may be read, and none is refused for that."""

    def read(one: Found) -> Content | Refused | None:
        if time.monotonic() >= until:
            return None
        try:
            return measure(client, one.object, wanted.max_bytes, wanted.under)
        except Refused as why:
            return why

    small = [one for one in found if one.size < LARGE]
    with ThreadPoolExecutor(TOGETHER) as pool:
        read_small = dict(zip(small, pool.map(read, small), strict=True))
    contents = [(one, read_small[one] if one in read_small else read(one)) for one in found]
    arrivals = [arrival_of(content, wanted) for _, content in contents if isinstance(content, Content)]
    new = len(ledger.register(arrivals)) if arrivals else 0
    refusals = [refusal_of(one, why, wanted) for one, why in contents if isinstance(why, Refused)]
    if refusals:
        with ledger.transaction() as connection:
            for refusal in refusals:
                log.info("refused %s: %s", refusal.uri, refusal.message)
                refuse(connection, refusal)
    return Counter(new=new, known=len(arrivals) - new, refused=len(refusals))


def arrival_of(content: Content, wanted: Wanted) -> NewDocument:
    name = name_of(content.object)
    return NewDocument(
        document=document_key(name, content.sha256, wanted.environment),
        sha256=content.sha256,
        name=name,
        uri=content.object.uri,
        size=content.size,
        modified=content.modified,
        collection=wanted.collection,
        environment=wanted.environment,
        etag=content.etag,
        asked_by=wanted.sensor,
    )


def refusal_of(found: Found, why: Refused, wanted: Wanted) -> Refusal:
    return Refusal(
        uri=found.object.uri,
        etag=why.etag or found.etag,
        name=name_of(found.object),
        code=why.code,
        message=str(why),
        advice=why.advice,
        collection=wanted.collection,
        environment=wanted.environment,
    )


def _portions(found: Sequence[Found]) -> Iterator[Sequence[Found]]:
    """Small objects many at a time; each large one alone, since it may take long."""
    small: list[Found] = []
    for one in found:
        if one.size >= LARGE:
            yield [one]
            continue
        small.append(one)
        if len(small) == REGISTER_AT_ONCE // 2:
            yield small
            small = []
    if small:
        yield small
