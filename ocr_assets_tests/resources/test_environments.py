from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from ocr_assets.assets.evaluation import evaluation_asset
from ocr_assets.checks.environments import test_documents_judged as judged_tests
from ocr_assets.cli import app
from ocr_assets.intake import register_files
from ocr_assets_tests.resources import made_stages
from ocr_assets_tests.resources.made_stages import add, know, read_all, receipt
from partitions import document_key
from resources.collect import collect
from resources.evaluations.environments import by_day, judge, of_environment
from resources.evaluations.kept import keep
from resources.evaluations.measures import Row, measure
from resources.lake import Lake
from resources.ledger import Ledger, schema
from resources.review.queue import to_review
from resources.scores import score_documents
from resources.settings import load_settings
from resources.stores import LakeResource, LedgerResource
from resources.warehouse import build, connect
from resources.warehouse import search as search_corpus

LIVE = [receipt(number) for number in range(6)]
TEST = [*LIVE[:3], *(receipt(number) for number in range(100, 102)), "broken test"]
"""Three of them are the very bytes of live documents."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Six live and six test documents, arriving in turn, read and published."""
    home = tmp_path_factory.mktemp("home")
    ledger, lake = stores(home)
    keys: list[str] = []
    for live, test in zip(LIVE, TEST, strict=True):
        keys += add(home / "files", ledger, [live])
        keys += add(home / "files", ledger, [test], environment="test")
        know(live, home / "ground_truth")
        if not test.startswith("broken"):
            know(test, home / "ground_truth")
    assert len(keys) == 12
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCR_HOME", str(home))
        made_stages.use(patch)
        read_all(keys, lake, ledger)
        keep(lake, measure(score_documents(ledger, lake, [home / "ground_truth"]), lambda judged: False))
        collected = collect(ledger, lake, lambda document, record: record)
        build(home / "corpus.duckdb", collected.documents, collected.parts)
        yield home


def stores(home: Path) -> tuple[Ledger, Lake]:
    return Ledger(f"sqlite:///{home / 'ledger.db'}"), Lake(str(home / "lake"))


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output


def test_test_documents_are_nowhere_but_where_they_are_asked_for(home: Path) -> None:
    ledger, _ = stores(home)
    test = {d.document for d in ledger.documents() if d.environment == "test"}
    assert len(test) == 6 and all(key.startswith("test-") for key in test)
    with connect(home / "corpus.duckdb") as corpus:
        found = corpus.execute("SELECT table_name FROM duckdb_columns() WHERE column_name = 'document'").fetchall()
        for (name,) in found:
            there = corpus.execute(f'SELECT count(*) FROM "{name}" WHERE document LIKE $1', ["test-%"]).fetchone()
            assert there == (0,), name
        assert corpus.execute("SELECT count(*) FROM documents").fetchone() == (6,)
        assert corpus.execute("SELECT DISTINCT environment FROM evaluations").fetchall() == [("live",)]
        assert corpus.execute("SELECT count(*) FROM duplicates").fetchone() == (0,)
    hits = search_corpus(home / "corpus.duckdb", "thank you for coming by", None, 50, None)
    assert len(hits) == 6 and not test & {hit.document for hit in hits}
    assert not test & {look.document for look in to_review(home / "corpus.duckdb")}
    assert ledger.rejected("live") == []


def test_status_and_scores_speak_of_live_documents_unless_they_are_asked_for_test_ones(home: Path) -> None:
    assert '"read": 6' in said("status", "--json") and "test-" not in said("status", "--json", "--all")
    assert '"rejected": 1' in said("status", "--json", "--environment", "test")
    assert said("eval", "--json").count('"document":') == 6 and "test-" not in said("eval", "--json")
    assert said("eval", "--json", "--environment", "test").count('"document": "test-') == 5
    assert "live or test" in CliRunner().invoke(app, ["eval", "--environment", "prod"]).stderr


def test_a_test_document_is_shown_by_its_key_alone(home: Path) -> None:
    ledger, _ = stores(home)
    (of_both,) = (d for d in ledger.documents() if d.environment == "live" and d.name == ledger.documents()[0].name)
    assert f'"document": "{of_both.document}"' in said("show", of_both.name, "--json")
    test = next(d for d in ledger.documents() if d.environment == "test")
    assert f'"document": "{test.document}"' in said("show", test.document, "--json")


