"""Amazon's services on a local server, and a Dagster instance, for the tests of what comes in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ocr_assets.automation import watching
from ocr_assets_tests import aws


@pytest.fixture(autouse=True)
def _ticks_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SECONDS", 0.0)


@pytest.fixture(scope="session")
def services() -> Iterator[str]:
    """The URL of a server of S3, SQS and EventBridge."""
    with aws.started() as url:
        yield url


@pytest.fixture
def bucket(services: str) -> Iterator[str]:
    """An empty bucket on an empty server, which the environment names."""
    from resources.aws import client

    with aws.named(services):
        aws.reset(services)
        client("s3").create_bucket(Bucket="scans")
        yield "scans"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    (tmp_path / "inbox").mkdir()
    return tmp_path
