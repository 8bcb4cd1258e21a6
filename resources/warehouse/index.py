"""The inverted index: which term is in which chunk, and what that is worth by BM25 (Robertson & Zaragoza 2009).

Weights are computed when the index is built, and postings lie sorted by term, so that a query reads only the postings
of its words and adds up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from resources.warehouse.terms import terms

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

K1, B = 1.2, 0.75

CREATE = """
CREATE SCHEMA IF NOT EXISTS search_index;
CREATE TEMP TABLE counted (chunk INTEGER, term VARCHAR, occurrences INTEGER);
"""

TAKE_UP = """
INSERT INTO counted
SELECT p.chunk, t.term, p.occurrences FROM search_index.postings p JOIN search_index.terms t ON t.id = p.term
WHERE p.chunk NOT IN (FROM {without});
"""

COUNT = """
INSERT INTO counted SELECT chunk, term, count(*)
FROM (SELECT chunk, unnest(terms) AS term FROM incoming) GROUP BY chunk, term;
"""

FILL = f"""
CREATE OR REPLACE TABLE search_index.terms AS
SELECT term, (row_number() OVER (ORDER BY term))::INTEGER AS id, chunks
FROM (SELECT term, count(*)::INTEGER AS chunks FROM counted GROUP BY term) ORDER BY term;

CREATE OR REPLACE TABLE search_index.postings AS
WITH sizes AS (SELECT chunk, sum(occurrences)::BIGINT AS size FROM counted GROUP BY chunk),
     n AS (SELECT count(*) AS chunks FROM chunks),
     total AS (SELECT any_value(n.chunks) AS chunks, sum(size)::BIGINT / any_value(n.chunks) AS mean_size FROM sizes, n)
SELECT t.id AS term, c.chunk, c.occurrences,
       (ln(1 + (n.chunks - t.chunks + 0.5) / (t.chunks + 0.5))
        * c.occurrences * {K1 + 1} / (c.occurrences + {K1} * (1 - {B} + {B} * s.size / n.mean_size)))::FLOAT AS weight
FROM counted c JOIN search_index.terms t USING (term) JOIN sizes s USING (chunk), total n
ORDER BY t.id, c.chunk;

DROP TABLE counted;
COMMENT ON TABLE search_index.terms IS 'Words without case and accents, and in how many chunks they are.';
COMMENT ON TABLE search_index.postings IS 'BM25 weight of a term (terms.id) in a chunk (chunks.id).';
"""


def create_index(connection: DuckDBPyConnection) -> None:
    """Begin an index; chunks are added with `add_chunks`, and `fill_index` completes it."""
    connection.execute(CREATE)


def take_up_index(connection: DuckDBPyConnection, without: str) -> None:
    """Begin an index with what the one that is there has, without the chunks in a table of their ids.

    Weights depend on all chunks, so they are computed anew; words are not looked for in them again.
    """
    connection.execute(CREATE)
    connection.execute(TAKE_UP.format(without=without))


def add_chunks(connection: DuckDBPyConnection, chunks: pa.Table) -> None:
    """Add the terms of chunks (columns `id`, `heading`, `text`)."""
    pairs = zip(chunks["heading"].to_pylist(), chunks["text"].to_pylist(), strict=True)
    folded = pa.table({"chunk": chunks["id"], "terms": [terms(f"{heading or ''}\n{text}") for heading, text in pairs]})
    connection.register("incoming", folded)
    connection.execute(COUNT)
    connection.unregister("incoming")


def fill_index(connection: DuckDBPyConnection) -> None:
    connection.execute(FILL)
