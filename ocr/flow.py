"""The six stages in order, and what each of them reads."""

from __future__ import annotations

STAGES = ("raw_document", "pages", "regions", "text", "records", "embeddings")

READS: dict[str, tuple[str, ...]] = {
    "raw_document": (),
    "pages": ("raw_document",),
    "regions": ("raw_document", "pages"),
    "text": ("pages", "regions"),
    "records": ("raw_document", "pages", "regions", "text"),
    "embeddings": ("regions", "text"),
}
"""The stages whose parts of a reading each stage reads: what must be loaded before it, and what makes it stale."""
