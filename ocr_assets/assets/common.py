"""What the six document assets share: the batch's keys in, results as Dagster's events out."""

from __future__ import annotations

import base64
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from ocr import loading
from ocr.assembly import STAGES, Engines
from ocr.errors import EngineError, Unreachable
from ocr.imaging.images import thumbnail
from ocr.stages import Reading
from ocr_assets.checks.events import log_judgements, roll_up
from ocr_assets.checks.judgement import Judgement, Question
from partitions import BATCHES, documents
from resources.batch import Result, UpstreamMissing
from resources.engines import EnginesResource
from resources.ledger.fingerprints import note
from resources.ledger.verdicts import plan_of
from resources.stores import LakeResource, LedgerResource
from resources.variants.sides import read_sides, side_of

AGAIN_TAG = "ocr/again"
"""Set to `true` on a run to make outputs anew although nothing changed."""

PLAN_TAG = "ocr/plan"
"""On runs of the reprocessing schedule: the fingerprints that were judged. Others must not read what is live unseen."""

RETRIES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""For what is the machine's fault (disk, network): a document's own faults are recorded, not raised."""

Describe = Callable[[Reading], dict[str, Any]]


def document_asset(*, upstream: Sequence[str], questions: Sequence[Question], **spec: Any) -> Callable[..., Any]:
    """The decorator of the six: one partition per document, one backfill policy, checks per document."""
    return dg.asset(
        partitions_def=documents,
        backfill_policy=BATCHES,
        retry_policy=RETRIES,
        group_name="documents",
        pool="documents",
        deps=[dg.AssetKey(name) for name in upstream],
        check_specs=[
            dg.AssetCheckSpec(q.name, asset=spec["name"], description=q.description, partitions_def=documents)
            for q in questions
        ],
        **spec,
    )


def read_batch(
    context: dg.AssetExecutionContext,
    engines: EnginesResource,
    lake: LakeResource,
    ledger: LedgerResource,
    describe: Describe,
    questions: Sequence[Question],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Run the asset's stage over the batch's keys; yields the asset's result and then its checks' roll-ups."""
    stage = context.asset_key.path[-1]
    held = engines.open()
    counts: Counter[str] = Counter()
    by_side: Counter[str] = Counter()
    shown: dict[str, dict[str, Any]] = {}
    judgements: dict[str, dict[str, Judgement]] = {question.name: {} for question in questions}
    started, loads_before, load_seconds = time.perf_counter(), sum(loading.loads().values()), loading.load_seconds()
    again = context.run.tags.get(AGAIN_TAG) == "true"
    check_plan(context.run.tags, held)
    sides = engines.sides()
    for side in sides.values():
        note(ledger.open(), side.fingerprint(stage), stage, side.answering_settings(stage))
    results = read_sides(
        stage, context.partition_keys, sides, lake.open(), ledger.open(), crashes=ledger.crashes, again=again
    )
    for result in _not_retried(results):
        counts[result.status] += 1
        by_side[side_of(result.document, sides)] += 1
        key = result.document.document
        shown[key] = _shown(result, describe)
        for question in questions:
            judgement = question.ask(result)
            if judgement is not None:
                judgements[question.name][key] = judgement
        if result.status in ("rejected", "passed_by") and result.rejection is not None:
            context.log.info(f"{result.status}: {key}: {result.rejection.message}")
    loads = sum(loading.loads().values()) - loads_before
    batch = {
        "batch_documents": counts.total(),
        "batch_read": counts["read"],
        "batch_reused": counts["reused"],
        "batch_rejected": counts["rejected"],
        "batch_passed_by": counts["passed_by"],
        "batch_seconds": round(time.perf_counter() - started, 2),
        "model_loads": loads,
        "model_load_seconds": round(loading.load_seconds() - load_seconds, 2),
        "documents_per_load": round(counts["read"] / loads, 2) if loads else float(counts["read"]),
        "fingerprint": held.fingerprint(stage),
    }
    if len(sides) > 1:
        batch["batch_by_variant"] = {side or "champion": by_side[side] for side in sides}
    for key in context.partition_keys:
        # Once a key: Dagster looks the partition up in its storage each time.
        context.add_asset_metadata(shown.get(key, {}) | batch, partition_key=key)
    yield dg.MaterializeResult()
    # The generator goes on after Dagster has stored the materializations, which the evaluations point at.
    log_judgements(context, judgements)
    yield from roll_up(context, questions, judgements)


def check_plan(tags: Mapping[str, str], engines: Engines) -> None:
    """Raises where models or settings changed after the run was asked for."""
    plan = tags.get(PLAN_TAG)
    if plan is not None and plan != plan_of({stage: engines.fingerprint(stage) for stage in STAGES}):
        raise dg.Failure("models or settings changed after this run was asked for", allow_retries=False)


def _not_retried(results: Iterator[Result]) -> Iterator[Result]:
    """A missing program, model or upstream output stays missing: it fails the step at once, with its own words. A
    server that does not answer may answer later."""
    try:
        yield from results
    except (EngineError, UpstreamMissing) as error:
        raise dg.Failure(str(error), allow_retries=isinstance(error, Unreachable)) from error


def picture(reading: Reading) -> dict[str, Any]:
    """A small picture of the first page. Metadata stays in the event log for ever: under 20 KB."""
    if not reading.pages:
        return {}
    image = reading.images.get(reading.pages[0].number)
    encoded = base64.b64encode(thumbnail(image, max_bytes=14_000)).decode()
    return {"first_page": dg.MetadataValue.md(f"![first page](data:image/jpeg;base64,{encoded})")}


def table(rows: Sequence[dict[str, Any]]) -> dg.MarkdownMetadataValue:
    """Rows as a Markdown table, which Dagster's pages show as one."""
    if not rows:
        return dg.MetadataValue.md("none")
    head = list(rows[0])
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(_cell(row[name]) for name in head) + " |" for row in rows]
    return dg.MetadataValue.md("\n".join(lines))


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _shown(result: Result, describe: Describe) -> dict[str, Any]:
    document = result.document
    shown: dict[str, Any] = {"status": result.status, "document": document.name, "environment": document.environment}
    if result.rejection is not None:
        why = result.rejection
        shown |= {"rejected_at": why.stage, "reason": why.code, "message": why.message, "advice": why.advice}
    if result.manifest is not None:
        shown |= {"seconds": result.manifest.seconds, "version": result.manifest.version}
        shown |= {f"entities_{name}": value for name, value in result.manifest.usage.items()}
    if result.reading is not None:
        shown |= describe(result.reading)
    return shown
