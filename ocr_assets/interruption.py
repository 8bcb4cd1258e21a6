"""Ctrl-C: what is under way is ended in good order, once and for certain.

What a signal's handler raises can be swallowed: there are bare `except:`s in libraries that are just being imported,
and Python only prints what its callbacks raise. So it is kept that somebody asked, and looked at while the work goes
on; and a second Ctrl-C raises again, until the ending has begun.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType

_asked = threading.Event()
_ends = threading.Event()


class Interrupted(BaseException):
    """Ctrl-C. Not a KeyboardInterrupt, which Typer would turn into its own exit code."""


def listen() -> None:
    """From now on Ctrl-C raises `Interrupted` in the main thread."""
    signal.signal(signal.SIGINT, _interrupt)


def check() -> None:
    """Raises `Interrupted` where it was asked for, and something has swallowed it."""
    if _asked.is_set() and not _ends.is_set():
        raise Interrupted


def begin_to_end() -> None:
    """From now on Ctrl-C does nothing: another one must not cut the ending short."""
    _ends.set()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    if not _ends.is_set():
        _asked.set()
        raise Interrupted
