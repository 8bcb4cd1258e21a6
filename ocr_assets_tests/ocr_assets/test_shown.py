"""What `show` and `review list` print of documents that strangers made."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from ocr.documents import Field, Page, Record, Violation, to_table
from ocr.imaging.images import PageImages
from ocr.stages import Reading
from ocr_assets.cli import app
from ocr_assets.cli.document import print_reading
from resources.collect import DOCUMENTS
from resources.ledger import Document
from resources.warehouse import build

TURNED = "RE-\u202e077"
DOUBTED = Field("total", "", TURNED, 0.5, 1, 0, 0, 0, 0, "xml:factur-x.xml", "needs_review", [f"{TURNED} is odd"])

DOCUMENT = Document("a-1", "ab" * 32, "a.pdf", "file:///a.pdf", 1, "", "live", "2026-03-01T00:00:00+00:00", None)


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCR_HOME", str(tmp_path))
    rows = to_table(Field, [DOUBTED])
    known = {"document": "a-1", "name": "a\u2066.pdf", "type": "invoice", "status": "read", "environment": "live"}
    parts = {"fields": [rows.add_column(0, "document", pa.array(["a-1"], pa.string()))]}
    build(tmp_path / "corpus.duckdb", pa.Table.from_pylist([known], schema=DOCUMENTS), parts)


def test_the_list_of_review_turns_no_writing_and_says_what_is_on_no_page(corpus: None) -> None:
    printed = CliRunner().invoke(app, ["review", "list"], env={"COLUMNS": "140"}).stdout
    assert "\u202e" not in printed and "\u2066" not in printed
    assert "RE-\ufffd077" in printed and "a\ufffd.pdf" in printed
    assert "not on a page" in printed and "0 0 0 0" not in printed


def test_a_document_is_shown_without_what_turns_its_writing(capsys: pytest.CaptureFixture[str]) -> None:
    told = Violation("attached_invoice_differs", "warning", f"{TURNED} is not on the page")
    reading = Reading("a-1", "a.pdf", "", "", "", lambda: b"", PageImages(Path()))
    reading.pages = [Page(1, 10, 10, 72, 10, 10, needs_ocr=False)]
    reading.record = Record("invoice", 1.0, "en", [DOUBTED], [told], "needs_review")
    print_reading(DOCUMENT, reading, None)
    printed = capsys.readouterr().out
    assert "\u202e" not in printed and printed.count("\ufffd") == 3
