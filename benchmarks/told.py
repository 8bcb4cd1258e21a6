"""What a consumer of events was told, and whether that agrees with the ledger and with what was sent."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ocr.assembly import STAGES
from resources.aws import client
from resources.ledger import Ledger
from resources.ledger.refusals import refused
from resources.ledger.requests import requests
from resources.sources import S3Object


@dataclass
class Consumer:
    """Takes events from a queue as others would: `events` by id, and how often any was delivered."""

    url: str
    deliveries: int = 0
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        sqs = client("sqs")
        while not self.ended.is_set():
            answer = sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                event = json.loads(message["Body"])
                self.deliveries += 1
                self.events[event["detail"]["id"]] = {"kind": event["detail-type"], **event["detail"]}
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])


def judge_bucket(ledger: Ledger, expected: dict[str, str], seen: Consumer, before: set[str]) -> list[str]:
    """What is not as it should be: objects without an outcome, outcomes without an event or with several."""
    outcomes, documents = outcome_of(ledger), {document.sha256: document.document for document in ledger.documents()}
    refusals = {row["uri"] for row in refused(ledger.engine)}
    told = Counter(
        event["document"] or event["uri"]
        for id_, event in seen.events.items()
        if id_ not in before and "document" in event
    )
    wrong = [
        f"{key}: no outcome"
        for key, sha256 in expected.items()
        if documents.get(sha256) not in outcomes and S3Object("scans", key).uri not in refusals
    ]
    wrong += [f"{document}: no outcome" for document in set(documents.values()) - outcomes.keys()]
    return wrong + [f"{one}: {told[one]} events" for one in {*outcomes, *refusals} if told[one] != 1]


def judge_requests(ledger: Ledger, expected: dict[str, str], seen: Consumer, before: set[str]) -> list[str]:
    """What is not as it should be: requests that were answered never, twice, or otherwise than they should be."""
    answers: dict[str, list[str]] = {}
    for id_, event in seen.events.items():
        # Events that are about no document, such as drift, answer no request.
        for asker in event.get("requests", []) if id_ not in before else []:
            answers.setdefault(asker["id"], []).append(event["kind"])
    recorded = {row["id"]: row["outcome"] for row in requests(ledger.engine)}
    wrong = [f"{id_}: {answers.get(id_)}" for id_, kind in expected.items() if answers.get(id_) != [kind]]
    return wrong + [f"{id_}: {outcome}" for id_, outcome in recorded.items() if outcome == "waiting"]


def outcome_of(ledger: Ledger) -> dict[str, str]:
    """Documents that have come to an end: read, or rejected with this code."""
    found = {}
    for document, outputs in ledger.outputs().items():
        rejected = next((output.code for output in outputs.values() if output.status == "rejected"), "")
        if rejected or STAGES[-1] in outputs:
            found[document] = rejected or "read"
    return found


def ended(ledger: Ledger, known: set[str]) -> int:
    return len(outcome_of(ledger).keys() - known)
