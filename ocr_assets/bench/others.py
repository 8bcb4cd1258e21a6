"""Other readers, set up as they are shipped, as loops: each function loads once and returns what reads a file."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

Reader = Callable[[Path], str]


def rapidocr() -> Reader:
    """RapidOCR as shipped: `RapidOCR()`. Pages of PDFs are rendered for it as they are for our own detector."""
    import logging

    from rapidocr import RapidOCR
    from rapidocr.utils.output import RapidOCROutput

    logging.disable(logging.INFO)
    engine = RapidOCR()

    def read(path: Path) -> str:
        texts: list[str] = []
        for page in _pages(path):
            found = engine(page)
            texts += (found.txts or ()) if isinstance(found, RapidOCROutput) else ()
        return "\n".join(texts)

    return read


def ocrmypdf() -> Reader:
    """OCRmyPDF with deskewing and turning, its side file of text."""

    def read(path: Path) -> str:
        with tempfile.TemporaryDirectory() as folder:
            side, page = Path(folder) / "text.txt", path
            options = ["--deskew", "--rotate-pages", "--output-type", "pdf", "-q"]
            if path.suffix.lower() == ".pdf":
                options.append("--force-ocr")
            else:
                page = _plain(path, Path(folder))
                options += ["--image-dpi", "200"]
            program = Path(sys.executable).with_name("ocrmypdf")
            subprocess.run(
                [program, *options, "--sidecar", side, page, Path(folder) / "out.pdf"],
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            return side.read_text()

    return read


def docling() -> Reader:
    """Docling with its own RapidOCR over whole pages; the layout model is the packaged one, as no other is offline."""
    from docling.datamodel.base_models import InputFormat
    from docling.datamodel.pipeline_options import OcrMode, PdfPipelineOptions, RapidOcrOptions
    from docling.document_converter import DocumentConverter, ImageFormatOption, PdfFormatOption

    from ocr.digital.plugin import PackagedLayoutOptions

    options = PdfPipelineOptions(
        allow_external_plugins=True,
        do_ocr=True,
        ocr_options=RapidOcrOptions(mode=OcrMode.FULL_PAGE),
        do_table_structure=False,
        layout_options=PackagedLayoutOptions(),
    )
    converter = DocumentConverter(
        format_options={
            InputFormat.IMAGE: ImageFormatOption(pipeline_options=options),
            InputFormat.PDF: PdfFormatOption(pipeline_options=options),
        }
    )

    def read(path: Path) -> str:
        if path.suffix.lower() == ".pdf":
            return converter.convert(path).document.export_to_text()
        with tempfile.TemporaryDirectory() as folder:
            return converter.convert(_plain(path, Path(folder))).document.export_to_text()

    return read


def _pages(path: Path) -> Iterator[str | np.ndarray]:
    from ocr.opening.document import open_document
    from resources.settings import load_settings

    if path.suffix.lower() != ".pdf":
        yield str(path)
        return
    settings = load_settings().reading
    with open_document(path.read_bytes(), settings.limits) as document:
        for number in range(1, document.page_count + 1):
            yield document.page(number, settings.pages.dpi, settings.pages.max_side).image


def _plain(path: Path, folder: Path) -> Path:
    """A copy that others take: OCRmyPDF takes no alpha channel, and some files say a resolution of 1 dpi."""
    from PIL import Image

    page = folder / "page.png"
    with Image.open(path) as image:
        image.convert("L" if image.mode in ("1", "L") else "RGB").save(page, dpi=(200, 200))
    return page
