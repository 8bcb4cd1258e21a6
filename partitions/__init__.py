"""The dynamic partitions: keys, order, contiguous batches."""

from partitions.documents import BATCHES, add_documents, contiguous_batches, documents, newest, range_tags
from partitions.keys import document_key

__all__ = ["BATCHES", "add_documents", "contiguous_batches", "document_key", "documents", "newest", "range_tags"]
