"""An SQS queue: messages are taken, and deleted only when what they say is recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from resources.aws import failures

AT_ONCE = 10  # SQS gives no more
VISIBILITY = 300  # seconds a message is hidden while it is worked on
LONGEST_WAIT = 20  # seconds of a long poll
LONGEST_DELAY = 900


@dataclass(frozen=True, slots=True)
class Message:
    """`receives` counts the times it was taken, this one included."""

    id: str
    receipt: str
    body: str
    receives: int


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue and where its hopeless messages go: `dead_letters` is a queue's URL, or empty where there is none;
    `receives` is how often SQS lets a message be taken before it moves it there unasked (0: for ever)."""

    client: Any
    url: str
    dead_letters: str = ""
    receives: int = 0

    def messages(self, wait: float) -> list[Message]:
        """Up to ten messages; waits for the first one up to `wait` seconds."""
        with failures(self.url):
            answer = self.client.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=AT_ONCE,
                WaitTimeSeconds=min(LONGEST_WAIT, max(0, round(wait))),
                VisibilityTimeout=VISIBILITY,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return list(_messages(answer))

    def delete(self, message: Message) -> None:
        with failures(self.url):
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)

    def put_back(self, message: Message, seconds: float) -> None:
        """Let the message be taken again, after a while."""
        delay = min(LONGEST_DELAY, max(0, round(seconds)))
        with failures(self.url):
            self.client.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=message.receipt, VisibilityTimeout=delay
            )

    def bury(self, message: Message, reason: str) -> None:
        """Put a copy into the dead-letter queue, where there is one, with the reason as an attribute."""
        if not self.dead_letters:
            return
        printable = "".join(c if c.isprintable() else " " for c in reason)[:1000] or "unknown"
        attributes = {"reason": {"DataType": "String", "StringValue": printable}}
        with failures(self.dead_letters):
            self.client.send_message(QueueUrl=self.dead_letters, MessageBody=message.body, MessageAttributes=attributes)


def open_queue(client: Any, url: str, dead_letters: str = "") -> Queue:
    """The queue at a URL; its redrive policy says where dead letters go, unless `dead_letters` does."""
    with failures(url):
        answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
        policy = json.loads(answer.get("Attributes", {}).get("RedrivePolicy", "{}"))
        if policy and not dead_letters:
            account, name = policy["deadLetterTargetArn"].split(":")[-2:]
            dead_letters = client.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    return Queue(client, url, dead_letters, int(policy.get("maxReceiveCount", 0)))


def _messages(answer: dict[str, Any]) -> Iterator[Message]:
    for one in answer.get("Messages", []):
        receives = int(one.get("Attributes", {}).get("ApproximateReceiveCount", 1))
        yield Message(one["MessageId"], one["ReceiptHandle"], one["Body"], receives)
