"""Reads everything that is pending and publishes it: what `ocr-assets run` does."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich import progress
from rich.console import Console

from ocr.flow import STAGES
from ocr_assets.interruption import begin_to_end, check
from resources.ledger import Ledger, Pending, Progress
from resources.settings import Settings, home
from resources.variants.sides import pending as what_is_pending

if TYPE_CHECKING:
    from ocr_assets.crew import Batch, Crew

POLL_SECONDS = 0.5
SAY_EVERY = 15.0  # seconds between lines where the output is no terminal


class AnotherRun(Exception):
    """Two runs on one home would read the same documents twice."""


@dataclass(slots=True)
class Summary:
    """What a run did. `blocked` is the gate's reason where publishing was refused."""

    read: int = 0
    rejected: int = 0
    pages: int = 0
    seconds: float = 0.0
    published: bool = False
    blocked: str = ""
    nothing_to_do: bool = False
    errors: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read_and_publish(settings: Settings, workers: int, *, console: Console | None) -> Summary:
    """Read what is missing or stale with `workers` processes, then evaluate and publish.

    Progress goes to `console` (None: nowhere). A run on a home where another one is at work raises `AnotherRun`.
    """
    started = time.perf_counter()
    ledger = Ledger(settings.ledger_url)
    pending = what_is_pending(ledger, settings)
    current = is_published(ledger, settings)
    if not pending and (current or ledger.is_empty()):
        return Summary(nothing_to_do=True, published=current)
    with only_run():
        summary = Summary()
        began = datetime.now(UTC).isoformat(timespec="milliseconds")
        batches = _prepare(ledger, pending, settings, workers)
        with workers_of(settings) as crew:
            if batches:
                _read(batches, ledger, pending, workers, began, console, crew)
            # What a failed run left as it was is not counted, though an older reading of it may be there.
            left = {item.document for item in what_is_pending(ledger, settings) if not item.incomplete}
            _count(ledger, [item.document for item in pending if item.document not in left], summary)
            summary.errors = crew.errors
            if not summary.errors:
                _publish(crew, console, summary)
    summary.seconds = time.perf_counter() - started
    return summary


def is_published(ledger: Ledger, settings: Settings) -> bool:
    """Whether the corpus holds everything that was read; not where its file is gone or damaged."""
    from resources.warehouse import is_sound

    return ledger.state() == ledger.published_state() and is_sound(settings.corpus_path)


def publish(settings: Settings, accept_loss: str, *, whole: bool, console: Console | None) -> Summary:
    """Evaluate and publish what was read, also where nothing was read since; `accept_loss` and `whole` as for
    `Crew.publish`."""
    started = time.perf_counter()
    with only_run():
        summary = Summary()
        _prepare(Ledger(settings.ledger_url), [], settings, 1)
        with workers_of(settings) as crew:
            _publish(crew, console, summary, accept_loss, whole=whole)
    summary.seconds = time.perf_counter() - started
    return summary


@contextmanager
def workers_of(settings: Settings) -> Generator[Crew]:
    """Workers that end with what they are for: at once where that was broken off."""
    from ocr_assets.crew import Crew

    crew = Crew(settings)
    try:
        yield crew
    except BaseException:
        begin_to_end()
        crew.stop()
        raise
    finally:
        crew.dismiss()


def _read(
    batches: Sequence[Batch],
    ledger: Ledger,
    pending: Sequence[Pending],
    workers: int,
    began: str,
    console: Console | None,
    crew: Crew,
) -> None:
    threads = crew.read(batches, min(workers, len(batches)))
    with _watch(console, ledger, pending, began, len(threads)) as look:
        while any(thread.is_alive() for thread in threads):
            check()
            look()
            time.sleep(POLL_SECONDS)


