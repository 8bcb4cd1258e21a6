from __future__ import annotations

import json
import math
import os
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.documents import Chunk, to_table
from ocr.errors import EngineError
from ocr_assets_tests.resources.test_warehouse import documents
from resources.lake.outputs import with_vectors
from resources.warehouse import CorpusMissing, build, search
from resources.warehouse.index import K1, B
from resources.warehouse.snippets import snippet
from resources.warehouse.terms import WORD, terms

DATA = Path(os.environ.get("OCR_EVALUATION_DATA", Path(__file__).parents[3] / "shared" / "data")) / "sem_cranfield"

PASSAGES = {
    "lease-1": ("Rent", "The tenant shall pay the rent of 1.234,56 EUR on the first day of each month."),
    "lease-2": ("Termination", "The lease may be terminated by either party with three months' notice."),
    "invoice-1": ("", "Invoice RE-2026-0815 of Müller GmbH. Terms of payment: net 30 days."),
    "receipt-1": ("", "Coffee 2,80 Cake 3,50 Thank you for your visit «Café Straße»"),
}
VECTORS = np.eye(4, 8, dtype=np.float32)


def passages(document: str, rows: list[tuple[str, str]], vectors: np.ndarray) -> pa.Table:
    chunks = [Chunk(n, n + 1, heading, text, 1, 2, 3, 4, 0.9) for n, (heading, text) in enumerate(rows)]
    table = with_vectors(to_table(Chunk, chunks), vectors)
    return table.add_column(0, "document", pa.array([document] * len(rows), pa.string()))


def corpus_of(path: Path, texts: dict[str, tuple[str, str]], vectors: np.ndarray) -> Path:
    rows = [{"document": key, "name": f"{key}.pdf", "type": key.split("-")[0]} for key in texts]
    tables = [passages(key, [row], vectors[i : i + 1]) for i, (key, row) in enumerate(texts.items())]
    build(path, documents(*rows), {"chunks": [pa.concat_tables(tables)]})
    return path


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus_of(tmp_path_factory.mktemp("corpus") / "corpus.duckdb", PASSAGES, VECTORS)


def found(corpus: Path, query: str, vector: np.ndarray | None = None, limit: int = 10) -> list[str]:
    return [hit.document for hit in search(corpus, query, vector, limit)]


def test_a_hit_says_where_it_is_and_how_each_ranker_placed_it(corpus: Path) -> None:
    first, *others = search(corpus, "terms of payment", VECTORS[2], 10)
    assert (first.document, first.name, first.type, first.page) == ("invoice-1", "invoice-1.pdf", "invoice", 1)
    assert (first.x0, first.y0, first.x1, first.y1) == (1, 2, 3, 4)
    assert (first.word_rank, first.vector_rank) == (1, 1)
    assert first.score == pytest.approx(2 / 61)
    assert "«Terms» «of» «payment»: net 30 days." in first.snippet
    assert [hit.score for hit in others] == sorted((hit.score for hit in others), reverse=True)


@pytest.mark.parametrize(
    ("query", "document"),
    [
        ("muller", "invoice-1"),
        ("MÜLLER", "invoice-1"),
        ("cafe strasse", "receipt-1"),
        ("1234.56", "lease-1"),
        ("1,234.56", "lease-1"),
        ("RE-2026-0815", "invoice-1"),
        ("termination", "lease-2"),
        ("terminat", "lease-2"),
        ("tenent", "lease-1"),
        ("paymnet", "invoice-1"),
    ],
)
def test_words_are_found_however_they_are_written(corpus: Path, query: str, document: str) -> None:
    assert found(corpus, query)[0] == document


def test_without_a_vector_only_words_count(corpus: Path) -> None:
    (only,) = search(corpus, "coffee", None, 10)
    assert (only.document, only.word_rank, only.vector_rank) == ("receipt-1", 1, None)
    assert found(corpus, "zebra") == []


def test_a_vector_alone_finds_by_nearness(corpus: Path) -> None:
    near = VECTORS[3] * 0.8 + VECTORS[1] * 0.6
    assert found(corpus, "", near, limit=2) == ["receipt-1", "lease-2"]


def test_a_type_keeps_to_documents_of_it(corpus: Path) -> None:
    assert {hit.document for hit in search(corpus, "of the", VECTORS[2], 10, "lease")} == {"lease-1", "lease-2"}
    assert search(corpus, "of the", VECTORS[2], 10, "no'such") == []


@pytest.mark.parametrize(
    "query", ["", " ", "'", '"; DROP TABLE chunks; --', "%", "_", "100%", "🚀", "\x00", "\ud800", "*"]
)
def test_odd_queries_find_nothing_or_something_but_never_fail(corpus: Path, query: str) -> None:
    search(corpus, query, None, 10)


@settings(max_examples=40, deadline=None)
@given(st.text())
def test_any_query_can_be_asked(corpus: Path, query: str) -> None:
    assert len(search(corpus, query, VECTORS[0], 3)) == 3


