"""Ticks that watch for a while: the daemon begins one every five seconds, and a document waits for two sensors."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

SECONDS = 4.0
PAUSE_SECONDS = 0.3
SHARE = 0.1
"""Of the time, at most, that looking takes."""

Found = TypeVar("Found")


def watch(look: Callable[[], Found | None]) -> Found | None:
    """The first answer of `look` that is not None, or None where there was none until shortly before the next tick."""
    ends = time.monotonic() + SECONDS
    while True:
        began = time.monotonic()
        found = look()
        now = time.monotonic()
        pause = max(PAUSE_SECONDS, (now - began) * (1 / SHARE - 1))
        if found is not None or now + pause > ends:
            return found
        time.sleep(pause)