def cut(pending: Sequence[Pending], order: Sequence[str], most: int, workers: int) -> list[Batch]:
    """Batches of at most `most` documents that are to run from the same stage on, contiguous in `order`: Dagster's, by
    which it reads a range."""
    from ocr_assets.crew import Batch
    from partitions import contiguous_batches

    # Small enough that every worker has something to do until the end.
    size = max(1, min(most, -(-len(pending) // (2 * workers))))
    return [
        Batch(first, last, stage)
        for stage in STAGES
        for first, last in contiguous_batches((item.document for item in pending if item.stage == stage), order, size)
    ]


def _publish(
    crew: Crew, console: Console | None, summary: Summary, accept_loss: str = "", *, whole: bool = False
) -> None:
    if console is not None:
        console.print("Scoring against ground truth and publishing the corpus …")
    check()
    answer = crew.publish(accept_loss, whole=whole)
    summary.published = answer["ok"]
    summary.blocked = answer.get("blocked", "")
    if "error" in answer:
        summary.errors.append(answer["error"])


def _prepare(ledger: Ledger, pending: Sequence[Pending], settings: Settings, workers: int) -> list[Batch]:
    """Make the Dagster instance ready: its partitions, and an end to runs whose worker was killed. Returns the batches
    that are to be read."""
    from ocr_assets.automation.instance import open_instance
    from ocr_assets.orphans import end_orphans
    from partitions import add_documents, newest

    with open_instance() as instance:
        add_documents(instance, [document.document for document in ledger.documents()])
        end_orphans(instance)
        order = newest(instance, [item.document for item in pending])
    return cut(pending, order, settings.run.batch, workers)


def _count(ledger: Ledger, keys: Sequence[str], summary: Summary) -> None:
    outputs = ledger.outputs(keys)
    for key in keys:
        mine = outputs.get(key, {})
        if any(output.status == "rejected" for output in mine.values()):
            summary.rejected += 1
        elif STAGES[-1] in mine:
            summary.read += 1
            summary.pages += mine["raw_document"].pages


@contextmanager
def only_run() -> Generator[None]:
    """Holds the home's run lock; the system lets go of it when the process ends, however it ends."""
    path = home() / "run.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AnotherRun(f"another run is at work on {home()}: wait for it, or use another --home") from error
        yield


@contextmanager
def _watch(
    console: Console | None, ledger: Ledger, pending: Sequence[Pending], began: str, workers: int
) -> Generator[Any]:
    """Yields a function that shows the state of the run, to be called now and then."""
    estimate = Estimate(pending, workers)
    if console is None:
        yield lambda: None
    elif not console.is_terminal:
        last = time.monotonic()

        def say() -> None:
            nonlocal last
            if time.monotonic() - last >= SAY_EVERY:
                last = time.monotonic()
                estimate.update(ledger.progress(began))
                console.print(f"{estimate.finished} of {len(pending)} documents, {estimate.text}")

        yield say
    else:
        bars = progress.Progress(
            progress.TextColumn("{task.description:<13}"),
            progress.BarColumn(),
            progress.TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            progress.TimeElapsedColumn(),
            progress.TextColumn("{task.fields[left]}"),
            console=console,
        )
        with bars:
            tasks = {stage: bars.add_task(stage, total=n, left="") for stage, n in estimate.total.items() if n}

            def show() -> None:
                estimate.update(ledger.progress(began))
                for stage, task in tasks.items():
                    left = estimate.text if stage == STAGES[-1] else ""
                    bars.update(task, total=estimate.total[stage], completed=estimate.done[stage].outcomes, left=left)

            yield show
            show()


class Estimate:
    """Time left, from the mean seconds each stage took in this run; silent until every stage was seen."""

    def __init__(self, pending: Sequence[Pending], workers: int) -> None:
        first = [STAGES.index(item.stage) for item in pending]
        self._asked = {stage: sum(i <= place for i in first) for place, stage in enumerate(STAGES)}
        self.total = dict(self._asked)
        self.workers = workers
        self.done = dict.fromkeys(STAGES, Progress())
        self.text = "starting (loading models)"

    @property
    def finished(self) -> int:
        """Documents that have come to an end: read, or rejected at some stage."""
        rejected_before = sum(self.done[stage].rejected for stage in STAGES[:-1])
        return self.done[STAGES[-1]].outcomes + rejected_before

    def update(self, done: Mapping[str, Progress]) -> None:
        self.done = {stage: done.get(stage, Progress()) for stage in STAGES}
        rejected = 0
        for stage in STAGES:
            self.total[stage] = self._asked[stage] - rejected
            rejected += self.done[stage].rejected
        if any(self.total[stage] and not self.done[stage].outcomes for stage in STAGES):
            if any(stage.outcomes for stage in self.done.values()):
                self.text = "too early to say how long it takes"
            return
        left = sum(
            max(0, self.total[stage] - made.outcomes) * made.seconds / made.outcomes
            for stage, made in self.done.items()
            if made.outcomes
        )
        minutes, seconds = divmod(round(left / self.workers), 60)
        self.text = f"about {minutes} min {seconds:02d} s left" if minutes else f"about {seconds} s left"
