from __future__ import annotations

import time
from pathlib import Path

import pytest

from ocr_assets_tests.end_to_end.browser import GROUP, chromium, opened, served
from ocr_assets_tests.end_to_end.conftest import Cli, rows, some_samples
from resources.ledger import Ledger

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"),
]


@pytest.mark.timeout(600)
def test_a_backfill_launched_in_the_browser_gives_the_rows_of_the_command_line(
    cli: Cli, home: Path, tmp_path: Path
) -> None:
    files = some_samples("invoice", "receipt", "broken")
    other = tmp_path / "by-command"
    cli("add", *files, home=other)
    cli("run", home=other)

    cli("add", *files)
    with served(home) as address:
        with opened(address, GROUP) as page:
            page.get_by_role("button", name="Materialize all").click()
            page.get_by_role("button", name="All", exact=True).click()
            page.get_by_role("button", name="Launch backfill").click()
            page.get_by_text("backfill", exact=False).first.wait_for()
        # The sensor publishes by itself when the backfill's runs have ended.
        ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
        _wait_until(lambda: ledger.published_state() == ledger.state() and len(ledger.outputs()) == 3)
        document = next(d.document for d in ledger.documents() if "receipt" in d.name)
        with opened(address, f"/assets/pages?view=partitions&partition={document}") as page:
            page.get_by_text("Show Markdown").first.click()
            page.get_by_alt_text("first page").wait_for()
            assert page.get_by_text("orientation/").count() or page.get_by_text("probe/").count()
    assert rows(home / "corpus.duckdb") == rows(other / "corpus.duckdb")


def _wait_until(condition, seconds: float = 400) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(1)
