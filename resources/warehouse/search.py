"""Hybrid search: by words (BM25) and by meaning (exact cosine), fused by reciprocal rank (Cormack et al. 2009)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ocr.errors import EngineError
from resources.warehouse.corpus import connect
from resources.warehouse.snippets import snippet
from resources.warehouse.terms import terms

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DEPTH = 200  # chunks each ranker hands to the fusion
FUSION = 60  # as in the paper: how little the first places count above the next
MOST_WORDS = 64  # of a query; a pasted page is cut
MOST_UNKNOWN = 4  # words of a query looked up as prefixes or misreadings: each reads the whole vocabulary
MOST_LIKE = 8  # words taken in place of an unknown one
SHORTEST = 4  # letters of an unknown word below which everything is like it
LIKENESS = 0.5  # what a word that is only like it counts


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage: box in pixels of the upright page, `score` of the fusion, ranks from 1 (None: not found that way)."""

    document: str
    name: str
    type: str | None
    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    heading: str
    snippet: str
    score: float
    word_rank: int | None
    vector_rank: int | None


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of the index to look for; `share` is what its postings count, `rarity` what it adds to a snippet."""

    id: int
    term: str
    share: float
    rarity: float


def search(path: Path, query: str, vector: np.ndarray | None, limit: int, type: str | None = None) -> list[Hit]:
    """Passages of the corpus at `path`, best first: by the words of `query` and by `vector`, its unit vector, if given.

    `type` keeps to documents of one type. Raises `CorpusMissing`, and `EngineError` where `vector` has another length
    than the corpus's.
    """
    with connect(path) as connection:
        wanted = _wanted(connection, query)
        by_words = _by_words(connection, wanted, type)
        by_vector = [] if vector is None else _by_vector(connection, vector, type)
        fused = _fused(by_words, by_vector)[: max(limit, 0)]
        passages = _passages(connection, [chunk for chunk, _ in fused])
    rarity = {term.term: term.rarity for term in wanted}
    word_rank = {chunk: rank for rank, chunk in enumerate(by_words, 1)}
    vector_rank = {chunk: rank for rank, chunk in enumerate(by_vector, 1)}
    return [
        Hit(
            **{name: value for name, value in passages[chunk].items() if name not in ("id", "text")},
            snippet=snippet(passages[chunk]["text"], rarity),
            score=score,
            word_rank=word_rank.get(chunk),
            vector_rank=vector_rank.get(chunk),
        )
        for chunk, score in fused
    ]


def _wanted(connection: DuckDBPyConnection, query: str) -> list[_Term]:
    """The query's words that the index has; for one that it has not, words that begin so or differ in one letter."""
    words = list(dict.fromkeys(terms(query)))[:MOST_WORDS]
    known = connection.execute(
        f"SELECT id, term, {_RARITY} FROM search_index.terms WHERE term IN (SELECT unnest(?::VARCHAR[]))", [words]
    ).fetchall()
    wanted = {term: _Term(id, term, 1.0, rarity) for id, term, rarity in known}
    unknown = [word for word in words if word not in wanted and len(word) >= SHORTEST]
    for word in unknown[:MOST_UNKNOWN]:
        for id, term, rarity in connection.execute(_LIKE, {"word": word}).fetchall():
            wanted.setdefault(term, _Term(id, term, LIKENESS, LIKENESS * rarity))
    return list(wanted.values())


_RARITY = "ln(1 + (SELECT count(*) FROM chunks) / chunks)"
_LIKE = f"""
SELECT id, term, {_RARITY} FROM search_index.terms
WHERE starts_with(term, $word)
   OR (length(term) BETWEEN length($word) - 1 AND length($word) + 1 AND damerau_levenshtein(term, $word) = 1)
ORDER BY chunks DESC, term LIMIT {MOST_LIKE}
"""
_OF_TYPE = "IN (SELECT c.id FROM chunks c JOIN documents d USING (document) WHERE d.type = $type)"


def _by_words(connection: DuckDBPyConnection, wanted: Sequence[_Term], type: str | None) -> list[int]:
    if not wanted:
        return []
    # Numbers written out, not joined: so DuckDB skips the blocks of postings that hold none of them.
    listed = ", ".join(str(term.id) for term in wanted)
    shares = " ".join(f"WHEN {term.id} THEN {term.share}" for term in wanted if term.share != 1.0)
    weight = f"weight * CASE term {shares} ELSE 1 END" if shares else "weight"
    of_type = f"AND chunk {_OF_TYPE}" if type is not None else ""
    rows = connection.execute(
        f"SELECT chunk FROM search_index.postings WHERE term IN ({listed}) {of_type} "
        f"GROUP BY chunk ORDER BY sum({weight}) DESC, chunk LIMIT {DEPTH}",
        {"type": type} if type is not None else None,
    ).fetchall()
    return [chunk for (chunk,) in rows]


def _by_vector(connection: DuckDBPyConnection, vector: np.ndarray, type: str | None) -> list[int]:
    dimension = _dimension(connection)
    if dimension is None:
        return []
    if vector.shape != (dimension,):
        raise EngineError(
            f"the corpus holds vectors of {dimension} numbers and the query has {vector.size}: they are of different "
            "models; `ocr-assets run` makes the corpus again with the model of `[embeddings] model`"
        )
    of_type = f"AND id {_OF_TYPE}" if type is not None else ""
    rows = connection.execute(
        "SELECT id FROM chunks WHERE vector IS NOT NULL "
        f"{of_type} ORDER BY array_inner_product(vector, $vector::FLOAT[{dimension}]) DESC, id LIMIT {DEPTH}",
        {"vector": vector.tolist()} | ({"type": type} if type is not None else {}),
    ).fetchall()
    return [chunk for (chunk,) in rows]


def _dimension(connection: DuckDBPyConnection) -> int | None:
    """The length of the corpus's vectors; None where it has none."""
    row = connection.execute(
        "SELECT data_type FROM duckdb_columns() WHERE table_name = 'chunks' AND column_name = 'vector'"
    ).fetchone()
    fixed = re.fullmatch(r"FLOAT\[(\d+)\]", row[0]) if row else None
    return int(fixed[1]) if fixed else None


def _fused(by_words: Sequence[int], by_vector: Sequence[int]) -> list[tuple[int, float]]:
    """Chunks with their score, best first; of equals, those found by words first."""
    scores: dict[int, float] = {}
    for ranking in (by_words, by_vector):
        for rank, chunk in enumerate(ranking, 1):
            scores[chunk] = scores.get(chunk, 0.0) + 1 / (FUSION + rank)
    return sorted(scores.items(), key=lambda item: -item[1])


def _passages(connection: DuckDBPyConnection, chunks: Sequence[int]) -> dict[int, dict[str, Any]]:
    if not chunks:
        return {}
    listed = ", ".join(map(str, chunks))
    result = connection.execute(
        "SELECT c.id, c.document, d.name, d.type, c.page, c.x0, c.y0, c.x1, c.y1, c.heading, c.text "
        f"FROM chunks c JOIN documents d USING (document) WHERE c.id IN ({listed})"
    )
    columns = [column[0] for column in result.description or []]
    return {row[0]: dict(zip(columns, row, strict=True)) for row in result.fetchall()}