def test_scores_are_told_by_environment_and_by_day(home: Path) -> None:
    ledger, lake = stores(home)
    rows = measure(score_documents(ledger, lake, [home / "ground_truth"]), lambda judged: False)
    day = ledger.documents()[0].received_at[:10]
    daily = {(one.environment, one.day): one for one in by_day(rows) if one.measure == "character_errors"}
    assert {place: one.documents for place, one in daily.items()} == {("live", day): 6, ("test", day): 5}


def test_the_evaluation_shows_both_environments_and_its_gate_counts_live_documents_alone(home: Path) -> None:
    ledger, lake = stores(home)
    resources = {"lake": LakeResource(url=str(lake.root)), "ledger": LedgerResource(url=str(ledger.engine.url))}
    result = dg.materialize([evaluation_asset(load_settings())], resources=resources)
    (shown,) = (one.metadata for one in result.asset_materializations_for_node("evaluation"))
    assert (shown["documents_with_truth"].value, shown["test_documents_with_truth"].value) == (6, 5)
    day = ledger.documents()[0].received_at[:10]
    assert f"| {day} | test | 5 |" in str(shown["by_day"].value) and f"| {day} | live | 6 |" in str(
        shown["by_day"].value
    )
    assert "![by day received]" in str(shown["days"].value)
    checks = {one.check_name: one for one in result.get_asset_check_evaluations()}
    assert checks["accuracy_gate"].metadata["judged"].value == 6
    assert checks["test_documents"].metadata["judged"].value == 5


def row(document: str, errors: float, environment: str) -> Row:
    of = (document, document, environment, "a", "receipt", "good", "text", "character_errors", errors, 100.0)
    return Row(*of, "text/1", "truth", "2026-11-21")


def test_live_and_test_documents_are_judged_apart() -> None:
    before = [row(f"{e}{i}", 1.0, e) for e in ("live", "test") for i in range(20)]
    after = [replace(r, numerator=9.0) if r.environment == "test" else r for r in before]
    live, test = (
        judge(of_environment(before, one), of_environment(after, one), set(), 0.02, 0.002) for one in ("live", "test")
    )
    assert live.lost == [] and len(test.lost) == 1
    result = judged_tests(20, test)
    assert not result.passed and "test0 (0.010 → 0.090)" in (result.description or "")
    assert judged_tests(20, live).passed


def test_the_same_file_is_a_live_and_a_test_document_and_each_is_recognised_again(tmp_path: Path) -> None:
    ledger, _ = stores(tmp_path)
    file = tmp_path / "a.txt"
    file.write_text("one")
    live = register_files([file], ledger).new
    test = register_files([file], ledger, environment="test").new
    assert test == [f"test-{live[0]}"]
    for environment in ("live", "test"):
        again = register_files([file], ledger, environment=environment)
        assert (again.new, again.known) == ([], 1)
    file.write_text("other bytes")
    register_files([file], ledger, environment="test")
    assert [d.superseded_by is None for d in ledger.documents()] == [True, False, True]


def test_no_live_key_looks_like_one_of_a_test_document() -> None:
    sha = "0123456789ab" * 6
    assert document_key("test.pdf", sha) == "live-test-pdf-0123456789ab"
    assert document_key("pdf", sha, "test") == "test-pdf-0123456789ab"
    assert document_key("Testament.pdf", sha) == "testament-pdf-0123456789ab"


def test_a_ledger_in_which_content_was_unique_takes_the_same_bytes_as_a_test_document(ledger: Ledger) -> None:
    url = ledger.engine.url.render_as_string(hide_password=False)
    schema.metadata.drop_all(ledger.engine)
    old = sa.MetaData()
    kept = [c for c in schema.documents.columns if c.name not in ("variant", "asked_by", "batch", "tries")]
    columns = [sa.Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable) for c in kept]
    table = sa.Table("documents", old, *columns, sa.UniqueConstraint("sha256"))
    old.create_all(ledger.engine)
    texts = ("document", "name", "uri", "collection", "received_at")
    values = {name: name for name in texts} | {"sha256": "aa", "size": 1, "environment": "live"}
    with ledger.transaction() as connection:
        connection.execute(table.insert().values(values))
    grown = Ledger(url)
    (document,) = grown.documents()
    assert (document.document, document.sha256) == ("document", "aa")
    with grown.transaction() as connection:
        connection.execute(schema.documents.insert().values(values | {"document": "test-x", "environment": "test"}))
    assert [d.document for d in grown.documents()] == ["document", "test-x"]
    names = {index["name"] for index in sa.inspect(grown.engine).get_indexes("documents")}
    assert names >= {index.name for index in schema.documents.indexes}
    grown.engine.dispose()
