"""The warehouse: the corpus people query, one DuckDB file with a table per noun and a hybrid search index."""

from resources.warehouse.corpus import CorpusMissing, build, connect
from resources.warehouse.search import Hit, search

__all__ = ["CorpusMissing", "Hit", "build", "connect", "search"]
