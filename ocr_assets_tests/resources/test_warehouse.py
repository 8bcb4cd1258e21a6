from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ocr.documents import Chunk, Field, Page, Rejection, Violation, schema, to_table
from ocr.extraction.doctype import registry
from resources.collect import DOCUMENTS, RECORDS
from resources.warehouse import CorpusMissing, build, connect
from resources.warehouse.tables import COLUMNS


def documents(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([{"status": "read", "environment": "live"} | row for row in rows], schema=DOCUMENTS)


def of(document: str, rows: pa.Table) -> pa.Table:
    return rows.add_column(0, "document", pa.array([document] * rows.num_rows, pa.string()))


def field(name: str, value: str, status: str = "valid", confidence: float = 0.9, group: int | None = None) -> Field:
    return Field(name, value, value, confidence, 1, 0, 0, 1, 1, "rule", status, [], group)


def record(document: str, type: str, status: str = "valid") -> dict[str, Any]:
    return {"document": document, "type": type, "type_confidence": 0.9, "language": "en", "status": status}


def answer(path: Path, query: str) -> list[tuple[Any, ...]]:
    with connect(path) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.duckdb"
    invoice = [
        field("invoice_number", "RE-1"),
        field("issue_date", "2026-03-01"),
        field("gross_total", "119.00", "needs_review", 0.4),
        field("net_total", "a hundred", "rejected", 0.2),
        field("seller", "Wrong Ltd", confidence=0.3),
        field("seller", "Right Ltd", confidence=0.8),
        field("description", "Apples", group=0),
        field("amount", "19.00", group=0),
        field("description", "Pears", group=1),
    ]
    receipt = [field("company", "Shop"), field("total", "5.00")]
    parts = {
        "pages": [of("a-1", to_table(Page, [Page(1, 100, 200, 72.0, 100, 200)]))],
        "fields": [of("a-1", to_table(Field, invoice)), of("b-2", to_table(Field, receipt))],
        "violations": [
            of("a-1", to_table(Violation, [Violation("required", "error", "no due date", "due_date")])),
            of("b-2", to_table(Violation, [Violation("sums", "warning", "does not add up", "total")])),
        ],
        "records": [pa.Table.from_pylist([record("a-1", "invoice"), record("b-2", "receipt")], schema=RECORDS)],
        "rejections": [of("c-3", to_table(Rejection, [Rejection("raw_document", "broken", "is broken", "repair it")]))],
    }
    rows = [
        {"document": "a-1", "name": "a.pdf", "type": "invoice", "received_at": "2026-11-21T10:00:00+00:00"},
        {"document": "b-2", "name": "b.pdf", "type": "receipt"},
        {"document": "c-3", "name": "c.pdf", "status": "rejected"},
    ]
    counts = build(path, documents(*rows), parts)
    assert counts["documents"] == 3
    assert counts["fields"] == 11
    assert counts["chunks"] == 0
    return path


def test_every_noun_has_a_table_even_when_nothing_came(tmp_path: Path) -> None:
    counts = build(tmp_path / "corpus.duckdb", documents(), {})
    assert counts == dict.fromkeys(COLUMNS, 0)
    names = {name for (name,) in answer(tmp_path / "corpus.duckdb", "SHOW TABLES")}
    assert names == {*COLUMNS, "needs_review", "review", "duplicates", "outliers", "line_items"} | {
        declared.view for declared in registry().values() if declared.fields
    }


def test_columns_are_those_of_the_nouns_with_the_document_first(corpus: Path) -> None:
    columns = [row[0] for row in answer(corpus, "DESCRIBE chunks")]
    assert columns == ["document", *schema(Chunk).names, "vector", "id"]


def test_every_table_view_and_unclear_column_says_what_it_is(corpus: Path) -> None:
    tables = answer(corpus, "SELECT comment FROM duckdb_tables() WHERE schema_name = 'main'")
    views = answer(corpus, "SELECT comment FROM duckdb_views() WHERE NOT internal")
    assert all(comment for (comment,) in tables + views)
    silent = answer(
        corpus,
        "SELECT table_name FROM duckdb_columns() WHERE column_name IN ('document', 'x0') AND comment IS NULL "
        "AND table_name IN (SELECT table_name FROM duckdb_tables())",
    )
    assert silent == []


def test_times_are_utc(corpus: Path) -> None:
    ((when,),) = answer(corpus, "SELECT received_at FROM documents WHERE document = 'a-1'")
    assert when.isoformat() == "2026-11-21T10:00:00"


def test_invoices_are_one_row_each_with_the_surest_values(corpus: Path) -> None:
    rows = answer(
        corpus, "SELECT name, invoice_number, issue_date::VARCHAR, seller, gross_total, net_total FROM invoices"
    )
    assert [(*row[:4], str(row[4]), row[5]) for row in rows] == [
        ("a.pdf", "RE-1", "2026-03-01", "Right Ltd", "119.00", None)
    ]
    assert answer(corpus, "SELECT company, total::VARCHAR FROM receipts") == [("Shop", "5.00")]
    assert answer(corpus, "SELECT item, description, amount::VARCHAR FROM line_items") == [
        (0, "Apples", "19.00"),
        (1, "Pears", None),
    ]


def test_what_needs_review_is_listed_with_the_missing_and_the_least_sure_first(corpus: Path) -> None:
    assert answer(corpus, "SELECT field, status, confidence FROM needs_review") == [
        ("due_date", "missing", None),
        ("net_total", "rejected", 0.2),
        ("gross_total", "needs_review", 0.4),
    ]


def test_what_needs_review_in_line_items_says_in_which(tmp_path: Path) -> None:
    path = tmp_path / "corpus.duckdb"
    fields = [field("amount", "19.00", "needs_review", 0.3, group) for group in (0, 1)]
    broken = Violation("item_multiplies", "warning", "item 2: …", "amount", 1, 0, 0, 1, 1, group=1)
    parts = {
        "fields": [of("a-1", to_table(Field, fields))],
        "violations": [
            of("a-1", to_table(Violation, [broken])),
            # As violations were kept before they knew their line item.
            of("a-2", to_table(Violation, [Violation("sums", "warning", "…", "total")])).drop_columns(["group"]),
        ],
    }
    rows = [{"document": key, "name": f"{key}.pdf", "type": "invoice"} for key in ("a-1", "a-2")]
    build(path, documents(*rows), parts)
    assert answer(path, "SELECT field, item FROM needs_review") == [("amount", 0), ("amount", 1)]
    found = answer(path, "SELECT field, item, why FROM review ORDER BY item NULLS LAST")
    assert found == [
        ("amount", 0, ["uncertain"]),
        ("amount", 1, ["rule item_multiplies", "uncertain"]),
        ("total", None, ["rule sums"]),
    ]


def test_a_reader_keeps_the_old_corpus_and_the_next_one_sees_the_new(corpus: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from resources.warehouse import connect\n"
        "with connect(Path(sys.argv[1])) as c:\n"
        "    print('open', flush=True); sys.stdin.readline()\n"
        "    print(c.execute('SELECT count(*) FROM documents').fetchone()[0])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(corpus)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        build(corpus, documents({"document": "z-9", "name": "z.pdf"}), {})
        assert answer(corpus, "SELECT document FROM documents") == [("z-9",)]
        assert reader.communicate("go\n", timeout=30)[0] == "3\n"


def test_a_failed_build_leaves_the_old_corpus_and_nothing_else(corpus: Path) -> None:
    def failing() -> Iterator[pa.Table]:
        yield of("a-1", to_table(Page, []))
        raise OSError("the lake is down")

    with pytest.raises(OSError, match="the lake is down"):
        build(corpus, documents(), {"pages": failing()})
    assert answer(corpus, "SELECT count(*) FROM documents") == [(3,)]
    assert {p.name for p in corpus.parent.iterdir()} == {"corpus.duckdb", ".corpus.duckdb.lock"}


def test_a_killed_build_leaves_the_old_corpus_and_the_next_one_tidies_up(corpus: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from resources.collect import DOCUMENTS\n"
        "from resources.warehouse import build\n"
        "def kill():\n"
        "    os.kill(os.getpid(), 9); yield\n"
        "build(Path(sys.argv[1]), DOCUMENTS.empty_table(), {'pages': kill()})\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(corpus)], check=False, timeout=60).returncode == -9
    assert (corpus.parent / ".corpus.duckdb.new").exists()
    assert answer(corpus, "SELECT count(*) FROM documents") == [(3,)]
    (corpus.parent / ".corpus.duckdb.new").write_bytes(b"half a page")
    (corpus.parent / ".corpus.duckdb.new.tmp").mkdir()
    build(corpus, documents(), {})
    assert {p.name for p in corpus.parent.iterdir()} == {"corpus.duckdb", ".corpus.duckdb.lock"}


def test_what_someone_left_half_written_is_not_replayed_into_the_new_corpus(corpus: Path) -> None:
    (corpus.parent / "corpus.duckdb.wal").write_bytes(b"of the old file")
    build(corpus, documents(), {})
    assert answer(corpus, "SELECT count(*) FROM documents") == [(0,)]


def test_rows_without_a_newer_column_are_taken_and_unknown_nouns_are_not(tmp_path: Path) -> None:
    old = of("a-1", to_table(Page, [Page(1, 100, 200, 72.0, 100, 200)])).drop_columns(["noise"])
    build(tmp_path / "corpus.duckdb", documents(), {"pages": [old]})
    assert answer(tmp_path / "corpus.duckdb", "SELECT width, noise FROM pages") == [(100, None)]
    with pytest.raises(ValueError, match="poems"):
        build(tmp_path / "corpus.duckdb", documents(), {"poems": []})


def test_no_corpus_says_to_run_first(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing, match="ocr-assets run"):
        connect(tmp_path / "corpus.duckdb")


def test_a_file_that_is_no_corpus_says_so(tmp_path: Path) -> None:
    (tmp_path / "corpus.duckdb").write_text("not a database " * 1000)
    with pytest.raises(CorpusMissing, match="cannot be opened"):
        connect(tmp_path / "corpus.duckdb")


def test_the_corpus_is_opened_for_reading_only(corpus: Path) -> None:
    with connect(corpus) as connection, pytest.raises(duckdb.Error):
        connection.execute("DELETE FROM documents")
