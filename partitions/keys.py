"""Partition keys: readable, permanent, one per document.

A key is a slug of the file name and the first twelve hex digits of the content's SHA-256. It is never deleted and
added again: Dagster would move it to the end of the order, and a queued range that ends before it starts then
"succeeds" over nothing. Keys of test documents, and no others, begin with `test-`: the same bytes may be live as well.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_SLUG = 60
TEST_PREFIX = "test-"


def document_key(name: str, sha256: str, environment: str = "live") -> str:
    """`Rechnung Nr. 7.PDF` → `rechnung-nr-7-pdf-0123456789ab`: characters `[a-z0-9-]` only."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:LONGEST_SLUG].strip("-")
    key = f"{slug or 'document'}-{sha256[:12]}"
    if environment == "test":
        return TEST_PREFIX + key
    return f"live-{key}" if key.startswith(TEST_PREFIX) else key
