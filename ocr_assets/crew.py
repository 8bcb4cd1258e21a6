"""The crew: worker processes that take batches from one queue, and what they got done.

A worker that dies is replaced and its batch is begun again: what was recorded is not redone, and a document that
keeps ending its worker is rejected by the ledger's count of attempts. One that has grown too large leaves between two
batches, and the next batch starts another.
"""

from __future__ import annotations

import queue
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ocr_assets.processes import Worker, WorkerError, answer, ask, begin, let_go, log_of, wait_for
from resources.settings import Settings

DEATHS_WITHOUT_PROGRESS = 20
"""A batch that ends this many workers is given up: more than any batch needs to have its culprits rejected."""


class Batch(NamedTuple):
    """A range of keys, and the first stage that is to be made of them."""

    first: str
    last: str
    stage: str


@dataclass(slots=True)
class Crew:
    """Workers and what stopped them (`errors`); `dismiss` or `stop` ends them. `run` names what they work for."""

    settings: Settings
    errors: list[str] = field(default_factory=list)
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    _processes: list[Worker] = field(default_factory=list)
    _idle: list[Worker] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def read(self, batches: Sequence[Batch], count: int) -> list[threading.Thread]:
        """Begin reading with `count` workers; returns their threads, which end when no batch is left."""
        return self._share([{"read": [batch.first, batch.last], "from": batch.stage} for batch in batches], count)

    def read_aside(self, variant: str, batches: Sequence[Sequence[str]], count: int) -> list[threading.Thread]:
        """As `read`, but aside, by both sides of an experiment; a batch is any keys."""
        return self._share([{"aside": list(batch), "variant": variant} for batch in batches], count)

    def _share(self, requests: Sequence[dict[str, Any]], count: int) -> list[threading.Thread]:
        waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        for request in requests:
            waiting.put(request)
        threads = [threading.Thread(target=self._work, args=(number, waiting), daemon=True) for number in range(count)]
        for thread in threads:
            thread.start()
        return threads

    def publish(self, accept_loss: str = "", *, whole: bool = False) -> dict[str, Any]:
        """Evaluate and write the corpus; the worker's answer.

        `accept_loss`: the reason for publishing in spite of a loss of accuracy. `whole`: also what did not change.
        """
        return self.ask_one({"publish": True, "accept_loss": accept_loss, "whole": whole})

    def ask_one(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ask a worker that is there already, if there is one; its answer."""
        try:
            if not self._idle:
                self._idle.append(self._start(0))
            told = ask(self._idle[0], request)
        except WorkerError as error:
            return {"ok": False, "error": str(error)}
        if told is None or told.get("leaving"):
            self._idle.pop(0)
        return told or {"ok": False, "error": f"the worker ended at this; {_log(0)}"}

    def dismiss(self) -> None:
        """Let the workers end, which they do when nothing more is asked of them."""
        for process in self._processes:
            let_go(process)
        for process in self._processes:
            wait_for(process)

    def stop(self) -> None:
        """End all workers at once. What they had recorded stays, and what they had in hand is begun again."""
        self._stopping.set()
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()

    def _work(self, number: int, waiting: queue.SimpleQueue[dict[str, Any]]) -> None:
        worker: Worker | None = None
        try:
            while not self._stopping.is_set() and not self.errors:
                try:
                    request = waiting.get_nowait()
                except queue.Empty:
                    break
                worker = self._read_batch(number, worker, request)
        except WorkerError as error:
            self.errors.append(str(error))
        if worker is not None:
            self._idle.append(worker)

    def _read_batch(self, number: int, worker: Worker | None, request: dict[str, Any]) -> Worker | None:
        """The worker that has done it, where it stays."""
        for _ in range(DEATHS_WITHOUT_PROGRESS):
            worker = worker or self._start(number)
            told = ask(worker, request)
            if told is not None:
                if not told["ok"]:
                    raise WorkerError(told.get("error", "the run failed"))
                return None if told.get("leaving") else worker
            if self._stopping.is_set():
                return worker
            worker = None
        keys = request.get("read") or request["aside"]
        raise WorkerError(f"the batch {keys[0]} .. {keys[-1]} ended {DEATHS_WITHOUT_PROGRESS} workers; {_log(number)}")

    def _start(self, number: int) -> Worker:
        process = begin(f"worker-{number}", self.settings.engines.threads, self.run)
        self._processes.append(process)
        if answer(process) is None and not self._stopping.is_set():
            raise WorkerError(f"a worker could not start; {_log(number)}")
        return process


def _log(number: int) -> str:
    return f"its log is {log_of(f'worker-{number}')}"
