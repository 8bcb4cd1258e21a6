"""Amazon's services on a server of the test's own (moto), reached over HTTP as the real ones are."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from unittest import mock

SETTINGS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def server() -> Generator[str]:
    """Start a server; yields its URL, which the environment names meanwhile, and ends it."""
    with started() as url, named(url):
        yield url


@contextmanager
def named(url: str) -> Generator[None]:
    """Have the environment name a server."""
    with mock.patch.dict(os.environ, {**SETTINGS, "AWS_ENDPOINT_URL": url}):
        yield


@contextmanager
def started() -> Generator[str]:
    """Start a server; yields its URL, and ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def reset(url: str) -> None:
    """Forget everything the server holds."""
    urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST"), timeout=10)


def _wait_for(url: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert time.monotonic() < deadline, f"no server at {url}"
            time.sleep(0.2)
