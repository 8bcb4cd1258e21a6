"""What the corpus tells of a document that the document alone does not."""

from pathlib import Path

import pytest

from ocr.documents import Field, to_table
from ocr_assets_tests.resources.test_warehouse import answer, documents, field, of, record
from resources.collect import RECORDS
from resources.warehouse import build


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import pyarrow as pa

    path = tmp_path_factory.mktemp("corpus") / "corpus.duckdb"
    keys = [f"a-{n}" for n in range(8)]
    tables = []
    for n, key in enumerate(keys):
        number = "RE-1" if n < 2 else f"RE-{n}"
        gross = "9000.00" if n == 7 else f"{100 + n}.00"
        rows = [field("invoice_number", number), field("seller", "Ash Ltd."), field("gross_total", gross)]
        tables.append(of(key, to_table(Field, rows)))
    rows = [{"document": key, "name": f"{key}.pdf", "type": "invoice"} for key in keys]
    records = pa.Table.from_pylist([record(key, "invoice") for key in keys], schema=RECORDS)
    build(path, documents(*rows), {"fields": tables, "records": [records]})
    return path


def test_one_number_twice_from_one_seller_is_a_duplicate(corpus: Path) -> None:
    found = answer(corpus, "SELECT document, field, others FROM duplicates")
    assert found == [("a-0", "invoice_number", ["a-1"]), ("a-1", "invoice_number", ["a-0"])]


def test_an_amount_far_from_what_its_seller_asks_is_an_outlier(corpus: Path) -> None:
    assert answer(corpus, "SELECT document, field FROM outliers") == [("a-7", "gross_total")]


def test_the_review_lists_what_speaks_against_a_field_most_urgent_first(corpus: Path) -> None:
    found = answer(corpus, "SELECT document, field, why FROM review")
    assert {(d, f) for d, f, _ in found} == {
        ("a-0", "invoice_number"),
        ("a-1", "invoice_number"),
        ("a-7", "gross_total"),
    }
    assert found[0][2] == ["duplicate"]