def test_a_whole_page_can_be_asked_and_no_limit_gives_no_hits(corpus: Path) -> None:
    assert found(corpus, "rent tenant payment " + " ".join(f"unknown{n}" for n in range(5000)))
    assert found(corpus, "rent", VECTORS[0], limit=0) == []


def test_a_query_by_another_model_is_refused(corpus: Path) -> None:
    with pytest.raises(EngineError, match="different models"):
        search(corpus, "rent", np.ones(5, dtype=np.float32), 10)


def test_a_corpus_without_chunks_answers_nothing(tmp_path: Path) -> None:
    build(tmp_path / "corpus.duckdb", documents(), {"chunks": [passages("a", [], np.zeros((0, 0)))]})
    assert found(tmp_path / "corpus.duckdb", "rent", VECTORS[0]) == []
    with pytest.raises(CorpusMissing):
        search(tmp_path / "none.duckdb", "rent", None, 10)


def test_vectors_of_another_model_are_left_out_and_their_words_are_found(tmp_path: Path) -> None:
    tables = [passages("a", [("", "alpha")], VECTORS[:1]), passages("b", [("", "beta")], np.ones((1, 3)))]
    rows = [{"document": "a", "name": "a"}, {"document": "b", "name": "b"}]
    build(tmp_path / "corpus.duckdb", documents(*rows), {"chunks": tables})
    assert found(tmp_path / "corpus.duckdb", "", VECTORS[0]) == ["a"]
    assert found(tmp_path / "corpus.duckdb", "beta") == ["b"]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["rent", "lease", "pay", "day"]), min_size=1), min_size=1, max_size=8))
def test_the_index_ranks_as_bm25_counted_by_hand(tmp_path_factory: pytest.TempPathFactory, texts) -> None:
    path = tmp_path_factory.mktemp("bm25") / "corpus.duckdb"
    corpus_of(path, {f"d-{n}": ("", " ".join(words)) for n, words in enumerate(texts)}, np.ones((len(texts), 2)))
    mean = sum(map(len, texts)) / len(texts)
    scores: dict[str, float] = {}
    for n, words in enumerate(texts):
        for term in ("rent", "pay"):
            count, holding = Counter(words)[term], sum(term in other for other in texts)
            rarity = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
            weight = rarity * count * (K1 + 1) / (count + K1 * (1 - B + B * len(words) / mean))
            if count:
                scores[f"d-{n}"] = scores.get(f"d-{n}", 0) + weight
    ranked = found(path, "rent pay")
    assert set(ranked) == set(scores)
    by_rank = [scores[document] for document in ranked]
    assert all(better >= worse - 1e-5 for better, worse in pairwise(by_rank))


@given(st.text())
def test_terms_of_terms_are_the_same_terms(text: str) -> None:
    once = terms(text)
    assert terms(" ".join(once)) == once
    assert terms(text.upper().lower()) == terms(text.lower()) or not text.isascii()


@given(st.text(alphabet="ab «»1.é\u0301\n", max_size=600), st.sampled_from(["a", "ab", "b"]))
def test_a_snippet_is_a_stretch_of_the_text_with_its_words_marked(text: str, word: str) -> None:
    shown = snippet(text, {word: 1.0})
    plain = shown.replace("«", "").replace("»", "").removeprefix("… ").removesuffix(" …")
    assert plain.strip() in text.replace("«", '"').replace("»", '"').replace("\n", " ")
    assert shown.count("«") == shown.count("»")
    assert ("«" in shown) == any(word in terms(match.group()) for match in WORD.finditer(text))


def test_a_snippet_is_taken_where_the_words_are() -> None:
    text = "filler " * 100 + "the notice period is three months. " + "filler " * 100
    shown = snippet(text, {"notice": 2.0, "period": 2.0})
    assert "«notice» «period» is three months" in shown
    assert shown.startswith("… ") and shown.endswith(" …")
    assert len(shown) < 300


@pytest.mark.skipif(not DATA.is_dir(), reason="the evaluation data is not here (OCR_EVALUATION_DATA)")
def test_words_alone_rank_abstracts_as_well_as_bm25_is_known_to(tmp_path: Path) -> None:
    entries = [json.loads(line) for line in (DATA / "corpus.jsonl").read_text().splitlines()]
    texts = {entry["_id"]: ("", entry["text"]) for entry in entries}
    corpus = corpus_of(tmp_path / "corpus.duckdb", texts, np.ones((len(texts), 2)))
    relevant: dict[str, set[str]] = defaultdict(set)
    for line in (DATA / "qrels.tsv").read_text().splitlines()[1:]:
        query, document, judgement = line.split("\t")
        if int(judgement) > 0:
            relevant[query].add(document)
    queries = {e["_id"]: e["text"] for e in map(json.loads, (DATA / "queries.jsonl").read_text().splitlines())}
    scores = []
    for number in list(queries)[:30]:
        ranked = found(corpus, queries[number])
        gain = sum(1 / math.log2(rank + 2) for rank, document in enumerate(ranked) if document in relevant[number])
        scores.append(gain / sum(1 / math.log2(rank + 2) for rank in range(min(10, len(relevant[number])))))
    assert np.mean(scores) > 0.3
