"""Reading documents: a plain Python library.

`ocr.read("scan.tif")` takes one document through all six stages; `reading.record` is what it says, `reading.lines` its
text in reading order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocr.reading import read

__all__ = ["read"]


def __getattr__(name: str) -> Any:
    # At the first use: who asks for a part of this library only does not wait for what reading needs.
    if name == "read":
        from ocr.reading import read

        return read
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
