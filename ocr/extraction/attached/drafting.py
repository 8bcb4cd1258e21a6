"""A document's draft with the invoice that is attached to it, where there is one."""

from __future__ import annotations

from collections.abc import Callable

from ocr import extraction
from ocr.documents import Line, Page, Region, TableCell, Word
from ocr.extraction import Draft
from ocr.extraction.attached import CERTAIN, TYPE, find
from ocr.extraction.attached.arithmetic import broken_sums
from ocr.extraction.attached.contradictions import contradiction
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

    `load` gives the bytes of a PDF; None: it is none. What cannot be used is told as a broken rule of the record; of
    several invoices the first is taken, and told where another contradicts it.
    """
    off = load is None or settings.attached_invoice == "off"
    invoices, findings = ([], []) if off else find(load(), limits)
    use = settings.attached_invoice == "use"
    known = (TYPE, CERTAIN) if use and invoices else None
    found = extraction.draft(pages, regions, cells, lines, words, settings, known=known)
    found.findings += findings
    if invoices:
        first, *others = invoices
        merge(found, first, use=use)
        found.findings += [told for other in others if (told := contradiction(first, other))]
        if use:
            found.findings += broken_sums(found.fields, first, settings)
    return found
