"""Another model or setting comes into force: judged first, then read in batches, in the stages concerned alone."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner

from ocr.settings import ReadingSettings
from ocr_assets.automation.instance import open_instance
from ocr_assets.cli import app
from ocr_assets.definitions import build_defs
from ocr_assets_tests.resources import made_stages
from ocr_assets_tests.resources.made_stages import add, know, read_all, receipt
from partitions import add_documents
from partitions.documents import RANGE_END, RANGE_START
from resources.collect import collect
from resources.evaluations import keep, kept, mark_published, measure
from resources.lake import Lake
from resources.ledger import Ledger
from resources.scores import score_documents
from resources.settings import home, load_settings
from resources.stores import LedgerResource
from resources.warehouse import build

COUNT, BUDGET = 6, 4
GOLDEN = (1, 2, 4, 5)
SETTINGS = {
    "CHECKS__LOSS_LEVEL": "0.3",
    "CHECKS__CORPUS_CER": "1",
    "CHECKS__CORPUS_FIELDS": "0",
    "REPROCESS__CRON": "0 * * * *",
    "REPROCESS__DOCUMENTS": str(BUDGET),
}


class Archive:
    """Documents that were read, and a daemon that looks when it is told to."""

    def __init__(self, folder: Path, ran: made_stages.Ran, instance: dg.DagsterInstance) -> None:
        self.folder, self.ran, self.instance = folder, ran, instance
        self.ledger, self.lake = Ledger(f"sqlite:///{folder / 'ledger.db'}"), Lake(str(folder / "lake"))
        self.keys = add(folder / "files", self.ledger, [receipt(number) for number in range(COUNT)])
        for number in GOLDEN:
            know(receipt(number), folder / "ground_truth")
        read_all(self.keys, self.lake, self.ledger, ReadingSettings())
        add_documents(instance, self.keys)
        self.ran.clear()

    def tick(self, schedule: str) -> list[dg.RunRequest]:
        repository = definitions().get_repository_def()
        resources = {"ledger": LedgerResource(url=str(self.ledger.engine.url))}
        with dg.build_schedule_context(self.instance, repository_def=repository, resources=resources) as context:
            return list(repository.get_schedule_def(schedule).evaluate_tick(context).run_requests or [])

    def run(self, job: str, request: dg.RunRequest) -> bool:
        found = definitions().resolve_job_def(job)
        chosen = list(request.asset_selection) if request.asset_selection else None
        return found.execute_in_process(
            instance=self.instance, raise_on_error=False, tags=dict(request.tags), asset_selection=chosen
        ).success

    def publish(self) -> None:
        rows = measure(score_documents(self.ledger, self.lake, [self.folder / "ground_truth"]), lambda judged: False)
        mark_published(self.lake, keep(self.lake, rows))
        collected = collect(self.ledger, self.lake, lambda document, record: record)
        build(self.folder / "corpus.duckdb", collected.documents, collected.parts)

    def live(self) -> tuple[str, str]:
        """A digest of what is current, and one of the corpus."""
        corpus = hashlib.sha256((self.folder / "corpus.duckdb").read_bytes()).hexdigest()
        return self.ledger.state(), corpus


def definitions() -> dg.Definitions:
    """A code location of the settings in force."""
    return _definitions(home(), load_settings().model_dump_json())


@lru_cache
def _definitions(_home: Path, _settings: str) -> dg.Definitions:
    return build_defs(executor=dg.in_process_executor)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"OCR_{name}", value)
    with open_instance() as instance:
        yield Archive(tmp_path, made_stages.use(monkeypatch), instance)


def test_another_model_is_judged_on_golden_documents_and_then_reads_what_is_stale_in_batches(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert archive.tick("canary") == archive.tick("reprocess") == []
    monkeypatch.setenv("OCR_EMBEDDINGS__CHUNK_TOKENS", "100")
    before = archive.ledger.state()
    assert archive.tick("reprocess") == []
    (request,) = archive.tick("canary")
    assert archive.run("canary", request)
    golden = [archive.keys[number] for number in GOLDEN]
    assert archive.ran == [("embeddings", key) for key in golden]
    assert archive.ledger.state() == before and archive.tick("canary") == []
    assert said("stale")["canary"]["state"] == "passed"

    read: list[str] = []
    sizes = []
    asked = archive.tick("reprocess")
    while requests := archive.tick("reprocess"):
        assert sizes or requests == asked  # a tick that was broken off asks for the same again
        sizes.append(0)
        for request in requests:
            assert [key.path[-1] for key in request.asset_selection or []] == ["embeddings"]
            ends = (request.tags[RANGE_START], request.tags[RANGE_END])
            first, last = (archive.keys.index(end) for end in ends)
            sizes[-1] += last - first + 1
            read += archive.keys[first : last + 1]
            assert archive.run("read_documents", request)
    assert read == archive.keys and max(sizes) <= BUDGET
    # Golden documents lay in the lake from the canary: each document was read once, in one stage.
    assert Counter(archive.ran) == {("embeddings", key): 1 for key in archive.keys}
    assert said("stale")["documents"] == 0


def test_a_worse_setting_is_stopped_after_the_canary_and_nothing_live_changed(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.publish()
    monkeypatch.setenv("OCR_TEXT__MIN_LINE_CONFIDENCE", "0.95")
    before = archive.live()
    told = said("stale")
    assert [(s["stage"], s["documents"], s["at_most"]) for s in told["stages"]] == [
        ("text", COUNT, 0),
        ("records", 0, COUNT),
        ("embeddings", 0, COUNT),
    ]
    (request,) = archive.tick("canary")
    assert not archive.run("canary", request)
    assert archive.live() == before
    assert {key for _, key in archive.ran} == {archive.keys[number] for number in GOLDEN}
    decided = said("stale")["canary"]
    assert decided["state"] == "refused" and "character_errors 0.0000 →" in decided["losses"][0]
    assert len(decided["worse"]) >= len(GOLDEN)
    assert archive.tick("canary") == archive.tick("reprocess") == []
    shown = CliRunner().invoke(app, ["stale"]).output
    assert "The canary refused" in shown and "--accept-loss" in shown
    assert kept(archive.lake)[-1].variant.startswith("canary ")

    assert CliRunner().invoke(app, ["reprocess", "--accept-loss", " "]).exit_code == 2
    assert said("reprocess", "--accept-loss", "cheaper by half")["state"] == "accepted"
    (request, *_) = archive.tick("reprocess")
    assert [key.path[-1] for key in request.asset_selection or []] == ["text", "records", "embeddings"]
    # What was accepted is these settings: others must not slip in behind them.
    monkeypatch.setenv("OCR_TEXT__MIN_LINE_CONFIDENCE", "0.96")
    state = archive.ledger.state()
    assert not archive.run("read_documents", request) and archive.ledger.state() == state
    monkeypatch.setenv("OCR_TEXT__MIN_LINE_CONFIDENCE", "0.95")
    assert archive.run("read_documents", request) and archive.ledger.state() != state


def test_nothing_is_asked_for_while_what_was_asked_for_is_in_flight(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCR_REPROCESS__CANARY", "0")
    monkeypatch.setenv("OCR_EMBEDDINGS__CHUNK_TOKENS", "100")
    assert archive.tick("canary") == []
    (request,) = archive.tick("reprocess")
    job = definitions().resolve_job_def("read_documents")
    run = archive.instance.create_run_for_job(job, tags=dict(request.tags), status=dg.DagsterRunStatus.STARTED)
    assert archive.tick("reprocess") == []
    archive.instance.delete_run(run.run_id)
    assert len(archive.tick("reprocess")) == 1


def test_ranges_are_of_dagsters_order_of_documents_not_of_the_ledgers(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in archive.keys[:2]:
        archive.instance.delete_dynamic_partition("documents", key)
    # A sensor added them later than the others, and one was never added.
    add_documents(archive.instance, archive.keys[:1])
    monkeypatch.setenv("OCR_REPROCESS__CANARY", "0")
    monkeypatch.setenv("OCR_EMBEDDINGS__CHUNK_TOKENS", "100")
    read: list[str] = []
    while requests := archive.tick("reprocess"):
        for request in requests:
            assert archive.run("read_documents", request)
        read, before = [key for _, key in archive.ran], read
        assert 0 < len(read) - len(before) <= BUDGET
    assert sorted(read) == sorted(archive.keys)


def test_the_schedules_are_there_where_a_time_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    monkeypatch.setenv("OCR_REPROCESS__CRON", "0 * * * *")
    assert {one.name for one in build_defs().schedules or []} == {"canary", "reprocess"}
    monkeypatch.setenv("OCR_REPROCESS__CRON", "")
    assert not build_defs().schedules
    monkeypatch.setenv("OCR_REPROCESS__CRON", "hourly")
    with pytest.raises(Exception, match=r"reprocess\.cron: 'hourly' is no cron expression"):
        build_defs()


def said(*arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)
