"""Worker processes that stay: Dagster's runs are executed in them one after another, with the models of the last.

A process a run would pay imports and weights each time, which for a few documents is most of the time.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from ocr_assets.processes import Worker, WorkerError, answer, ask, begin, let_go, log_of, wait_for

log = logging.getLogger(__name__)

IDLE_SECONDS = 900.0
"""After so long without a run a worker goes, but for the last one."""

LOG = "dagster-workers"


@dataclass(frozen=True, slots=True)
class Launch:
    """A run to be executed; `lost` is told why where its worker did not live to end it."""

    run_id: str
    lost: Callable[[str], None]


@dataclass(eq=False, slots=True)
class _Post:
    """A worker as who gives it work sees it; None sends it away."""

    version: Hashable
    waiting: queue.SimpleQueue[Launch | None] = field(default_factory=queue.SimpleQueue)


class WarmWorkers:
    """Workers of this process. How many runs there are at a time is the run queue's to say."""

    def __init__(self) -> None:
        self._idle: list[_Post] = []
        self._lock = threading.Lock()

    def execute(self, launch: Launch, version: Hashable, threads: int) -> None:
        """Give the run to a worker that has nothing to do, else to a new one; returns at once.

        `version` stands for code and settings: workers that were started with another one go.
        """
        with self._lock:
            for post in [post for post in self._idle if post.version != version]:
                self._idle.remove(post)
                post.waiting.put(None)
            post = self._idle.pop() if self._idle else None
        if post is None:
            post = _Post(version)
            threading.Thread(target=self._serve, args=(post, threads), daemon=True).start()
        post.waiting.put(launch)

    def dismiss(self) -> None:
        """Send those away that have nothing to do; the others go when this process ends."""
        with self._lock:
            for post in self._idle:
                post.waiting.put(None)
            self._idle.clear()

    def _serve(self, post: _Post, threads: int) -> None:
        worker: Worker | None = None
        try:
            while (launch := self._next(post)) is not None:
                try:
                    worker = worker or _started(threads)
                    told = ask(worker, {"run": launch.run_id})
                except (WorkerError, OSError) as error:
                    launch.lost(str(error))
                    return
                if told is None:
                    launch.lost(f"its worker ended; {_log()}. What it had recorded is kept")
                if told is None or told.get("leaving"):
                    return
                with self._lock:
                    self._idle.append(post)
        except Exception:
            log.exception("a worker is given up")
        finally:
            if worker is not None:
                let_go(worker)
                wait_for(worker)

    def _next(self, post: _Post) -> Launch | None:
        while True:
            try:
                return post.waiting.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                with self._lock:
                    if post in self._idle and len(self._idle) > 1:
                        self._idle.remove(post)
                        return None


def _started(threads: int) -> Worker:
    worker = begin(LOG, threads)
    if answer(worker) is None:
        raise WorkerError(f"a worker could not start; {_log()}")
    return worker


def _log() -> str:
    return f"its log is {log_of(LOG)}"
