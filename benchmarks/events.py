"""Objects and requests in, events out, with Dagster's daemon killed in the middle: is anything lost or told twice?

    python -m benchmarks.events [OBJECTS [SAME]]

The services are moto's, over HTTP; the daemon is Dagster's own, with the sensors of bucket, requests and events.
Writes docs/results/events.md.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from PIL import Image, ImageDraw

from benchmarks import machine
from benchmarks.daemons import Daemon
from benchmarks.told import Consumer, ended, judge_bucket, judge_requests, outcome_of
from ocr_assets_tests import aws
from resources.aws import client
from resources.ledger import Ledger
from resources.ledger.refusals import refused
from resources.settings import load_settings

RESULT = Path(__file__).parents[1] / "docs" / "results" / "events.md"
OBJECTS = 500
SAME = 1_001
"""Objects of one content that are there before the sensor: more than a page of the listing."""
PATIENCE = 3 * 3_600.0
SETTINGS = {
    "OCR_BUCKET__URL": "s3://scans/in/",
    "OCR_BUCKET__EVERY": "5",
    "OCR_REQUESTS__RECEIVES": "3",
    "OCR_EVENTS__BUS": "out",
    "OCR_LIMITS__MAX_BYTES": "50000",
    "OCR_CHECKS__CORPUS_CER": "9",
    "OCR_CHECKS__CORPUS_FIELDS": "0",
}


def main() -> None:
    count = int(sys.argv[1]) if sys.argv[1:] else OBJECTS
    same = int(sys.argv[2]) if sys.argv[2:] else SAME
    figures = {}
    with tempfile.TemporaryDirectory(prefix="events-") as folder, aws.server():
        home = Path(folder)
        (home / "inbox").mkdir()
        with mock.patch.dict(os.environ, {**SETTINGS, "OCR_HOME": folder, "OCR_REQUESTS__QUEUE": make_services()}):
            with consumer() as seen:
                daemon = Daemon(home)
                put("in/folder/", b"")
                for number in range(same):
                    put(f"in/same/{number:05}.png", word("Same"))
                daemon.start()
                try:
                    figures["bucket"] = measure("bucket", upload, count, daemon, seen)
                    figures["requests"] = measure("requests", submit, count, daemon, seen)
                finally:
                    daemon.stop()
            if sum(part["wrong"] for part in figures.values()):
                kept = Path(tempfile.mkdtemp(prefix="events-log-")) / "daemon.log"
                kept.write_bytes((home / "daemon.log").read_bytes())
                print(f"the daemon's log is {kept}")
    RESULT.write_text("\n".join(report(count, same, figures)) + "\n")
    print(RESULT.read_text())


def make_services() -> str:
    """A bucket, a queue of requests behind a bus, and a queue behind the bus of events; the URL of the first queue."""
    sqs, events = client("sqs"), client("events")
    client("s3").create_bucket(Bucket="scans")
    policy = {"deadLetterTargetArn": arn_of(queue("dead")), "maxReceiveCount": "50"}
    url = sqs.create_queue(QueueName="requests", Attributes={"RedrivePolicy": json.dumps(policy)})["QueueUrl"]
    for bus, pattern, target in (
        ("submitted", {"detail-type": ["DocumentSubmitted"]}, url),
        ("out", {"source": ["ocr-assets"]}, queue("consumer")),
    ):
        events.create_event_bus(Name=bus)
        events.put_rule(Name=bus, EventBusName=bus, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=bus, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn_of(target)}])
    return url


def measure(
    name: str, send: Callable[[int, dict[str, str]], None], count: int, daemon: Daemon, seen: Consumer
) -> dict[str, Any]:
    """Send while the daemon runs, kill it when two fifths have come to an end, start it again, wait for the rest."""
    ledger, before, delivered = Ledger(load_settings().ledger_url), set(seen.events), seen.deliveries
    known, turned_down = {document.document for document in ledger.documents()}, len(refused(ledger.engine))
    began = time.monotonic()
    expected: dict[str, str] = {}
    sender = threading.Thread(target=send, args=(count, expected))
    sender.start()
    wait_until(lambda: not sender.is_alive() and ended(ledger, known) >= 0.4 * count, f"{name}: two fifths")
    daemon.kill()
    killed = time.monotonic()
    time.sleep(2)
    daemon.start()
    judge = judge_bucket if name == "bucket" else judge_requests
    wait_until(lambda: not judge(ledger, expected, seen, before), f"{name}: all")
    seconds = time.monotonic() - began
    time.sleep(60)  # for what should not come
    wrong = judge(ledger, expected, seen, before)
    new = [document.document for document in ledger.documents() if document.document not in known]
    ends = outcome_of(ledger)
    outcomes = Counter(ends.get(document, "none") for document in new)
    kinds = Counter(event["kind"] for id_, event in seen.events.items() if id_ not in before)
    return {
        "sent": len(expected),
        "documents": outcomes.total(),
        "outcomes": dict(outcomes),
        "refused": len(refused(ledger.engine)) - turned_down,
        "events": dict(kinds),
        "deliveries": seen.deliveries - delivered,
        "wrong": len(wrong),
        "examples": wrong[:5],
        "seconds": round(seconds),
        "after_kill": round(began + seconds - killed),
    }


def upload(count: int, expected: dict[str, str]) -> None:
    """Objects of all kinds: most are pictures; duplicates, no pictures, too large ones, and one in ten overwritten."""
    for number in range(count):
        key = f"in/{number % 7}/scan {number:04} ü+%.png"
        content = content_of(number)
        put(key, content)
        expected[key] = hashlib.sha256(content).hexdigest()
        if number % 10 == 9:
            key, content = f"in/{(number - 5) % 7}/scan {number - 5:04} ü+%.png", word(f"Anew {number}")
            put(key, content)
            expected[key] = hashlib.sha256(content).hexdigest()


def content_of(number: int) -> bytes:
    match number % 20:
        case 3 | 13:
            return word(f"Paper {number - 2}")  # the content of another
        case 6 | 16:
            return f"no picture {number}".encode()
        case 8:
            return b"x" * 60_000 + str(number).encode()
    return word(f"Paper {number}")


def submit(count: int, expected: dict[str, str]) -> None:
    """Requests through EventBridge: for new objects, for some that were read before, twice, for what is not there."""
    for number in range(count):
        key, id_ = f"asked/{number:04}.png", f"request-{number}"
        match number % 20:
            case 5:
                key, expected[id_] = "asked/none.png", "DocumentRejected"
            case 6:
                put(key, f"no picture either {number}".encode())
                expected[id_] = "DocumentRejected"
            case 7:
                put(key, word("Same"))
                expected[id_] = "DocumentRead"
            case _:
                put(key, word(f"Asked {number}"))
                expected[id_] = "DocumentRead"
        detail = {"location": f"s3://scans/{key}", "id": id_, "reply_to": "benchmark"}
        entry = {"Source": "benchmark", "DetailType": "DocumentSubmitted", "EventBusName": "submitted"}
        entries = [entry | {"Detail": json.dumps(detail)}] * (2 if number % 10 == 0 else 1)
        if number % 50 == 1:
            entries.append(entry | {"Detail": '{"place": "nowhere"}'})
        client("events").put_events(Entries=entries)


def report(count: int, same: int, figures: dict[str, Any]) -> list[str]:
    lines = [
        "# Objects and requests in, events out",
        "",
        f"`python -m benchmarks.events {count} {same}`, {machine.describe()}, commit {machine.commit()}. Services: "
        "moto over HTTP. Dagster's daemon, its code server and all runs were killed with `kill -9` when two fifths of "
        "the documents had come to an end, and the daemon was started again. Objects: duplicates, overwritten ones, no "
        f"pictures, too large ones, odd names, and {same} more of one content that were there before. Requests: sent "
        "twice, for objects read before, for objects that are not there, and some that nobody can understand.",
        "",
        "| | objects in a bucket | requests through EventBridge and SQS |",
        "|---|---:|---:|",
    ]
    for name, title in {
        "sent": "objects or requests",
        "documents": "documents they made",
        "outcomes": "their outcomes",
        "refused": "objects refused",
        "events": "events, each id once",
        "deliveries": "events as delivered, with repetitions",
        "wrong": "**lost, told twice or otherwise wrong**",
        "seconds": "seconds, all",
        "after_kill": "seconds after the kill",
    }.items():
        both = " | ".join(shown(figures[part][name]) for part in ("bucket", "requests"))
        lines.append(f"| {title} | {both} |")
    examples = [example for part in figures.values() for example in part["examples"]]
    return [*lines, "", *(f"- {example}" for example in examples)] if examples else lines


def shown(value: Any) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(value.items())) if isinstance(value, dict) else str(value)


@contextmanager
def consumer() -> Generator[Consumer]:
    seen = Consumer(queue("consumer"))
    thread = threading.Thread(target=seen.run)
    thread.start()
    try:
        yield seen
    finally:
        seen.ended.set()
        thread.join()


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            print(f"{what}: waited in vain")
            return
        time.sleep(2)


def word(text: str) -> bytes:
    """A picture of a word or two."""
    image = Image.new("L", (200, 60), 255)
    ImageDraw.Draw(image).text((10, 15), text, fill=0, font_size=26)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def put(key: str, content: bytes) -> None:
    client("s3").put_object(Bucket="scans", Key=key, Body=content)


def queue(name: str) -> str:
    return client("sqs").create_queue(QueueName=name)["QueueUrl"]


def arn_of(url: str) -> str:
    return client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


if __name__ == "__main__":
    main()
