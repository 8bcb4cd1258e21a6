"""Files attached to a PDF, read with the care strangers' files ask for: none is unpacked beyond what is allowed."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from typing import TYPE_CHECKING

from ocr.errors import OcrError

if TYPE_CHECKING:
    from pymupdf import Document

MOST_FILES = 8
"""Files called by one of the names; nobody attaches one document so often."""
_PLAIN, _DEFLATED = ("null", "[]"), ("/FlateDecode", "[/FlateDecode]")


class UnusableAttachment(OcrError):
    """An attached file that cannot be read. `name` is what it is called."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def attached_files(
    document: Document, names: Collection[str], most: int
) -> list[tuple[str, bytes | UnusableAttachment]]:
    """Name and content of the files attached to a PDF that are called by one of `names` (in small letters), whatever
    their case; in place of the content what is wrong with it: it is damaged, empty or larger than `most` bytes.

    Raises `UnusableAttachment` where there are more than `MOST_FILES`. Files attached to a place on a page, and those
    in a tree of names instead of a list (rare), are not found.
    """
    found: list[tuple[str, int]] = []
    for number, key in enumerate(document.embfile_names()):
        known: dict[str, str] = {}
        # PyMuPDF tells the number of the content's object nowhere else, and its own reader unpacks files of any size.
        content = document._embfile_info(number, known)
        called = {one.lower() for one in (key, known.get("filename", ""), known.get("ufilename", ""))}
        name = next((name for name in names if name in called), None)
        if name is not None:
            found.append((name, content))
    if len(found) > MOST_FILES:
        raise UnusableAttachment(", ".join(names), f"{len(found):,} files are called so, more than {MOST_FILES}")
    return [(name, _content_or_fault(document, content, name, most)) for name, content in found]


def _content_or_fault(document: Document, number: int, name: str, most: int) -> bytes | UnusableAttachment:
    try:
        return _content(document, number, name, most)
    except UnusableAttachment as fault:
        return fault


def _content(document: Document, number: int, name: str, most: int) -> bytes:
    if not number:
        raise UnusableAttachment(name, "it has no content")
    packed, filters = document.xref_stream_raw(number), document.xref_get_key(number, "Filter")[1]
    if not packed:
        raise UnusableAttachment(name, "it is empty")
    if filters in _PLAIN:
        unpacked = packed[: most + 1]
    elif filters in _DEFLATED:
        try:
            unpacked = zlib.decompressobj().decompress(packed, most + 1)
        except zlib.error as error:
            raise UnusableAttachment(name, f"it is damaged ({error})") from error
    else:
        raise UnusableAttachment(name, f"it is packed by {filters}, which is not read")
    if len(unpacked) > most:
        raise UnusableAttachment(name, f"it is larger than the {most:,} bytes allowed")
    if not unpacked.strip():
        raise UnusableAttachment(name, "it is empty")
    return unpacked
