from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from hashlib import sha256
from pathlib import Path

import pytest

from ocr.evaluation.truth import find_truth
from ocr_assets_tests.end_to_end.conftest import PROGRAM, TRUTH, Cli, environment, some_samples

MIXTURE = ("invoice", "receipt", "broken", "encrypted")


def test_a_mixture_is_read_or_rejected_and_can_be_queried(cli: Cli, home: Path) -> None:
    shutil.copytree(TRUTH, home / "ground_truth")
    files = some_samples(*MIXTURE)
    added = json.loads(cli("add", *files, "--json").stdout)
    assert len(added["new"]) == len(files)

    summary = json.loads(cli("run", "--json").stdout)
    assert (summary["read"], summary["rejected"], summary["errors"]) == (2, 2, [])
    assert summary["published"]

    status = json.loads(cli("status", "--json").stdout)
    assert status["counts"] == {"read": 2, "rejected": 2, "waiting": 0, "stale": 0}
    reasons = {row["reason"] for row in status["documents"] if row["state"] == "rejected"}
    assert reasons == {"broken", "encrypted"}
    assert all(row["advice"] for row in status["documents"] if row["state"] == "rejected")

    documents = json.loads(cli("sql", "select status, type from documents order by 1, 2", "--json").stdout)
    assert [row["status"] for row in documents] == ["read", "read", "rejected", "rejected"]
    assert {row["type"] for row in documents if row["status"] == "read"} == {"invoice", "receipt"}

    invoice = find_truth(sha256(files[0].read_bytes()).hexdigest(), [TRUTH])
    assert invoice is not None
    hits = json.loads(cli("search", f"goods delivered by {invoice.fields['seller']}", "--json").stdout)
    assert (hits[0]["name"], hits[0]["page"]) == (files[0].name, 1)

    scores = json.loads(cli("eval", "--json").stdout)
    assert len(scores["documents"]) == 2
    assert scores["corpus"]["cer"] < 0.1

    outside = cli("sql", f"copy (select 1) to '{home / 'leak.csv'}'", code=2)
    assert "disabled" in outside.stderr and not (home / "leak.csv").exists()
    assert "name one by its key" in cli("show", "invoice", code=2).stderr

    shown = cli("show", "invoice_de.pdf").stdout
    assert "gross_total" in shown

    again = time.monotonic()
    assert json.loads(cli("run", "--json").stdout)["nothing_to_do"]
    assert time.monotonic() - again < 15
    cli("run", "--strict", code=3)


def test_a_settings_change_makes_only_the_stages_concerned_stale(cli: Cli, home: Path) -> None:
    cli("add", *some_samples("receipt"))
    cli("run")
    before = _made_at(home)
    stale = json.loads(cli("status", "--json", OCR_RECORDS__REVIEW_BELOW="0.99").stdout)
    assert [(row["state"], row["stage"]) for row in stale["documents"]] == [("stale", "records")]
    cli("run", OCR_RECORDS__REVIEW_BELOW="0.99")
    after = _made_at(home)
    assert {stage for stage, version in after.items() if before[stage] != version} == {"records"}


def test_what_a_person_can_act_upon_is_said_without_a_traceback(cli: Cli, home: Path, tmp_path: Path) -> None:
    assert "no such file" in cli("add", tmp_path / "nowhere", code=2).stderr
    assert "run" in cli("search", "anything", code=2).stderr
    assert "Nothing new" in cli("run").stdout
    cli("show", "nothing", code=2)
    (home / "ocr-assets.toml").write_text('[text]\nengine = "abbyy"\n')
    assert "text.engine" in cli("status", code=2).stderr


def test_missing_language_data_stops_the_run_with_its_own_words(cli: Cli, home: Path) -> None:
    cli("add", *some_samples("receipt"))
    done = cli("run", code=1, OCR_TEXT__ENGINE="tesseract", OCR_TEXT__TESSDATA="/no-such-folder")
    assert "no-such-folder" in done.stderr
    assert json.loads(cli("status", "--json").stdout)["counts"]["rejected"] == 0


def test_an_interrupted_run_says_so_at_once_and_keeps_what_was_read(cli: Cli, home: Path) -> None:
    cli("add", *some_samples("receipt"))
    run = subprocess.Popen([PROGRAM, "run"], env=environment(home), stderr=subprocess.PIPE, text=True)
    begun = home / "dagster"
    while not begun.exists() and run.poll() is None:
        time.sleep(0.1)
    time.sleep(2)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "goes on from there" in said
    assert json.loads(cli("run", "--json").stdout)["read"] == 1


def test_test_documents_are_scored_but_not_published(cli: Cli, home: Path) -> None:
    shutil.copytree(TRUTH, home / "ground_truth")
    cli("add", *some_samples("receipt"), "--test")
    cli("run")
    assert json.loads(cli("eval", "--json").stdout)["documents"] == []
    assert len(json.loads(cli("eval", "--environment", "test", "--json").stdout)["documents"]) == 1
    assert json.loads(cli("sql", "from documents", "--json").stdout) == []


def test_the_gate_refuses_to_publish_what_is_worse_than_allowed(cli: Cli, home: Path) -> None:
    shutil.copytree(TRUTH, home / "ground_truth")
    cli("add", *some_samples("receipt"))
    done = cli("run", code=4, OCR_CHECKS__CORPUS_CER="-1")
    assert "not published" in done.stderr
    assert not (home / "corpus.duckdb").exists()
    cli("run")
    assert (home / "corpus.duckdb").exists()


def _made_at(home: Path) -> dict[str, str]:
    """The version of each stage's current output of the only document."""
    from resources.ledger import Ledger

    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    ((_, outputs),) = ledger.outputs().items()
    return {stage: output.version for stage, output in outputs.items()}


@pytest.fixture(autouse=True)
def _samples_are_there() -> None:
    assert some_samples(*MIXTURE)
