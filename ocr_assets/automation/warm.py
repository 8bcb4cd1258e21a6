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

REST_SECONDS = 5.0
"""After a run, until a worker goes on loading what it was not asked for: one run seldom comes alone."""

LOG = "dagster-workers"


@dataclass(frozen=True, slots=True)
class Launch:
    """A run to be executed; `lost` is told why where its worker did not live to end it."""

    run_id: str
    lost: Callable[[str], None]


@dataclass(eq=False, slots=True)
class _Post:
    """A worker as who gives it work sees it; None sends it away. `rehearses` while models are left to load."""

    version: Hashable
    rehearses: bool
    rest: float = 0.0
    waiting: queue.SimpleQueue[Launch | None] = field(default_factory=queue.SimpleQueue)


class WarmWorkers:
    """Workers of this process. How many runs there are at a time is the run queue's to say."""

    def __init__(self) -> None:
        self._posts: list[_Post] = []
        self._idle: list[_Post] = []
        self._unfit: Hashable = None
        self._lock = threading.Lock()

    def execute(self, launch: Launch, version: Hashable, threads: int) -> None:
        """Give the run to a worker that has nothing to do, else to a new one; returns at once.

        `version` stands for code and settings: workers that were started with another one go.
        """
        with self._lock:
            self._send_away(version)
            post = self._idle.pop() if self._idle else self._begin(version, threads)
            post.waiting.put(launch)

    def prepare(self, version: Hashable, threads: int) -> None:
        """Have a worker of this version, with its models, before there is a run; returns at once.

        Where one ended while it got ready, another would too: none of that version is started again.
        """
        with self._lock:
            self._send_away(version)
            if version != self._unfit and all(post.version != version for post in self._posts):
                self._idle.append(self._begin(version, threads, ahead=True))

    def dismiss(self) -> None:
        """Send those away that have nothing to do; the others go when this process ends."""
        with self._lock:
            self._send_away()

    def _send_away(self, version: Hashable = None) -> None:
        """Those without work that are of another version."""
        for post in [post for post in self._idle if post.version != version]:
            self._idle.remove(post)
            post.waiting.put(None)

    def _begin(self, version: Hashable, threads: int, *, ahead: bool = False) -> _Post:
        post = _Post(version, rehearses=ahead)
        self._posts.append(post)
        threading.Thread(target=self._serve, args=(post, threads), daemon=True).start()
        return post

    def _serve(self, post: _Post, threads: int) -> None:
        worker: Worker | None = None
        why = "its worker was given up; the daemon's log says why"
        try:
            worker = _started(threads)
            while (launch := self._next(post, worker)) is not None:
                if not _executed(launch, worker):
                    return
                post.rest = REST_SECONDS
                with self._lock:
                    self._idle.append(post)
        except (WorkerError, OSError) as error:
            why = str(error)
            self._unfit = post.version
        except Exception:
            log.exception("a worker is given up")
        finally:
            self._close(post, why)
            if worker is not None:
                let_go(worker)
                wait_for(worker)

    def _next(self, post: _Post, worker: Worker) -> Launch | None:
        while True:
            try:
                return post.waiting.get(timeout=post.rest if post.rehearses else IDLE_SECONDS)
            except queue.Empty:
                if post.rehearses:
                    post.rehearses = _rehearse(worker)
                elif self._is_spare(post):
                    return None

    def _is_spare(self, post: _Post) -> bool:
        with self._lock:
            if post not in self._idle or len(self._idle) == 1:
                return False
            self._idle.remove(post)
            return True

    def _close(self, post: _Post, why: str) -> None:
        """Nothing more is given to it; what it was given and has not begun is lost."""
        with self._lock:
            self._posts.remove(post)
            if post in self._idle:
                self._idle.remove(post)
        while not post.waiting.empty():
            launch = post.waiting.get()
            if launch is not None:
                launch.lost(why)


def _started(threads: int) -> Worker:
    worker = begin(LOG, threads)
    if answer(worker) is None:
        raise WorkerError(f"a worker could not start; {_log()}")
    return worker


def _executed(launch: Launch, worker: Worker) -> bool:
    """Whether the worker stays after it."""
    try:
        told = ask(worker, {"run": launch.run_id})
    except OSError as error:
        launch.lost(str(error))
        return False
    if told is None:
        launch.lost(f"its worker ended; {_log()}. What it had recorded is kept")
    return told is not None and not told.get("leaving")


def _rehearse(worker: Worker) -> bool:
    """Whether there is more to load."""
    told = ask(worker, {"rehearse": True})
    if told is None:
        raise WorkerError(f"a worker ended while it loaded its models; {_log()}")
    return bool(told.get("more"))


def _log() -> str:
    return f"its log is {log_of(LOG)}"
