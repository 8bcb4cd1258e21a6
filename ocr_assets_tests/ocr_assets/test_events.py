"""Events on their way out: the sensor and the commands, to a bus on a local server and from there to a queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner, Result

from ocr_assets.automation.outbox import outbox_sensors
from ocr_assets.cli import app
from ocr_assets_tests import aws
from resources.events.sender import EventsError
from resources.ledger import Ledger
from resources.settings import SettingsError, load_settings
from resources.stores import LedgerResource

BUS = "outcomes"


@pytest.fixture(scope="module")
def queue() -> Iterator[str]:
    """The URL of a queue that gets everything the bus is told."""
    import boto3

    with aws.server():
        bridge, sqs = boto3.client("events"), boto3.client("sqs")
        url = sqs.create_queue(QueueName="consumer")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        bridge.create_event_bus(Name=BUS)
        bridge.put_rule(Name="all", EventBusName=BUS, EventPattern=json.dumps({"source": ["ocr-assets"]}))
        bridge.put_targets(Rule="all", EventBusName=BUS, Targets=[{"Id": "1", "Arn": arn}])
        yield url


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def bus(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OCR_EVENTS__BUS", BUS)
    return BUS


def tell(variant: str) -> str:
    ledger = Ledger(load_settings().ledger_url)
    return ledger.emit("ModelPromoted", "champion", {"variant": variant}, key=variant)


def received(queue: str) -> list[dict[str, Any]]:
    import boto3

    sqs = boto3.client("sqs")
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in messages]


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["events", *arguments])


def tick() -> dg.SkipReason:
    settings = load_settings()
    (sensor,) = outbox_sensors(settings)
    said = sensor(dg.build_sensor_context(resources={"ledger": LedgerResource(url=settings.ledger_url)}))
    assert isinstance(said, dg.SkipReason)
    return said


def test_the_sensor_puts_what_waits_on_the_bus_and_consumers_get_it(queue: str, bus: str) -> None:
    id_ = tell("b")
    assert "1 sent" in (tick().skip_message or "")
    (message,) = received(queue)
    assert (message["source"], message["detail-type"], message["detail"]["id"]) == ("ocr-assets", "ModelPromoted", id_)
    assert tick().skip_message == "nothing waits"
    assert received(queue) == []


def test_who_asked_gets_the_answer_by_a_rule_on_what_is_given_back(queue: str, bus: str) -> None:
    import boto3

    sqs = boto3.client("sqs")
    mine = sqs.create_queue(QueueName="orders")["QueueUrl"]
    pattern = {"detail-type": ["DocumentRead", "DocumentRejected"], "detail": {"reply_to": ["orders"]}}
    bridge = boto3.client("events")
    bridge.put_rule(Name="orders", EventBusName=BUS, EventPattern=json.dumps(pattern))
    arn = sqs.get_queue_attributes(QueueUrl=mine, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bridge.put_targets(Rule="orders", EventBusName=BUS, Targets=[{"Id": "1", "Arn": arn}])
    ledger = Ledger(load_settings().ledger_url)
    for asker in ("orders", "claims"):
        why = {"stage": "arrival", "code": "missing", "message": "m", "advice": "a", "recorded_at": "2026-01-01"}
        what = {"name": "a", "uri": "s3://b/a", "collection": "c", "received_at": "2026-01-01"}
        requests = [{"id": asker, "reply_to": asker}, {"id": f"{asker} 2"}]
        ledger.emit("DocumentRejected", asker, {**what, **why, "requests": requests}, key=asker)
    assert "2 sent" in (tick().skip_message or "")
    (answer,) = received(mine)
    assert [request["id"] for request in answer["detail"]["requests"]] == ["orders", "orders 2"]
    received(queue)


def test_without_a_bus_there_is_no_sensor_and_the_command_says_what_to_set(home: Path) -> None:
    assert outbox_sensors(load_settings()) == []
    done = command("send")
    assert done.exit_code == 2 and "[events]" in done.output


def test_a_bus_that_is_not_there_fails_the_tick_and_events_wait(
    queue: str, bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCR_EVENTS__BUS", "nowhere")
    tell("b")
    with pytest.raises(EventsError, match="nowhere"):
        tick()
    done = command("send")
    assert done.exit_code == 1 and "nowhere" in done.output
    assert json.loads(command("list", "--json").stdout)["counts"] == [
        {"state": "waiting", "environment": "live", "events": 1}
    ]


def test_the_commands_list_hold_release_and_send(queue: str, bus: str) -> None:
    assert "No events yet" in command("list").stdout
    first = tell("b")
    assert "1 events are held back" in command("hold").stdout
    second = tell("c")
    assert json.loads(command("send", "--json").stdout)["sent"] == 1
    assert [message["detail"]["id"] for message in received(queue)] == [second]
    listed = json.loads(command("list", "--json").stdout)
    assert [event["id"] for event in listed["unsent"]] == [first]
    assert [event["detail"]["variant"] for event in listed["sent"]] == ["c"]
    assert "held_back" in command("list").stdout
    assert "0 events are released" in command("release", "--before", "2000-01-01").stdout
    assert "1 events are released" in command("release").stdout
    assert "1 sent" in command("send").stdout
    assert [message["detail"]["id"] for message in received(queue)] == [first]


def test_the_bus_of_test_documents_is_not_that_of_live_ones(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCR_EVENTS__TEST_BUS", bus)
    with pytest.raises(SettingsError, match="a bus of their own"):
        load_settings()


def test_a_rebuilt_ledger_says_which_events_it_holds_back(home: Path) -> None:
    from ocr.assembly import STAGES
    from ocr_assets_tests.resources.test_ledger import arrival, manifest
    from resources.lake import Lake
    from resources.ledger import input_hash

    new, hashes = arrival("a", "one"), {}
    lake = Lake(load_settings().lake_url)
    for stage in STAGES:
        given = input_hash(stage, new.sha256, hashes)
        hashes[stage] = f"out of {stage}"
        data = {"sha256": new.sha256, "name": new.name, "uri": new.uri, "size": 3}
        lake.commit(manifest(new.document, stage, given, "f1", hashes[stage], data=data))
    done = CliRunner().invoke(app, ["rebuild"])
    assert "1 events are held back" in done.stdout and "events release" in done.stdout
