"""The warehouse: the corpus people query, one DuckDB file with a table per noun and a hybrid search index."""

from resources.warehouse.building import Contents, MustBeWhole, build, contents, update
from resources.warehouse.corpus import CorpusMissing, connect
from resources.warehouse.search import Hit, search

__all__ = ["Contents", "CorpusMissing", "Hit", "MustBeWhole", "build", "connect", "contents", "search", "update"]
