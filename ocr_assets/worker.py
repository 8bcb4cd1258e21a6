"""A worker: one process that holds warm models and runs one batch after another, each as a Dagster run.

It reads one JSON request a line from its input and answers one JSON line each on its output:

    {"read": [first key, last key], "from": first stage}
    {"publish": true}    {"publish": true, "accept_loss": "why", "whole": true}
    {"aside": [keys], "variant": name}    {"experiment": name, "sample": documents, "seed": number}
    {"run": id of a run that Dagster has made}
    {"rehearse": true}
    {"ok": true}    {"ok": false, "error": "…"}    {"ok": false, "blocked": "…"}

`"leaving": true` in an answer: it has grown beyond `[run] worker_memory`, and ends. `rehearse` loads a part
of what documents will need; `"more": true` in its answer: there is more to load.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, TextIO

import dagster as dg
import psutil

from ocr.flow import STAGES
from ocr.rehearsal import rehearsal
from ocr_assets.assets.corpus import WHOLE_TAG
from ocr_assets.assets.evaluation import ACCEPT_LOSS_TAG
from ocr_assets.automation.experiment import experiment, run_config
from ocr_assets.automation.instance import open_instance
from ocr_assets.automation.jobs import publish_corpus, read_documents
from ocr_assets.automation.launched import execute
from ocr_assets.automation.owner import PID_TAG, worker_tag
from ocr_assets.definitions import build_defs
from partitions import range_tags
from resources.experiments.experiment import read_both
from resources.lake import Lake
from resources.ledger import Ledger
from resources.settings import Settings, load_settings
from resources.variants.variant import find
from resources.warm import warm

log = logging.getLogger(__name__)

OF_PUBLISHING = ("duckdb", "matplotlib.figure")

REHEARSED_SHARE = 2 / 3
"""Of `[run] worker_memory`: a worker that holds more loads nothing ahead."""


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer requests until there are no more, or this process has grown too large."""
    definitions = build_defs(executor=dg.in_process_executor)
    settings = load_settings()
    limit, steps = settings.run.worker_memory, _steps(settings)
    with open_instance() as instance:
        _answer(answers, {"ok": True})
        for line in requests:
            request = json.loads(line)
            if "rehearse" in request:
                _answer(answers, _rehearsed(steps, limit))
                continue
            result = _result(request, definitions, instance)
            leaving = bool(limit) and psutil.Process().memory_info().rss > limit * 2**20
            _answer(answers, result | {"leaving": True} if leaving else result)
            if leaving:
                break


def _result(request: dict[str, Any], definitions: dg.Definitions, instance: dg.DagsterInstance) -> dict[str, Any]:
    if "run" in request:
        execute(instance, request["run"])
        return {"ok": True}
    if "read" in request:
        stages = STAGES[STAGES.index(request["from"]) :]
        return _run(definitions, read_documents.name, instance, range_tags(*request["read"]), stages=stages)
    if "aside" in request:
        return _aside(request["variant"], request["aside"])
    if "experiment" in request:
        config = run_config(request["experiment"], request["sample"], request["seed"])
        return _run(definitions, experiment.name, instance, {}, config)
    accepted = request.get("accept_loss", "")
    tags = {ACCEPT_LOSS_TAG: accepted} if accepted else {}
    tags |= {WHOLE_TAG: "true"} if request.get("whole") else {}
    return _run(definitions, publish_corpus.name, instance, tags)


def _steps(settings: Settings) -> Iterator[str]:
    for module in OF_PUBLISHING:
        import_module(module)
        yield module
    yield from rehearsal(warm(settings.reading))


def _rehearsed(steps: Iterator[str], limit: int) -> dict[str, Any]:
    """Have a part of the models loaded, while that leaves documents a part of the memory."""
    if limit and psutil.Process().memory_info().rss > limit * 2**20 * REHEARSED_SHARE:
        return {"ok": True}
    try:
        return {"ok": True, "more": next(steps, "") != ""}
    except Exception as error:
        # Documents are read all the same, or told what is missing.
        log.warning("a worker does not get ready: %s", error)
        return {"ok": False, "error": str(error)}


def _aside(variant: str, keys: Sequence[str]) -> dict[str, Any]:
    """Read documents aside by both sides of an experiment; no run of Dagster's, since nothing is materialized."""
    settings = load_settings()
    ledger = Ledger(settings.ledger_url)
    try:
        read_both(find(ledger, variant), keys, settings, Lake(settings.lake_url), ledger)
    except Exception as error:
        log.exception("reading aside failed")
        return {"ok": False, "error": str(error) or type(error).__name__}
    finally:
        ledger.engine.dispose()
    return {"ok": True}


def _run(
    definitions: dg.Definitions,
    job: str,
    instance: dg.DagsterInstance,
    tags: dict[str, str],
    config: dg.RunConfig | None = None,
    stages: Sequence[str] | None = None,
) -> dict[str, Any]:
    result = definitions.resolve_job_def(job).execute_in_process(
        run_config=config,
        instance=instance,
        asset_selection=[dg.AssetKey(stage) for stage in stages] if stages else None,
        tags={**tags, PID_TAG: worker_tag(os.getpid())},
        raise_on_error=False,
    )
    if result.success:
        return {"ok": True}
    for evaluation in result.get_asset_check_evaluations():
        if evaluation.blocking and not evaluation.passed:
            return {"ok": False, "blocked": evaluation.description or evaluation.check_name}
    return {"ok": False, "error": _first_failure(result)}


def _first_failure(result: dg.ExecuteInProcessResult) -> str:
    """What went wrong, in the words of the first error that has any."""
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data
            if failure.user_failure_data is not None and failure.user_failure_data.description:
                return f"{event.step_key}: {failure.user_failure_data.description}"
            error = failure.error
            while error is not None and error.cause is not None:
                error = error.cause
            if error is not None:
                return f"{event.step_key}: {error.message.strip()}"
    return "the run failed; its log in Dagster's UI says why"


def _answer(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone: a killed run must not go on reading unseen."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def main() -> None:
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    # Libraries print: what they print must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
