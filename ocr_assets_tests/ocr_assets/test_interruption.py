import contextlib
import signal
import threading
from collections.abc import Iterator

import pytest

from ocr_assets import interruption
from ocr_assets.interruption import Interrupted, begin_to_end, check, listen


@pytest.fixture(autouse=True)
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(interruption, "_asked", threading.Event())
    monkeypatch.setattr(interruption, "_ends", threading.Event())
    before = signal.getsignal(signal.SIGINT)
    listen()
    yield
    signal.signal(signal.SIGINT, before)


def ctrl_c() -> None:
    # To this thread: what is sent to the process may be handled when the test is over.
    signal.raise_signal(signal.SIGINT)


def swallow() -> None:
    with contextlib.suppress(BaseException):
        ctrl_c()


def test_an_interruption_that_something_swallowed_is_found_at_the_next_look() -> None:
    check()
    swallow()
    with pytest.raises(Interrupted):
        check()


def test_a_second_one_is_heard_until_the_ending_has_begun_and_does_nothing_then() -> None:
    swallow()
    with pytest.raises(Interrupted):
        ctrl_c()
    begin_to_end()
    ctrl_c()
    check()
