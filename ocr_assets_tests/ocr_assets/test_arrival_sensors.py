"""The sensors of bucket and requests, from an object or an event to the answer, with every stage read for real once."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from PIL import Image, ImageDraw

from ocr.assembly import STAGES, Engines
from ocr_assets.automation.bucket import bucket_sensor
from ocr_assets.automation.requests import requests_sensor
from ocr_assets.definitions import build_defs
from ocr_assets_tests.ocr_assets.daemon import evaluate, keys_of, tick
from resources.aws import client
from resources.batch import read_stage
from resources.lake import Lake
from resources.ledger import Ledger, schema
from resources.settings import SettingsError, load_settings

OBJECTS = 30


@pytest.fixture
def queues(bucket: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both sensors on, each with a queue; the URL of that of requests."""
    sqs = client("sqs")
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("notifications", "requests")}
    monkeypatch.setenv("OCR_BUCKET__URL", "s3://scans/in/")
    monkeypatch.setenv("OCR_BUCKET__QUEUE", urls["notifications"])
    monkeypatch.setenv("OCR_REQUESTS__QUEUE", urls["requests"])
    monkeypatch.setattr("ocr_assets.automation.requests.WAIT_SECONDS", 0)
    monkeypatch.setattr("ocr_assets.automation.bucket.WAIT_SECONDS", 0)
    arn = sqs.get_queue_attributes(QueueUrl=urls["notifications"], AttributeNames=["QueueArn"])["Attributes"]
    rule = {"QueueArn": arn["QueueArn"], "Events": ["s3:ObjectCreated:*"]}
    client("s3").put_bucket_notification_configuration(
        Bucket="scans", NotificationConfiguration={"QueueConfigurations": [rule]}
    )
    return urls["requests"]


def word(text: str) -> bytes:
    """A picture of one word."""
    image = Image.new("L", (200, 60), 255)
    ImageDraw.Draw(image).text((20, 15), text, fill=0, font_size=26)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def put(key: str, content: bytes) -> None:
    client("s3").put_object(Bucket="scans", Key=key, Body=content)


def told(ledger: Ledger) -> list[tuple[str, dict[str, Any]]]:
    table = schema.outbox
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(table.c.kind, table.c.detail).order_by(table.c.position))
        return [(row.kind, json.loads(row.detail)) for row in rows]


def test_every_object_and_request_ends_in_one_outcome_and_one_event(
    queues: str, home: Path, instance: dg.DagsterInstance
) -> None:
    ledger, lake, engines = Ledger(load_settings().ledger_url), Lake(str(home / "lake")), Engines()
    sensor = bucket_sensor(load_settings())
    for number in range(OBJECTS):
        # Most are no documents: what is read for real costs seconds.
        put(f"in/{number}.png", word("Invoice") if number == 0 else f"no picture {number % 25}".encode())
    put("in/empty.png", b"")
    asked: list[str] = []
    cursor = None
    for part in range(3):
        result = tick(sensor, instance, cursor)
        cursor = result.cursor
        asked += [key for request in result.run_requests or [] for key in keys_of(instance, request)]
        put(f"in/{part + 1}.png", f"overwritten {part}".encode())
        evaluate(sensor, instance, cursor)  # dies before anything of its result is kept
    asked += [
        key for request in tick(sensor, instance, cursor).run_requests or [] for key in keys_of(instance, request)
    ]
    documents = [document.document for document in ledger.documents()]
    assert sorted(asked) == sorted(documents)

    event = {"id": "asked", "detail-type": "DocumentSubmitted", "detail": {"location": "s3://scans/in/0.png"}}
    client("sqs").send_message(QueueUrl=queues, MessageBody=json.dumps(event))
    tick(requests_sensor(load_settings()), instance)
    for stage in STAGES:
        for _ in read_stage(stage, documents, engines, lake, ledger, crashes=3):
            pass
    event["id"] = "late"
    client("sqs").send_message(QueueUrl=queues, MessageBody=json.dumps(event))
    assert not tick(requests_sensor(load_settings()), instance).run_requests

    events = told(ledger)
    by_outcome = {detail["document"]: kind for kind, detail in events}
    assert sorted(by_outcome) == sorted(documents)
    assert len(events) == len(documents) + 1
    assert list(by_outcome.values()).count("DocumentRead") == 1
    answers = [[asker["id"] for asker in detail["requests"]] for kind, detail in events if kind == "DocumentRead"]
    assert answers == [["asked"], ["late"]]


def test_the_sensors_are_there_only_where_they_are_set(queues: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def names() -> set[str]:
        return {sensor.name for sensor in build_defs().sensors or []}

    assert {"bucket", "requests"} <= names()
    for name in ("OCR_BUCKET__URL", "OCR_BUCKET__QUEUE", "OCR_REQUESTS__QUEUE"):
        monkeypatch.delenv(name)
    assert not {"bucket", "requests"} & names()


@pytest.mark.parametrize("url", ["s3://scans", "s3://scans/", "s3://scans/lake", "s3://scans/la"])
def test_a_bucket_that_holds_the_lake_is_not_read(url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCR_BUCKET__URL", url)
    monkeypatch.setenv("OCR_STORAGE__LAKE", "s3://scans/lake")
    with pytest.raises(SettingsError, match=r"bucket\.url: the lake s3://scans/lake lies under it"):
        bucket_sensor(load_settings())
    for elsewhere in ("s3://scans/incoming/", "s3://scan"):
        monkeypatch.setenv("OCR_BUCKET__URL", elsewhere)
        assert bucket_sensor(load_settings()).name == "bucket"
