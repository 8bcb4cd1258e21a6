"""Takes the README's screenshots: Dagster's pages for a home that has been read.

uv run ocr-assets demo && uv run python docs/screenshots.py
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests' browser helpers are not installed

from ocr_assets_tests.end_to_end.browser import GROUP, opened, served
from resources.ledger import Ledger
from resources.settings import home, load_settings

IMAGES = Path(__file__).parent / "images"
SETTLE = 4_000  # milliseconds for the graph to be laid out


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    documents = Ledger(load_settings().ledger_url).documents()
    skewed = next(d.document for d in documents if "skewed" in d.name)
    invoice = next(d.document for d in documents if d.name.startswith("invoice_en_scan"))
    with served(home()) as address:
        for name, path in {
            "lineage": GROUP,
            "pages": f"/assets/pages?view=partitions&partition={skewed}",
            "records": f"/assets/records?view=partitions&partition={invoice}",
        }.items():
            with opened(address, path) as page:
                page.wait_for_timeout(SETTLE)
                if name == "pages":
                    page.get_by_text("Show Markdown").first.click()
                    page.get_by_alt_text("first page").wait_for()
                if name == "records":
                    page.get_by_text("field_table").scroll_into_view_if_needed()
                page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
