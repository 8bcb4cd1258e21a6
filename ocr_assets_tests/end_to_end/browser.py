"""Dagster's pages in a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from ocr_assets_tests.end_to_end.conftest import PROGRAM, environment

GROUP = "/locations/ocr_assets/asset-groups/documents/lineage"


def chromium() -> str | None:
    """The system's Chromium; Playwright's own would have to be downloaded."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def served(home: Path) -> Generator[str]:
    """`ocr-assets ui` on a free port of this machine; yields its address and ends what it started."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (home / "ui.log").open("w") as log:
        process = subprocess.Popen(
            [PROGRAM, "ui", "--port", str(port)],
            env=environment(home),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def opened(address: str, path: str) -> Generator[Page]:
    """A page of the running UI."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        yield page
        browser.close()


def _wait_for(address: str, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "the UI ended while starting"
        try:
            urllib.request.urlopen(f"{address}/server_info", timeout=2)
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    raise AssertionError("the UI did not answer")
