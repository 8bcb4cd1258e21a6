from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from ocr.evaluation.truth import find_truth, save_truth
from ocr_assets_tests.end_to_end.conftest import TRUTH, Cli, some_samples
from resources.evaluations import keep, latest, mark_published
from resources.evaluations.kept import rows_of
from resources.lake import Lake

LENIENT = {"OCR_CHECKS__CORPUS_CER": "1", "OCR_CHECKS__CORPUS_FIELDS": "0", "OCR_CHECKS__LOSS_LEVEL": "0.3"}


def test_a_loss_blocks_publishing_until_it_is_accepted_and_a_correction_reaches_the_corpus(
    cli: Cli, home: Path
) -> None:
    samples = some_samples("invoice_en.pdf", "letter_en.pdf")
    for sample in samples:
        truth = find_truth(hashlib.sha256(sample.read_bytes()).hexdigest(), [TRUTH])
        assert truth is not None
        truth.pages[0].text = f"{truth.pages[0].text} which nobody can read"
        save_truth(truth, home / "ground_truth")
    cli("add", *samples)
    cli("run", "--workers", "1", **LENIENT)
    assert len(json.loads(cli("truth", "check", "--json").stdout)["documents"]) == 2

    lake = Lake(str(home / "lake"))
    now = latest(lake)
    assert now is not None and now.published_at
    faultless = [replace(r, numerator=0.0) if r.measure == "character_errors" else r for r in rows_of(lake, now)]
    mark_published(lake, keep(lake, faultless))

    stopped = cli("publish", code=4, **LENIENT)
    assert "character_errors 0.0000 →" in stopped.stderr and "worse: " in stopped.stderr
    assert all(sample.name in stopped.stderr for sample in samples)
    compared = json.loads(cli("eval", "--compare", "published", "now", "--json").stdout)
    assert {one["name"] for one in compared["worse"]} == {sample.name for sample in samples}

    cli("review", "correct", "invoice_en.pdf", "seller", "Corrected Ltd", "--by", "ada")
    shown = json.loads(cli("show", "invoice_en.pdf", "--json").stdout)["record"]["fields"]
    assert [field["value"] for field in shown if field["found_by"] == "review"] == ["Corrected Ltd"]
    cli("publish", "--accept-loss", "a test", **LENIENT)
    history = json.loads(cli("eval", "--history", "--json").stdout)
    assert history[-1]["accepted_loss"] == "a test" and history[-1]["published_at"]
    value = "select value from fields where found_by = 'review'"
    assert json.loads(cli("sql", value, "--json").stdout) == [{"value": "Corrected Ltd"}]
    listed = json.loads(cli("review", "list", "--json").stdout)
    assert all((look["name"], look["field"]) != ("invoice_en.pdf", "seller") for look in listed)
