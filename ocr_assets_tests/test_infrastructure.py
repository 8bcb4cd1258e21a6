"""The CloudFormation template: what a linter says of it, and what comes of it on a local server.

The server makes no announcements of a bucket, queue policies, subscriptions and alarms from a template: the first are
set here as the template says them, the others are left to the linter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from ocr_assets_tests import aws
from resources.events import sender
from resources.ledger import Ledger

TEMPLATE = Path(__file__).parents[1] / "infrastructure" / "template.yaml"


@pytest.fixture(scope="module")
def stack() -> Iterator[dict[str, str]]:
    """The outputs of the deployed template."""
    import boto3

    with aws.server():
        formation = boto3.client("cloudformation")
        formation.create_stack(
            StackName="ocr", TemplateBody=TEMPLATE.read_text(), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        (made,) = formation.describe_stacks(StackName="ocr")["Stacks"]
        assert made["StackStatus"] == "CREATE_COMPLETE"
        yield {output["OutputKey"]: output["OutputValue"] for output in made["Outputs"]}


def receive(queue: str) -> list[dict[str, Any]]:
    import boto3

    messages = boto3.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=2).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def template() -> dict[str, Any]:
    from cfnlint.decode.cfn_yaml import load

    return load(str(TEMPLATE))


def test_the_linter_finds_nothing_in_the_template() -> None:
    from cfnlint.api import lint_file

    assert [str(match) for match in lint_file(TEMPLATE)] == []


def test_a_request_goes_through_the_bus_into_its_queue_and_other_events_do_not(stack: dict[str, str]) -> None:
    import boto3

    def entry(kind: str) -> dict[str, str]:
        detail = json.dumps({"location": "s3://b/k"})
        return {"Source": "shop", "DetailType": kind, "Detail": detail, "EventBusName": stack["SubmissionsBus"]}

    boto3.client("events").put_events(Entries=[entry("DocumentSubmitted"), entry("OrderPlaced")])
    (message,) = receive(stack["RequestsQueue"])
    assert (message["detail-type"], message["detail"]) == ("DocumentSubmitted", {"location": "s3://b/k"})
    attributes = boto3.client("sqs").get_queue_attributes(
        QueueUrl=stack["RequestsQueue"], AttributeNames=["RedrivePolicy"]
    )
    redrive = json.loads(attributes["Attributes"]["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"].endswith(":ocr-requests-dead-letters")


def test_an_object_under_the_prefix_is_announced_in_its_queue_and_others_are_not(stack: dict[str, str]) -> None:
    import boto3

    bucket, prefix = stack["BucketUrl"].removeprefix("s3://").split("/", 1)
    said = template()["Resources"]["Documents"]["Properties"]["NotificationConfiguration"]["QueueConfigurations"][0]
    arn = boto3.client("sqs").get_queue_attributes(QueueUrl=stack["ArrivalsQueue"], AttributeNames=["QueueArn"])
    store = boto3.client("s3")
    rule = {"Name": said["Filter"]["S3Key"]["Rules"][0]["Name"], "Value": prefix}
    announced = {
        "QueueArn": arn["Attributes"]["QueueArn"],
        "Events": [said["Event"]],
        "Filter": {"Key": {"FilterRules": [rule]}},
    }
    store.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [announced]}
    )
    store.put_object(Bucket=bucket, Key="incoming/a b.pdf", Body=b"%PDF")
    store.put_object(Bucket=bucket, Key="lake/pages.parquet", Body=b"rows")
    messages = [*receive(stack["ArrivalsQueue"]), *receive(stack["ArrivalsQueue"])]
    objects = [record["s3"]["object"]["key"] for message in messages for record in message.get("Records", [])]
    assert [unquote_plus(key) for key in objects] == ["incoming/a b.pdf"]


def test_what_the_sender_puts_on_the_outgoing_bus_is_logged_and_archived(stack: dict[str, str], tmp_path: Path) -> None:
    import boto3

    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    id_ = ledger.emit("ModelPromoted", "text", {"variant": "b"}, key="1")
    buses = {"live": stack["OutcomesBus"], "test": stack["TestOutcomesBus"]}
    assert sender.send(ledger, sender.connect(buses), buses, "ocr-assets", 30).sent == 1
    (logged,) = boto3.client("logs").filter_log_events(logGroupName="/aws/events/ocr-outcomes")["events"]
    assert json.loads(logged["message"])["detail"]["id"] == id_
    (archive,) = boto3.client("events").list_archives(NamePrefix="ocr")["Archives"]
    assert archive["EventCount"] == 1


def test_the_workers_policy_names_what_it_allows(stack: dict[str, str]) -> None:
    import boto3

    made = boto3.client("iam").get_policy_version(PolicyArn=stack["WorkersPolicy"], VersionId="v1")["PolicyVersion"]
    statements = made["Document"]["Statement"]
    assert not [s["Sid"] for s in statements if "*" in s["Action"] or s["Resource"] == "*"]
