"""The warehouse: the corpus people query, one DuckDB file with a table per noun and a hybrid search index."""

from resources.warehouse.building import Contents, MustBeWhole, build, contents, update
from resources.warehouse.corpus import CorpusMissing, connect, is_sound
from resources.warehouse.search import Hit, search

__all__ = [
    "Contents",
    "CorpusMissing",
    "Hit",
    "MustBeWhole",
    "build",
    "connect",
    "contents",
    "is_sound",
    "search",
    "update",
]
