"""Messages of a queue, on a server of SQS, S3 and EventBridge: what is recorded, deleted, put back and buried."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ocr_assets.objects import Wanted
from ocr_assets.submissions import Desk, drain, work_on
from resources.aws import Barred, client
from resources.bucket.listing import within
from resources.ledger import Ledger, schema
from resources.ledger.requests import requests
from resources.requests.messages import NotUnderstood, understood
from resources.requests.queue import Queue, open_queue
from resources.sources import S3Object

URL = "s3://scans/in/"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")


@pytest.fixture
def queue(bucket: str) -> Queue:
    """A queue with a dead-letter queue after four receives."""
    sqs = client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = arn_of(dead)
    policy = {"deadLetterTargetArn": arn, "maxReceiveCount": "4"}
    url = sqs.create_queue(QueueName="requests", Attributes={"RedrivePolicy": json.dumps(policy)})["QueueUrl"]
    return open_queue(sqs, url)


def arn_of(url: str) -> str:
    return client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def desk(ledger: Ledger, **more: Any) -> Desk:
    wanted = Wanted("requests", "default", "live", 1_000)
    return Desk(client("s3"), ledger, wanted, accepts=lambda one: within(one, URL), **more)


def work(queue: Queue, ledger: Ledger, **more: Any) -> Counter[str]:
    return drain(queue, desk(ledger, **more), wait=0, until=time.monotonic() + 10)


def put(key: str, content: bytes) -> None:
    client("s3").put_object(Bucket="scans", Key=key, Body=content)


def send(queue: Queue, detail: Any, id_: str = "e1", detail_type: str = "DocumentSubmitted") -> None:
    event = {"id": id_, "source": "others", "detail-type": detail_type, "detail": detail}
    client("sqs").send_message(QueueUrl=queue.url, MessageBody=json.dumps(event))


def left(url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def dead_letters(queue: Queue) -> list[tuple[str, str]]:
    """Body and reason of each dead letter."""
    answer = client("sqs").receive_message(
        QueueUrl=queue.dead_letters, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    )
    return [(m["Body"], m["MessageAttributes"]["reason"]["StringValue"]) for m in answer.get("Messages", [])]


def told(ledger: Ledger) -> list[tuple[str, dict[str, Any]]]:
    table = schema.outbox
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(table.c.kind, table.c.detail).order_by(table.c.position))
        return [(row.kind, json.loads(row.detail)) for row in rows]


def test_a_request_through_eventbridge_is_recorded_before_its_message_is_deleted(queue: Queue, ledger: Ledger) -> None:
    events = client("events")
    events.create_event_bus(Name="in")
    pattern = json.dumps({"detail-type": ["DocumentSubmitted"]})
    events.put_rule(Name="submitted", EventBusName="in", EventPattern=pattern)
    events.put_targets(Rule="submitted", EventBusName="in", Targets=[{"Id": "queue", "Arn": arn_of(queue.url)}])
    put("in/a b+ü.pdf", b"a")
    detail = {"location": "s3://scans/in/a b+ü.pdf", "collection": "c", "reply_to": "me", "environment": "test"}
    entry = {"Source": "others", "DetailType": "DocumentSubmitted", "EventBusName": "in"}
    events.put_events(Entries=[entry | {"Detail": json.dumps(detail | {"options": {"n": 1}})}])
    assert work(queue, ledger) == {"requests": 1}
    (document,) = ledger.documents()
    assert (document.environment, document.collection) == ("test", "c")
    assert document.document.startswith("test-a-b-u")
    (row,) = requests(ledger.engine)
    assert (row["document"], row["outcome"], row["reply_to"]) == (document.document, "waiting", "me")
    assert left(queue.url) == 0


def test_the_same_request_and_the_same_content_again_do_no_harm(queue: Queue, ledger: Ledger) -> None:
    put("in/a.pdf", b"a")
    put("in/copy.pdf", b"a")
    for id_, key in (("e1", "a"), ("e1", "a"), ("e2", "copy")):
        send(queue, {"location": f"s3://scans/in/{key}.pdf"}, id_)
    work(queue, ledger)
    assert len(ledger.documents()) == 1
    assert sorted(row["id"] for row in requests(ledger.engine)) == ["e1", "e2"]


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[]",
        "{}",
        '{"Records": [{"eventName": "ObjectCreated:Put"}]}',
        '{"Records": 1}',
        '{"detail-type": "DocumentSubmitted", "id": "1", "detail": {"location": "s3://b/k", "enviroment": "test"}}',
        '{"detail-type": "DocumentSubmitted", "id": "1", "detail": {"location": "s3://b/k", "environment": "both"}}',
        '{"detail-type": "DocumentSubmitted", "detail": {"location": "s3://b/k"}}',
        '{"detail-type": "DocumentSubmitted", "id": "1", "detail": {"location": "s3://b/k", "reply_to": "\\u0000"}}',
        '{"detail-type": "DocumentSubmitted", "id": "1", "detail": {"location": "s3://b/k", "reply_to": "\\ud800"}}',
    ],
)
def test_what_cannot_be_understood_says_why(body: str) -> None:
    with pytest.raises(NotUnderstood) as raised:
        understood(body)
    assert str(raised.value)


def test_what_cannot_be_understood_is_buried_with_the_reason_and_recorded(queue: Queue, ledger: Ledger) -> None:
    send(queue, {"location": "s3://scans/in/a.pdf", "enviroment": "test"})
    assert work(queue, ledger) == {"not_understood": 1}
    ((body, reason),) = dead_letters(queue)
    assert "enviroment" in reason and "enviroment" in body
    assert [row["outcome"] for row in requests(ledger.engine)] == ["not_understood"]
    assert (left(queue.url), told(ledger)) == (0, [])


def test_a_request_for_an_object_that_is_not_there_yet_waits_for_it(
    queue: Queue, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_assets.submissions.FIRST_DELAY", 0)
    send(queue, {"location": "s3://scans/in/late.pdf"})
    (message,) = queue.messages(0)
    assert work_on(message, queue, desk(ledger)) == "put_back"
    put("in/late.pdf", b"late")
    assert work(queue, ledger) == {"requests": 1}


def test_a_request_for_an_object_that_never_comes_is_buried_and_answered(
    queue: Queue, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_assets.submissions.FIRST_DELAY", 0)
    send(queue, {"location": "s3://scans/in/never.pdf", "reply_to": "me"})
    assert work(queue, ledger, receives=9) == {"put_back": 3, "turned_down": 1}
    ((_, reason),) = dead_letters(queue)
    assert "is not there, asked 4 times" in reason
    ((kind, detail),) = told(ledger)
    assert (kind, detail["code"], detail["requests"]) == (
        "DocumentRejected",
        "source_missing",
        [{"id": "e1", "reply_to": "me", "options": {}}],
    )


def test_files_are_read_only_where_their_folder_is_named(queue: Queue, ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "a 1.pdf").write_bytes(b"a")
    (tmp_path / "secret").write_bytes(b"s")
    (folder / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe")
    for number, path in enumerate(["open/a%201.pdf", "secret", "open/../secret", "open/link", "open/pipe"]):
        send(queue, {"location": f"file://{tmp_path}/{path}"}, str(number))
    assert work(queue, ledger, folders=(folder,)) == {"requests": 1, "turned_down": 4}
    assert [document.name for document in ledger.documents()] == ["a 1.pdf"]
    assert sorted(detail["code"] for _, detail in told(ledger)) == ["forbidden", *["not_allowed"] * 3]


def test_a_location_that_is_none_and_an_object_too_large_are_answered(queue: Queue, ledger: Ledger) -> None:
    put("in/big.pdf", b"x" * 2_000)
    locations = ["https://host/a.pdf", "s3://scans", "s3://no such bucket/a", "s3://scans/in/big.pdf"]
    for number, location in enumerate(locations):
        send(queue, {"location": location}, str(number))
    assert work(queue, ledger) == {"turned_down": 4}
    assert sorted(detail["code"] for _, detail in told(ledger)) == [*["no_location"] * 3, "over_limit"]


def test_notifications_of_a_bucket_make_documents_of_its_objects(queue: Queue, ledger: Ledger) -> None:
    rule = {"QueueArn": arn_of(queue.url), "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
    client("s3").put_bucket_notification_configuration(
        Bucket="scans", NotificationConfiguration={"QueueConfigurations": [rule]}
    )
    put("in/a b+ü.pdf", b"a")
    put("out/b.pdf", b"b")
    put("in/gone.pdf", b"c")
    client("s3").delete_object(Bucket="scans", Key="in/gone.pdf")
    counts = work(queue, ledger)
    assert counts["objects"] == 2 and not counts["not_understood"]
    assert [document.uri for document in ledger.documents()] == [S3Object("scans", "in/a b+ü.pdf").uri]
    assert [detail["code"] for _, detail in told(ledger)] == ["source_changed"]
    assert left(queue.url) == 0


def test_an_object_that_was_read_is_not_read_again_for_a_late_notification(queue: Queue, ledger: Ledger) -> None:
    put("in/a.pdf", b"a")
    etag = client("s3").head_object(Bucket="scans", Key="in/a.pdf")["ETag"].strip('"')
    detail = {"bucket": {"name": "scans"}, "object": {"key": "in/a.pdf", "etag": etag}}
    event = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}
    for _ in range(2):
        client("sqs").send_message(QueueUrl=queue.url, MessageBody=json.dumps(event))
    assert work(queue, ledger) == {"objects": 1, "passed_by": 1}


def test_a_message_is_kept_where_the_ledger_fails(
    queue: Queue, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("in/a.pdf", b"a")
    send(queue, {"location": "s3://scans/in/a.pdf"})
    with monkeypatch.context() as broken, pytest.raises(OSError, match="disk full"):
        broken.setattr(Ledger, "register", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        work(queue, ledger)
    assert left(queue.url) == 1


def deny(bucket: str) -> None:
    forbid = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [forbid]})
    client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)


def test_requests_wait_while_the_platforms_own_bucket_may_not_be_read(queue: Queue, ledger: Ledger) -> None:
    put("in/a.pdf", b"one")
    deny("scans")
    send(queue, {"location": "s3://scans/in/a.pdf"})
    with pytest.raises(Barred, match="s3://scans/in/ may not be read"):
        work(queue, ledger)
    assert (requests(ledger.engine), left(queue.url), dead_letters(queue)) == ([], 1, [])


def test_a_request_for_a_bucket_the_platform_may_not_read_holds_up_no_other_one(queue: Queue, ledger: Ledger) -> None:
    client("s3").create_bucket(Bucket="closed")
    client("s3").put_object(Bucket="closed", Key="a.pdf", Body=b"one")
    deny("closed")
    put("in/b.pdf", b"two")
    send(queue, {"location": "s3://closed/a.pdf"}, "e1")
    send(queue, {"location": "s3://scans/in/b.pdf"}, "e2")
    assert work(queue, ledger) == {"put_back": 1, "requests": 1}
    (message,) = queue_messages(queue)
    assert work_on(message, queue, desk(ledger, receives=1)) == "turned_down"
    assert [detail["code"] for kind, detail in told(ledger) if kind == "DocumentRejected"] == ["forbidden"]
    ((_, reason),) = dead_letters(queue)
    assert "s3:ListBucket" in reason


def queue_messages(queue: Queue) -> list[Any]:
    """Those that were put back, taken once more without waiting for their time."""
    client("sqs").purge_queue(QueueUrl=queue.url)
    send(queue, {"location": "s3://closed/a.pdf"}, "e1")
    return queue.messages(0)
