"""PDFs with text layers: our stages up to the text, which use Docling for structure, beside Docling alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import evaluation_data
from ocr_assets.bench import loops

MOST_PAGES = 12
"""Of a document, so that one long contract does not decide."""

CHARACTERS = 200
"""On every page, so that what is taken for digital is digital."""

WAYS = {
    "ours, pages opened, drawn, measured, routed, kept": "pages",
    "ours, and their structure by Docling": "structure",
    "ours, and their text in order": "text",
    "Docling alone": "docling",
}


def digital_files() -> dict[Path, int]:
    """Invoices and contracts of which every page has a text layer, and how many pages each has."""
    return {path: count for path in _candidates() if (count := _digital_pages(path))}


def _candidates() -> Iterator[Path]:
    for truths in (evaluation_data.zugferd(), evaluation_data.kleister()):
        yield from dict.fromkeys(path for path, _ in truths)


def _digital_pages(path: Path) -> int:
    import pymupdf

    with pymupdf.open(path) as document:
        if document.page_count > MOST_PAGES or document.needs_pass:
            return 0
        texts = [page.get_text() for page in document]
    return len(texts) if all(len(text) >= CHARACTERS for text in texts) else 0


def measure() -> dict[str, Any]:
    pages = digital_files()
    rows = []
    for name, function in WAYS.items():
        timed = loops.run(f"{__name__}:{function}", list(pages), 1)
        count = sum(pages.values())
        rate, processor = count / timed.seconds, timed.processor / count
        rows.append({"name": name, "rate": rate, "processor": processor, "peak": timed.peak})
        print(rows[-1], flush=True)
    return {"files": len(pages), "pages": sum(pages.values()), "ways": rows}


def pages() -> Callable[[Path], None]:
    return _ours("pages")


def structure() -> Callable[[Path], None]:
    return _ours("regions")


def text() -> Callable[[Path], None]:
    return _ours("text")


def _ours(until: str) -> Callable[[Path], None]:
    from ocr.assembly import Engines
    from ocr.reading import read
    from ocr.settings import ReadingSettings

    engines = Engines(ReadingSettings())

    def work(file: Path) -> None:
        read(file, engines, until=until)

    return work


def docling() -> Callable[[Path], None]:
    """Docling's converter with the same packaged layout model on one thread, without OCR and its table model."""
    from docling.datamodel.accelerator_options import AcceleratorOptions
    from docling.datamodel.base_models import InputFormat
    from docling.datamodel.pipeline_options import PdfPipelineOptions
    from docling.document_converter import DocumentConverter, PdfFormatOption

    from ocr.digital.plugin import PackagedLayoutOptions

    options = PdfPipelineOptions(
        allow_external_plugins=True,
        do_ocr=False,
        do_table_structure=False,
        accelerator_options=AcceleratorOptions(num_threads=1),
        layout_options=PackagedLayoutOptions(),
    )
    converter = DocumentConverter(format_options={InputFormat.PDF: PdfFormatOption(pipeline_options=options)})

    def work(file: Path) -> None:
        converter.convert(file).document.export_to_text()

    return work


def report(figures: dict[str, Any], folder: Path) -> list[str]:
    rates = dict(zip(WAYS.values(), (row["rate"] for row in figures["ways"]), strict=True))
    alone = rates["docling"]
    stage = 1 / (1 / rates["structure"] - 1 / rates["pages"])
    lines = [
        "## PDFs with a text layer",
        "",
        f"{figures['files']} invoices and contracts, {figures['pages']} pages, one warm process of one thread each.",
        "The rows of ours add up: pages that are drawn, measured, routed and kept for people and for later stages,",
        "then Docling for their structure, then lines and words in order.",
        "",
        "| way | pages a second | ÷ Docling alone | processor s a page | peak MiB |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in figures["ways"]:
        lines.append(
            f"| {row['name']} | {row['rate']:.2f} | {row['rate'] / alone:.2f} | {row['processor']:.3f} | "
            f"{row['peak']:.0f} |"
        )
    return [
        *lines,
        "",
        f"The stage in which Docling runs takes {1 / stage:.3f} s a page (row two less row one): {stage / alone:.2f} "
        "of the speed of Docling alone. What the other stages do comes on top of it.",
    ]
