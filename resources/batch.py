"""One stage over a batch of documents: what is there is used, what is not is read, stored and recorded one by one.

A killed run loses the work on one document, and a repeated run repeats nothing: an output exists when its manifest
does, and the ledger's row follows it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from ocr.assembly import Engines
from ocr.documents import Rejection
from ocr.errors import EngineError, InternalError, ReaderCrashed
from ocr.flow import READS, STAGES
from ocr.imaging.images import PageImages
from ocr.stages import STAGE_FUNCTIONS, Outcome, Reading, Rejected
from resources.lake import Lake, Manifest, load_parts, save_parts
from resources.lake.store import version_of
from resources.ledger import Document, Ledger, Output, input_hash
from resources.ledger.rows import incomplete
from resources.sources import fetch

log = logging.getLogger(__name__)

Status = Literal["read", "reused", "rejected", "passed_by"]


class UpstreamMissing(Exception):
    """A stage was asked for documents that have not been through the stages before it."""


@dataclass(slots=True)
class Result:
    """What became of one document at one stage.

    `reading` holds the stage's part and those it reads, where the document was read (now or before); a document that an
    earlier stage rejected is passed by, with that stage's rejection.
    """

    document: Document
    status: Status
    reading: Reading | None = None
    rejection: Rejection | None = None
    manifest: Manifest | None = None


@dataclass(slots=True)
class _Task:
    document: Document
    version: str
    input_hash: str
    outputs: dict[str, Output]


def read_stage(
    stage: str,
    keys: Sequence[str],
    engines: Engines,
    lake: Lake,
    ledger: Ledger,
    *,
    crashes: int,
    again: bool = False,
    reopen: bool = True,
) -> Iterator[Result]:
    """Results for all keys, one by one as they are made; first those that need no work.

    A document whose reading ended the process `crashes` times is rejected untouched. `again` makes outputs anew even
    where they exist; without `reopen`, those that are there are not loaded. Raises `UpstreamMissing` before any work
    where a document is not ready for this stage.
    """
    fingerprint = engines.fingerprint(stage)
    outputs = ledger.outputs(keys)
    tasks: list[_Task] = []
    settled: list[Result] = []
    for document in ledger.documents(keys):
        mine = outputs.get(document.document, {})
        barred = _rejected_before(stage, mine)
        if barred is not None:
            why = Rejection(barred.stage, barred.code, barred.message, barred.advice)
            settled.append(Result(document, "passed_by", rejection=why))
            continue
        tasks.append(_task(stage, document, mine, fingerprint))
    todo: list[_Task] = []
    for task in tasks:
        manifest = None if again else _kept(stage, task, lake, ledger)
        if manifest is None:
            todo.append(task)
        else:
            settled.append(_reuse(stage, task, manifest, lake, ledger, reopen))
    yield from settled
    yield from _read(stage, todo, engines, lake, ledger, fingerprint, crashes)


def open_reading(document: Document, stages: Sequence[str], outputs: dict[str, Output], lake: Lake) -> Reading:
    """A reading of a document with the parts of the given stages loaded from the lake."""
    reading = Reading(
        key=document.document,
        name=document.name,
        uri=document.uri,
        sha256=document.sha256,
        received_at=document.received_at,
        load=lambda: fetch(document.uri),
        images=PageImages(lake.root),
        environment=document.environment,
    )
    for stage in stages:
        version = outputs[stage].version
        manifest = lake.manifest(stage, document.document, version)
        if manifest is None:
            raise UpstreamMissing(
                f"{document.document}: the lake has lost its {stage} output {version}; materialize {stage} again"
            )
        load_parts(lake, stage, reading, version, manifest.data)
        if stage == "pages":
            reading.images = PageImages(lake.folder("pages", document.document, version), lake.write)
    return reading


def _read(
    stage: str, tasks: list[_Task], engines: Engines, lake: Lake, ledger: Ledger, fingerprint: str, crashes: int
) -> Iterator[Result]:
    by_key = {task.document.document: task for task in tasks}

    def opened() -> Iterator[Reading]:
        for task in tasks:
            key = task.document.document
            if ledger.begin(key, stage, task.version) < crashes:
                reading = open_reading(task.document, READS[stage], task.outputs, lake)
                if stage == "pages":
                    reading.images = PageImages(lake.folder(stage, key, task.version), lake.write)
                begun[key] = task.version
                yield reading
            else:
                crashed.append(task)

    crashed: list[_Task] = []
    begun: dict[str, str] = {}
    try:
        for outcome in STAGE_FUNCTIONS[stage](opened(), engines):
            reading = outcome.reading if isinstance(outcome, Rejected) else outcome
            result = _keep(stage, by_key[reading.key], outcome, lake, ledger, fingerprint)
            del begun[reading.key]
            yield result
    except (EngineError, OSError):
        # The machine stopped the work in good order: no document has ended its worker.
        for key, version in begun.items():
            ledger.forgive(key, stage, version)
        raise
    for task in crashed:
        reading = open_reading(task.document, (), task.outputs, lake)
        error = ReaderCrashed(f"reading it ended its worker {crashes} times")
        rejected = Rejected(reading, Rejection(stage, error.code, error.message, error.advice), error)
        yield _keep(stage, task, rejected, lake, ledger, fingerprint)


def _keep(stage: str, task: _Task, outcome: Outcome, lake: Lake, ledger: Ledger, fingerprint: str) -> Result:
    """Store an outcome and enter it in the ledger."""
    reading = outcome.reading if isinstance(outcome, Rejected) else outcome
    manifest = _manifest(stage, task, reading, fingerprint)
    if reading.incomplete:
        # Not what this fingerprint stands for: the next run makes that, and finds this one stale until then.
        manifest.fingerprint = incomplete(fingerprint, reading.incomplete)
        manifest.version = version_of(stage, task.input_hash, manifest.fingerprint)
    if isinstance(outcome, Reading):
        try:
            folder = lake.folder(stage, reading.key, manifest.version)
            manifest.files, manifest.data, manifest.output_hash = save_parts(lake, stage, reading, folder)
        except (ValueError, TypeError) as error:
            # What was read cannot be written down (pyarrow's errors are ValueErrors too): this document's fault.
            log.exception("%s of %s cannot be stored", stage, reading.key)
            fault = InternalError(f"its {stage} cannot be stored: {type(error).__name__}: {error}")
            outcome = Rejected(reading, Rejection(stage, fault.code, fault.message, fault.advice), fault)
    if isinstance(outcome, Rejected):
        manifest.rejection = asdict(outcome.rejection)
        result = Result(task.document, "rejected", rejection=outcome.rejection, manifest=manifest)
    else:
        result = Result(task.document, "read", reading=reading, manifest=manifest)
    lake.commit(manifest)
    ledger.record(manifest)
    return result


def _manifest(stage: str, task: _Task, reading: Reading, fingerprint: str) -> Manifest:
    return Manifest(
        document=reading.key,
        stage=stage,
        version=task.version,
        input_hash=task.input_hash,
        fingerprint=fingerprint,
        output_hash="",
        seconds=round(reading.seconds, 4),
        model_loads=reading.model_loads,
        made_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        usage=reading.usage,
        pages=len(reading.pages) or (reading.raw.page_count if reading.raw else 0),
        page_rejections=[asdict(r) for r in reading.rejections] if stage == "pages" else [],
        variant=task.document.variant,
    )


def _kept(stage: str, task: _Task, lake: Lake, ledger: Ledger) -> Manifest | None:
    """The output if it is there; a rejection, if the ledger has not forgotten it."""
    manifest = lake.manifest(stage, task.document.document, task.version)
    if manifest is None or manifest.rejection is None or ledger.upholds(manifest, task.outputs.get(stage)):
        return manifest
    return None


def _reuse(stage: str, task: _Task, manifest: Manifest, lake: Lake, ledger: Ledger, reopen: bool) -> Result:
    """An output that is there, also where the ledger does not know it yet (a crash between the two) or any more."""
    current = task.outputs.get(stage)
    if current is None or current.version != task.version:
        ledger.record(manifest)
    if manifest.rejection is not None:
        return Result(task.document, "rejected", rejection=Rejection(**manifest.rejection), manifest=manifest)
    if not reopen:
        return Result(task.document, "reused", manifest=manifest)
    reading = open_reading(task.document, READS[stage], task.outputs, lake)
    load_parts(lake, stage, reading, task.version, manifest.data)
    if stage == "pages":
        reading.images = PageImages(lake.folder(stage, reading.key, task.version), lake.write)
    return Result(task.document, "reused", reading=reading, manifest=manifest)


def _task(stage: str, document: Document, outputs: dict[str, Output], fingerprint: str) -> _Task:
    missing = [upstream for upstream in READS[stage] if upstream not in outputs]
    if missing:
        raise UpstreamMissing(f"{document.document} has no {missing[0]} yet: materialize {missing[0]} before {stage}")
    hashes = {upstream: outputs[upstream].output_hash for upstream in READS[stage]}
    digest = input_hash(stage, document.sha256, hashes)
    return _Task(document, version_of(stage, digest, fingerprint), digest, outputs)


def _rejected_before(stage: str, outputs: dict[str, Output]) -> Output | None:
    earlier = STAGES[: STAGES.index(stage)]
    return next((outputs[s] for s in earlier if s in outputs and outputs[s].status == "rejected"), None)
