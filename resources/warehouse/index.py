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
CREATE SCHEMA search_index;
CREATE TEMP TABLE folded (chunk INTEGER, terms VARCHAR[]);
"""

FILL = f"""
CREATE TEMP TABLE counted AS
SELECT chunk, term, count(*) AS occurrences
FROM (SELECT chunk, unnest(terms) AS term FROM folded) GROUP BY chunk, term;

CREATE TABLE search_index.terms AS
SELECT term, (row_number() OVER (ORDER BY term))::INTEGER AS id, chunks
FROM (SELECT term, count(*)::INTEGER AS chunks FROM counted GROUP BY term) ORDER BY term;

CREATE TABLE search_index.postings AS
WITH sizes AS (SELECT chunk, len(terms) AS size FROM folded),
     total AS (SELECT count(*) AS chunks, avg(size) AS mean_size FROM sizes)
SELECT t.id AS term, c.chunk,
       (ln(1 + (n.chunks - t.chunks + 0.5) / (t.chunks + 0.5))
        * c.occurrences * {K1 + 1} / (c.occurrences + {K1} * (1 - {B} + {B} * s.size / n.mean_size)))::FLOAT AS weight
FROM counted c JOIN search_index.terms t USING (term) JOIN sizes s USING (chunk), total n
ORDER BY t.id, c.chunk;

DROP TABLE counted;
DROP TABLE folded;
COMMENT ON TABLE search_index.terms IS 'Words without case and accents, and in how many chunks they are.';
COMMENT ON TABLE search_index.postings IS 'BM25 weight of a term (terms.id) in a chunk (chunks.id).';
"""


def create_index(connection: DuckDBPyConnection) -> None:
    """Begin an index; chunks are added with `add_chunks`, and `fill_index` completes it."""
    connection.execute(CREATE)


def add_chunks(connection: DuckDBPyConnection, chunks: pa.Table) -> None:
    """Add the terms of chunks (columns `id`, `heading`, `text`)."""
    pairs = zip(chunks["heading"].to_pylist(), chunks["text"].to_pylist(), strict=True)
    folded = pa.table({"chunk": chunks["id"], "terms": [terms(f"{heading or ''}\n{text}") for heading, text in pairs]})
    connection.register("incoming", folded)
    connection.execute("INSERT INTO folded SELECT * FROM incoming")
    connection.unregister("incoming")


def fill_index(connection: DuckDBPyConnection) -> None:
    connection.execute(FILL)
