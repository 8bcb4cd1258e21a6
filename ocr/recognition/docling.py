"""Any OCR engine registered with Docling, its plugins' too, as a recogniser of line crops.

Docling's engines read pages: crops are laid under each other on sheets, and what is found goes back to the crop it lies
on. Of the packaged kinds `rapidocr` runs without a download.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from io import BytesIO
from typing import Any

import numpy as np

from ocr.engines import LINE, Hint, Image, RecognizedLine, RecognizedWord
from ocr.errors import EngineError
from ocr.loading import fingerprint, loading, version
from ocr.recognition.alignment import spans
from ocr.recognition.alphabet import DIGITS
from ocr.recognition.ctc import NOTHING
from ocr.settings import EngineSettings, TextSettings

DPI = 216
"""What Docling's engines ask for: their scale of 3 then takes each pixel as it is."""

GAP = 32
"""White pixels between crops, so that no detector joins two."""

SHEET = 1600
"""Height in pixels from which a new sheet is begun: engines shrink longer pages."""


class DoclingRecognizer:
    """Reads line crops with an OCR engine of Docling's."""

    name = "docling"

    def __init__(self, settings: TextSettings, engines: EngineSettings) -> None:
        self._settings = settings
        self._engines = engines

    @property
    def fingerprint(self) -> str:
        languages = "+".join(self._settings.docling_languages)
        return fingerprint("docling", version("docling"), self._settings.docling_ocr, languages, version("rapidocr"))

    def recognize(self, crops: Sequence[Image], hint: Hint = LINE) -> list[RecognizedLine]:
        """The text of each crop with its words; characters beside digits are dropped where the hint says digits."""
        cells: list[list[Any]] = [[] for _ in crops]
        for numbers, image, tops in _sheets(crops):
            for cell in self._read(image):
                box = cell.rect.to_bounding_box()
                middle = (box.t + box.b) / 2 * DPI / 72
                place = int(np.searchsorted(tops, middle)) - 1
                if place >= 0:
                    cells[numbers[place]].append(cell)
        return [_line(found, crop.shape[1], hint) for found, crop in zip(cells, crops, strict=True)]

    def _read(self, image: Image) -> list[Any]:
        from docling.backend.image_backend import ImageDocumentBackend
        from docling.datamodel.base_models import InputFormat, Page
        from docling.datamodel.document import ConversionResult, InputDocument
        from PIL import Image as Pillow

        file = BytesIO()
        Pillow.fromarray(image).save(file, "PNG", dpi=(DPI, DPI), compress_level=1)
        document = InputDocument(
            path_or_stream=BytesIO(file.getvalue()),
            format=InputFormat.IMAGE,
            backend=ImageDocumentBackend,
            filename="sheet.png",
        )
        backend: Any = document._backend
        page = Page(page_no=1)
        page._backend = backend.load_page(0)
        page.size = page._backend.get_size()
        for read in self._model(ConversionResult(input=document), [page]):
            return list(read.cells)
        return []

    @cached_property
    def _model(self) -> Any:
        from docling.datamodel.accelerator_options import AcceleratorOptions
        from docling.datamodel.pipeline_options import OcrMode
        from docling.models.factories import get_ocr_factory

        factory = get_ocr_factory(allow_external_plugins=True)
        kind = self._settings.docling_ocr
        if kind not in factory.registered_kind:
            known = ", ".join(factory.registered_kind)
            raise EngineError(f"[text] docling_ocr = {kind!r} is no OCR engine Docling knows here: {known}")
        languages = self._settings.docling_languages
        options = factory.create_options(kind, mode=OcrMode.FULL_PAGE, **({"lang": languages} if languages else {}))
        device = "cuda" if self._engines.device == "cuda" else "cpu"
        with loading(f"docling-{kind}"):
            try:
                return factory.create_instance(
                    options=options,
                    enabled=True,
                    artifacts_path=None,
                    accelerator_options=AcceleratorOptions(device=device, num_threads=self._engines.threads),
                )
            except (ImportError, OSError, ValueError, RuntimeError) as error:
                raise EngineError(f"Docling's OCR engine {kind!r} cannot be loaded: {error}") from error


def _sheets(crops: Sequence[Image]) -> Iterator[tuple[list[int], Image, list[int]]]:
    """Crops under each other on white: their numbers, the sheet, and where each one's strip begins."""
    numbers: list[int] = []
    height = 0
    for number, crop in enumerate(crops):
        if numbers and height + crop.shape[0] + GAP > SHEET:
            yield _sheet(crops, numbers)
            numbers, height = [], 0
        numbers.append(number)
        height += crop.shape[0] + GAP
    if numbers:
        yield _sheet(crops, numbers)


def _sheet(crops: Sequence[Image], numbers: list[int]) -> tuple[list[int], Image, list[int]]:
    width = max(crops[i].shape[1] for i in numbers) + 2 * GAP
    sheet = np.full((sum(crops[i].shape[0] + GAP for i in numbers) + GAP, width, 3), 255, np.uint8)
    tops, top = [], 0
    for i in numbers:
        crop = crops[i] if crops[i].ndim == 3 else np.repeat(crops[i][:, :, np.newaxis], 3, axis=2)
        sheet[top + GAP : top + GAP + crop.shape[0], GAP : GAP + crop.shape[1]] = crop
        tops.append(top + GAP // 2)
        top += crop.shape[0] + GAP
    return numbers, sheet, tops


def _line(cells: Sequence[Any], width: int, hint: Hint) -> RecognizedLine:
    """Words of the cells on one crop; each takes its part of its cell's width, by characters."""
    words: list[RecognizedWord] = []
    for cell in sorted(cells, key=lambda c: c.rect.to_bounding_box().l if hint.layout == "line" else 0):
        text = cell.text if hint.characters == "any" else "".join(c for c in cell.text if c in DIGITS)
        box = cell.rect.to_bounding_box()
        left, right = (x * DPI / 72 - GAP for x in (box.l, box.r))
        parts = text.split()
        length = max(1, len(" ".join(parts)))
        for part, (start, stop) in zip(parts, spans(parts), strict=True):
            x0, x1 = (min(1.0, max(0.0, (left + (right - left) * at / length) / width)) for at in (start, stop))
            words.append(RecognizedWord(part, float(cell.confidence), x0, x1, float(cell.confidence)))
    if not words:
        return NOTHING
    letters = sum(len(w.text) for w in words)
    confidence = sum(w.confidence * len(w.text) for w in words) / letters
    return RecognizedLine(" ".join(w.text for w in words), confidence, tuple(words))
