"""A corpus that is gone on with holds what one written whole would, whatever happened since."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.settings import EmbeddingsSettings, ReadingSettings
from ocr_assets.intake import register_files
from ocr_assets_tests.resources import made_stages
from ocr_assets_tests.resources.made_stages import add, read_all, receipt
from ocr_assets_tests.resources.test_warehouse import documents as document_rows
from ocr_assets_tests.resources.test_warehouse_search import passages
from resources.evaluations.kept import keep
from resources.lake import Lake
from resources.ledger import Ledger
from resources.publishing import Published, publish
from resources.review.answers import answer
from resources.settings import load_settings
from resources.warehouse import MustBeWhole, build, connect, contents, search, update
from resources.warehouse.tables import COLUMNS

INDEX = """
SELECT t.term, t.chunks, c.document, c.number, p.occurrences, p.weight
FROM search_index.postings p JOIN search_index.terms t ON t.id = p.term JOIN chunks c ON c.id = p.chunk
"""
VIEWS = ("receipts", "needs_review", "review", "duplicates")

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module", autouse=True)
def stages() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        made_stages.use(patch)
        yield


class Archive:
    """A home, and how its documents come to change."""

    def __init__(self, home: Path) -> None:
        os.environ["OCR_HOME"] = str(home)
        self.home, self.corpus = home, home / "corpus.duckdb"
        self.ledger, self.lake = Ledger(f"sqlite:///{home / 'ledger.db'}"), Lake(str(home / "lake"))
        self.number = 0

    def publish(self, path: Path, *, whole: bool = False) -> Published:
        return publish(path, self.ledger, self.lake, load_settings(), whole=whole)

    def read(self, texts: list[str], environment: str = "live", tokens: int = 0) -> None:
        keys = add(self.home / "files", self.ledger, texts, environment)
        embeddings = EmbeddingsSettings(chunk_tokens=tokens) if tokens else EmbeddingsSettings()
        read_all(keys, self.lake, self.ledger, ReadingSettings(embeddings=embeddings))

    def take(self, step: str) -> None:
        self.number += 1
        there = [d for d in self.ledger.documents() if d.superseded_by is None]
        match step:
            case "receipt":
                self.read([receipt(self.number)])
            case "same total":
                self.read([f"Shop {self.number}\ntotal 7.50"])
            case "broken":
                self.read([f"broken {self.number}"])
            case "test":
                self.read([receipt(self.number)], "test")
            case "on its way":
                add(self.home / "files", self.ledger, [receipt(self.number)])
            case "read again" if there:
                one = there[self.number % len(there)].document
                other = ReadingSettings(embeddings=EmbeddingsSettings(chunk_tokens=100 + self.number))
                read_all([one], self.lake, self.ledger, other)
            case "replace" if there:
                file = Path(there[self.number % len(there)].uri.removeprefix("file://"))
                file.write_text(receipt(1000 + self.number))
                read_all(register_files([file], self.ledger).new, self.lake, self.ledger)
            case "forget":
                self.ledger.forget_rejections()
            case "review" if there:
                one = there[self.number % len(there)]
                answer(one.sha256, one.name, "total", f"{self.number}.00", "me", self.home / "ground_truth")
            case "evaluate":
                keep(self.lake, [])


def rows_of(path: Path) -> Rows:
    """Everything in a corpus, without the numbers of passages."""
    with connect(path) as connection:
        found = {
            noun: connection.execute(f'SELECT {"* EXCLUDE id" if noun == "chunks" else "*"} FROM "{noun}"').fetchall()
            for noun in (*COLUMNS, *VIEWS)
        }
        found["index"] = connection.execute(INDEX).fetchall()
        found["types"] = connection.execute(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = 'main'"
        ).fetchall()
    return {noun: sorted(rows, key=repr) for noun, rows in found.items()}


STEPS = ["receipt", "same total", "broken", "test", "on its way", "read again", "replace", "forget", "review"]


@given(st.lists(st.lists(st.sampled_from([*STEPS, "evaluate"]), min_size=1, max_size=3), min_size=2, max_size=3))
@settings(max_examples=4, deadline=None)
def test_a_corpus_gone_on_with_is_the_corpus_written_whole(rounds: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        archive = Archive(Path(folder))
        archive.read([receipt(500), receipt(501)])
        for number, steps in enumerate(rounds):
            for step in steps:
                archive.take(step)
            made = archive.publish(archive.corpus)
            assert made.whole == (number == 0) and made.counts["documents"] == made.settled
            archive.publish(archive.home / "whole.duckdb", whole=True)
            assert rows_of(archive.corpus) == rows_of(archive.home / "whole.duckdb")
        archive.ledger.engine.dispose()


def test_only_what_changed_is_written_and_searched_for_as_before(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.read([receipt(number) for number in range(5)])
    assert archive.publish(archive.corpus).written == 5
    archive.read([receipt(77)])
    made = archive.publish(archive.corpus)
    assert (made.written, made.whole, made.counts["documents"]) == (1, False, 6)
    assert archive.publish(archive.corpus).written == 0
    (hit,) = search(archive.corpus, "77", None, 5)
    assert "77" in hit.snippet and len(search(archive.corpus, "thank", None, 9)) == 6


def test_a_corpus_made_otherwise_or_written_to_is_written_whole(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.read([receipt(1)])
    archive.publish(archive.corpus)
    with connect(archive.corpus, read_only=False) as connection:
        connection.execute("UPDATE build.head SET made_by = 'another version'")
    assert contents(archive.corpus) is None and archive.publish(archive.corpus).whole
    archive.corpus.with_name("corpus.duckdb.wal").write_bytes(b"left by someone")
    assert contents(archive.corpus) is None
    archive.corpus.write_bytes(b"no corpus")
    assert archive.publish(archive.corpus).whole and len(rows_of(archive.corpus)["documents"]) == 1


def test_vectors_of_another_length_and_another_builders_corpus_ask_for_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "corpus.duckdb"
    first, other = passages("a", [("", "one")], np.ones((1, 2))), passages("b", [("", "two")], np.ones((1, 3)))
    build(path, document_rows({"document": "a"}), {"chunks": [first]}, {"a": "1"})
    base = contents(path)
    assert base is not None and base.digests == {"a": "1"}
    with pytest.raises(MustBeWhole, match="two models"):
        update(path, base, set(), document_rows({"document": "b"}), {"chunks": [other]}, {"a": "1", "b": "1"})
    assert contents(path) == base
    update(path, base, {"a"}, document_rows({"document": "b"}), {"chunks": [other]}, {"b": "1"})
    assert len(rows_of(path)["documents"]) == 1
    empty: pa.Table = document_rows()
    with pytest.raises(MustBeWhole, match="meanwhile"):
        update(path, base, set(), empty, {}, {})
