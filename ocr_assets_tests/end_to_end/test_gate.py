from __future__ import annotations

import json
import shutil
from pathlib import Path

from ocr_assets_tests.end_to_end.conftest import TRUTH, Cli, some_samples

DOCUMENTS = ("letter_en_rotated_180", "receipt_de_scan")
LENIENT = {"OCR_CHECKS__CORPUS_CER": "1", "OCR_CHECKS__CORPUS_FIELDS": "0", "OCR_CHECKS__LOSS_LEVEL": "0.3"}
WORSE = LENIENT | {"OCR_TEXT__MIN_LINE_CONFIDENCE": "0.985"}


def test_a_loss_blocks_publishing_until_it_is_accepted_and_a_correction_reaches_the_corpus(
    cli: Cli, tmp_path: Path, home: Path
) -> None:
    (home / "ground_truth").mkdir(parents=True)
    for file in TRUTH.iterdir():
        shutil.copy(file, home / "ground_truth")
    cli("add", *some_samples(*DOCUMENTS))
    cli("run", "--workers", "1", **LENIENT)
    assert len(json.loads(cli("truth", "check", "--json").stdout)["documents"]) == 2

    stopped = cli("run", "--workers", "1", code=4, **WORSE)
    assert "character_errors" in stopped.stderr and "worse: " in stopped.stderr
    assert all(name in stopped.stderr for name in DOCUMENTS)
    compared = json.loads(cli("eval", "--compare", "published", "latest", "--json", **WORSE).stdout)
    assert {one["measure"] for one in compared["worse"]} >= {"character_errors"}

    cli("review", "correct", "receipt_de_scan", "company", "Corrected GmbH", "--by", "ada", **WORSE)
    cli("publish", "--accept-loss", "a test", **WORSE)
    history = json.loads(cli("eval", "--history", "--json").stdout)
    assert history[-1]["accepted_loss"] == "a test" and history[-1]["published_at"]
    value = "select value from fields where found_by = 'review'"
    assert json.loads(cli("sql", value, "--json").stdout) == [{"value": "Corrected GmbH"}]
    listed = json.loads(cli("review", "list", "--json").stdout)
    assert all(look["field"] != "company" for look in listed)
