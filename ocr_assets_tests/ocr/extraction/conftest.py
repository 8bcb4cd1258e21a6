from collections.abc import Iterator

import pytest

from ocr_assets_tests.language_server import KEY, Running, serving


@pytest.fixture(scope="package")
def running() -> Iterator[Running]:
    with serving() as server:
        yield server


@pytest.fixture
def server(running: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """The server, with nothing asked of it yet, and its key in the environment."""
    monkeypatch.setenv("OCR_ENTITIES_KEY", KEY)
    running.asked()
    return running
