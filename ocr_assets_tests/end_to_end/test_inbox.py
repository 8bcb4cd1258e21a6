from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import psutil
import pytest

from ocr_assets_tests.end_to_end.browser import served
from ocr_assets_tests.end_to_end.conftest import some_samples
from resources.ledger import Ledger


@pytest.mark.timeout(300)
def test_a_worker_is_there_before_the_first_run_and_the_first_document_loads_no_model(
    home: Path,
) -> None:
    (home / "inbox").mkdir(parents=True)
    (home / "ocr-assets.toml").write_text('[regions]\ndigital = "off"\n')
    with served(home):
        _wait_until(lambda: any("openvino" in used for used in _mapped()))
        (receipt,) = some_samples("receipt_en_photo")
        shutil.copyfile(receipt, home / "inbox" / receipt.name)
        ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
        _wait_until(lambda: len(ledger.outputs()) == 1 and ledger.published_state() == ledger.state())
        assert len(_workers()) == 1
    (outputs,) = ledger.outputs().values()
    assert [output.model_loads for output in outputs.values()] == 6 * [0]
    with duckdb.connect(str(home / "corpus.duckdb"), read_only=True) as corpus:
        assert corpus.sql("select count(*) from words").fetchall()[0][0] > 10


def _workers() -> list[psutil.Process]:
    below = psutil.Process().children(recursive=True)
    return [process for process in below if _is_worker(process)]


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "ocr_assets.worker" in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def _mapped() -> list[str]:
    return [file.path for worker in _workers() for file in worker.memory_maps()]


def _wait_until(condition: Callable[[], bool], seconds: float = 200) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.3)
