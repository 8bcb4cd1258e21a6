"""Lines of a document whose truth is known, as the engines read them: what a calibration is fitted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ocr.documents import Page, TextBox
from ocr.engines import TextRecognizer
from ocr.evaluation.truth import Truth
from ocr.imaging.images import PageImages
from ocr.recognition.crops import cut
from ocr.recognition.fitting import KnownLine, truth_of
from ocr.recognition.reading import corners


def known_lines(
    key: str,
    truth: Truth,
    pages: Sequence[Page],
    boxes: Sequence[TextBox],
    images: PageImages,
    first: TextRecognizer,
    second: TextRecognizer | None,
) -> Iterator[KnownLine]:
    """Reads every line of the pages that are read by OCR and whose text the truth knows, with both engines."""
    wording = {page.number: page.wording for page in truth.pages}
    for page in pages:
        text = wording.get(page.number) or (truth.text if len(pages) == 1 else None)
        if text is None or not page.needs_ocr or page.blank:
            continue
        crops = cut(images.get(page.number), corners([box for box in boxes if box.page == page.number]))
        readings = first.recognize(crops)
        others = second.recognize(crops) if second is not None else [None] * len(crops)
        for crop, reading, other in zip(crops, readings, others, strict=True):
            line_truth = truth_of(reading, text, truth.caseless)
            name = f"{key}/{page.number}"
            yield KnownLine(name, reading, other, line_truth, crop.shape[0], page.tier, truth.caseless)
