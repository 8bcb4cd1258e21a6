"""A document's draft with the invoice that is attached to it, where there is one."""

from __future__ import annotations

from collections.abc import Callable

from ocr import extraction
from ocr.documents import Line, Page, Region, TableCell, Word
from ocr.extraction import Draft
from ocr.extraction.attached import CERTAIN, TYPE, Attached, find
from ocr.extraction.attached.arithmetic import broken_sums
from ocr.extraction.attached.merge import merge
from ocr.settings import Limits, RecordsSettings


def draft(
    pages: list[Page],
    regions: list[Region],
    cells: list[TableCell],
    lines: list[Line],
    words: list[Word],
    settings: RecordsSettings,
    limits: Limits,
    load: Callable[[], bytes] | None,
) -> Draft:
    """As `ocr.extraction.draft`, with what `[records] attached_invoice` makes of an attached invoice.

    `load` gives the bytes of a PDF; None: it is none. What cannot be used is told as a broken rule of the record.
    """
    off = load is None or settings.attached_invoice == "off"
    attached = None if off else find(load(), limits)
    use = settings.attached_invoice == "use"
    known = (TYPE, CERTAIN) if use and isinstance(attached, Attached) else None
    found = extraction.draft(pages, regions, cells, lines, words, settings, known=known)
    if isinstance(attached, Attached):
        merge(found, attached, use=use)
        if use:
            found.findings += broken_sums(found.fields, attached, settings)
    elif attached is not None:
        found.findings.append(attached)
    return found
