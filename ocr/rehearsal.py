"""Made pages read before there is a document: what is slow about the first one is over then."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import numpy as np

from ocr.assembly import STAGES, Engines
from ocr.reading import read
from ocr.stages import STAGE_FUNCTIONS

LINES = (
    "INVOICE",
    "Invoice number: 4711",
    "Invoice date: 2 March 2026",
    "4 chairs of oak   25.00   100.00",
    "Net total   100.00",
    "VAT 19 %   19.00",
    "Total   119.00 EUR",
)
"""An invoice: of records with a type, but not of others, the schema is asked."""
DPI = 150

OF_DOCLING = (
    "torch",
    "torch.fx.experimental.symbolic_shapes",
    "torch._dynamo",
    "torchvision",
    "transformers.image_processing_utils",
    "docling.datamodel.pipeline_options",
    "docling.document_converter",
)
"""What Docling is slow to import for, in parts of a second or a few each."""


def rehearsal(engines: Engines) -> Iterator[str]:
    """Load what pages of pixels, and then those with a text layer, are read with; yields what was done, step by step.

    A step takes some seconds, and a document may come between two. Sends nothing: where a language model is set, the
    stage that would ask it is left out. Raises an `OcrError` where an engine lacks something, as a document would be
    told.
    """
    digital = _page()
    _read(_scan(digital), engines)
    if engines.second is not None:
        # It is asked for doubtful lines alone, of which this page has none.
        engines.second.recognize([np.full((40, 200, 3), 255, np.uint8)])
    yield "scan"
    if engines.docling is not None:
        for module in OF_DOCLING:
            import_module(module)
            yield module
        _read(digital, engines)
        yield "text layer"


def _read(page: bytes, engines: Engines) -> None:
    reading = read(page, engines, until="text")
    for stage in STAGES[STAGES.index("text") + 1 :]:
        if stage != "records" or engines.entities is None:
            for _ in STAGE_FUNCTIONS[stage]([reading], engines):
                pass


def _page() -> bytes:
    import pymupdf

    with pymupdf.open() as document:
        page = document.new_page()
        for number, line in enumerate(LINES):
            page.insert_text((72, 96 + 40 * number), line, fontsize=18)
        return document.tobytes()


def _scan(digital: bytes) -> bytes:
    import pymupdf

    with pymupdf.open(stream=digital) as document:
        return document[0].get_pixmap(dpi=DPI).tobytes("png")
