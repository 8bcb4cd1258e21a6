import time

import pytest

from ocr_assets.automation import watching


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SECONDS", 1.0)
    monkeypatch.setattr(watching, "PAUSE_SECONDS", 0.05)


def test_what_appears_while_it_is_watched_for_is_found_soon() -> None:
    began = time.monotonic()
    assert watching.watch(lambda: "there" if time.monotonic() - began > 0.2 else None) == "there"
    assert time.monotonic() - began < 0.8


def test_what_takes_long_to_look_for_is_looked_for_less_often() -> None:
    looks = []

    def look() -> None:
        looks.append(time.monotonic())
        time.sleep(0.04)

    assert watching.watch(look) is None
    assert len(looks) <= 4
