"""A bucket that may not be read, and one object of a bucket that may not be, on a server that heeds policies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ocr.assembly import Engines
from ocr_assets.objects import Wanted, arrival_of, look
from ocr_assets_tests import aws
from resources import access
from resources.aws import Barred, client
from resources.batch import read_stage
from resources.bucket.listing import Cursor
from resources.bucket.objects import measure
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.refusals import refused
from resources.sources import S3Object, fetch


@pytest.fixture(scope="module")
def services() -> Iterator[str]:
    with aws.started() as url:
        yield url


@pytest.fixture(autouse=True)
def bucket(services: str) -> Iterator[None]:
    with aws.named(services):
        aws.reset(services)
        access._read_last.clear()
        client("s3").create_bucket(Bucket="scans")
        yield


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")


def put(*keys: str) -> None:
    for key in keys:
        client("s3").put_object(Bucket="scans", Key=key, Body=key.encode())


def deny(*keys: str) -> None:
    forbid: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject"}
    places = [f"arn:aws:s3:::scans/{key}" for key in keys]
    policy = {"Version": "2012-10-17", "Statement": [forbid | {"Resource": places}]}
    client("s3").put_bucket_policy(Bucket="scans", Policy=json.dumps(policy))


def sweep(ledger: Ledger) -> Any:
    wanted = Wanted("bucket", "default", "live", 1_000, "in/")
    return look(client("s3"), "s3://scans/in/", Cursor(), ledger, wanted, until=float("inf"), most=100)


def registered(ledger: Ledger, *keys: str) -> list[str]:
    wanted = Wanted("bucket", "default", "live", 1_000)
    found = [measure(client("s3"), S3Object("scans", key), 1_000) for key in keys]
    return ledger.register([arrival_of(one, wanted) for one in found])


def test_a_tick_over_a_bucket_that_may_not_be_read_fails_and_refuses_nothing(ledger: Ledger) -> None:
    put("in/a.pdf", "in/b.pdf")
    deny("*")
    with pytest.raises(Barred, match=r"s3://scans/in/ may not be read.*s3:GetObject.*s3:ListBucket"):
        sweep(ledger)
    assert refused(ledger.engine) == []
    client("s3").delete_bucket_policy(Bucket="scans")
    assert sweep(ledger)[1]["new"] == 2


def test_one_object_that_may_not_be_read_is_refused_and_the_others_become_documents(ledger: Ledger) -> None:
    put("in/a.pdf", "in/b.pdf", "in/c.pdf")
    deny("in/a.pdf")
    assert sweep(ledger)[1] == {"listed": 3, "taken": 3, "new": 2, "known": 0, "refused": 1}
    assert [one["code"] for one in refused(ledger.engine)] == ["forbidden"]


def test_a_sender_whose_folder_may_not_be_read_keeps_nobody_elses_from_being_read(ledger: Ledger) -> None:
    put(*(f"in/a/{n}.pdf" for n in range(20)), "in/b.pdf")
    deny("in/a/*")
    assert sweep(ledger)[1]["new"] == 1
    assert len(refused(ledger.engine)) == 20


def test_documents_of_a_bucket_that_may_not_be_read_any_more_wait_and_their_run_says_what_to_allow(
    ledger: Ledger, tmp_path: Path
) -> None:
    put("in/a.pdf", "in/b.pdf")
    keys, lake = registered(ledger, "in/a.pdf", "in/b.pdf"), Lake(str(tmp_path / "lake"))
    deny("*")
    for _ in range(4):  # more often than a document may end its worker
        with pytest.raises(Barred, match=r"s3://scans/in/"):
            list(read_stage("raw_document", keys, Engines(), lake, ledger, crashes=3))
    assert ledger.outputs() == {}
    client("s3").delete_bucket_policy(Bucket="scans")
    results = list(read_stage("raw_document", keys, Engines(), lake, ledger, crashes=3))
    assert {r.rejection.code for r in results if r.rejection} == {"unsupported_type"}  # it was opened


def test_a_document_that_alone_may_not_be_read_any_more_is_rejected(ledger: Ledger, tmp_path: Path) -> None:
    put("in/a.pdf", "in/b.pdf")
    keys, lake = registered(ledger, "in/a.pdf", "in/b.pdf"), Lake(str(tmp_path / "lake"))
    deny("in/a.pdf")
    results = list(read_stage("raw_document", keys, Engines(), lake, ledger, crashes=3))
    assert [r.rejection.code for r in results if r.rejection] == ["source_forbidden", "unsupported_type"]


def test_a_bucket_whose_only_object_may_not_be_read_is_not_known_to_be_readable() -> None:
    put("in/a.pdf")
    deny("*")
    with pytest.raises(Barred):
        fetch("s3://scans/in/a.pdf")


def test_what_was_read_a_moment_ago_vouches_for_a_bucket_only_as_long_as_it_may_be_read() -> None:
    put("in/a.pdf", "in/b.pdf", "other/c.pdf")
    assert fetch("s3://scans/other/c.pdf")
    deny("in/*")
    with pytest.raises(PermissionError):
        fetch("s3://scans/in/a.pdf")
    deny("*")
    with pytest.raises(Barred):
        fetch("s3://scans/in/a.pdf")
