"""The six stages, batch in, batch out.

Each takes readings and yields, one by one and in order, the same readings with that stage's part filled in, or a
`Rejected` where the document (not the machine) is at fault. They are generators: a caller stores one document's result
before the next is begun, so memory does not grow with the batch. An asset calls one of them; `ocr.read` calls all.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ocr import loading
from ocr.assembly import Engines
from ocr.documents import Chunk, Line, Page, RawDocument, Record, Region, Rejection, TableCell, TextBox, Word
from ocr.errors import (
    BrokenDocument,
    DocumentError,
    EmptyDocument,
    EngineError,
    InternalError,
    SourceChanged,
    SourceForbidden,
)
from ocr.flow import READS as READS
from ocr.imaging.images import PageImages
from ocr.settings import RecordsSettings

if TYPE_CHECKING:
    from ocr.extraction import Draft
    from ocr.extraction.entities import Asked, EntityEngine

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Reading:
    """One document on its way: what is known of it so far. A stage reads the parts before it and fills in its own.

    `load` gives the document's bytes, `images` holds its page images; `rejections` are pages that could not be read in
    a document that could. `seconds` and `model_loads` are those of the last stage. `usage` is what a service was paid
    for, and `incomplete` why something was left out that a later run can do. `folder` is set where the page images live
    in a temporary folder that is to go with the reading.
    """

    key: str
    name: str
    uri: str
    sha256: str
    received_at: str
    load: Callable[[], bytes]
    images: PageImages
    environment: str = "live"
    raw: RawDocument | None = None
    pages: list[Page] = field(default_factory=list)
    layer: list[Word] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    cells: list[TableCell] = field(default_factory=list)
    boxes: list[TextBox] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    record: Record | None = None
    chunks: list[Chunk] = field(default_factory=list)
    vectors: np.ndarray | None = None
    rejections: list[Rejection] = field(default_factory=list)
    seconds: float = 0.0
    model_loads: int = 0
    usage: dict[str, Any] = field(default_factory=dict)
    incomplete: str = ""
    folder: TemporaryDirectory[str] | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that was not read, and why: as the row that is kept, and as the error it was."""

    reading: Reading
    rejection: Rejection
    error: DocumentError


Outcome = Reading | Rejected
Paged = TypeVar("Paged", Region, TextBox, Word)


def raw_document(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
    """The bytes, unchanged, and what they are: media type, page count, producer. Checks limits and the SHA-256."""
    from ocr.opening.document import open_document

    limits = engines.settings.limits

    def work(reading: Reading) -> None:
        try:
            data = reading.load()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise SourceChanged(f"{reading.uri} is not there any more") from error
        except PermissionError as error:
            raise SourceForbidden(f"{reading.uri} may not be read: {error.strerror or error}") from error
        if hashlib.sha256(data).hexdigest() != reading.sha256:
            raise SourceChanged(f"{reading.uri} holds other bytes than when it was added")
        reading.load = lambda: data  # what was checked is what is kept, whatever happens to the source meanwhile
        with open_document(data, limits) as document:
            reading.raw = RawDocument(
                sha256=reading.sha256,
                name=reading.name,
                uri=reading.uri,
                media_type=document.media_type,
                size=len(data),
                page_count=document.page_count,
                encrypted=document.encrypted,
                producer=document.producer,
                received_at=reading.received_at,
                environment=reading.environment,
            )

    return _each("raw_document", readings, work)


def pages(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
    """Every page upright and square, measured, and routed: a text layer worth trusting, or OCR."""
    from ocr.imaging.pages import make_pages
    from ocr.opening.document import open_document

    def work(reading: Reading) -> None:
        reading.pages, reading.layer, reading.rejections = [], [], []
        faults: list[DocumentError] = []
        with open_document(reading.load(), engines.settings.limits) as document:
            made_pages = make_pages(
                document, engines.settings.pages, engines.orientation, engines.detector, engines.recognizer
            )
            for made in made_pages:
                if isinstance(made, DocumentError):
                    faults.append(made)
                    reading.rejections.append(_rejection("pages", made))
                    continue
                reading.images.put(made.page.number, made.image)
                reading.pages.append(made.page)
                reading.layer.extend(made.words)
        if not reading.pages:
            raise faults[0] if faults else EmptyDocument("the document has no pages")

    return _each("pages", readings, work)


def regions(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
    """Where things are: lines of text on scans and beside text layers, and regions of interest in reading order.

    Regions come from Docling for pages with a text layer, from a layout model on pixels and lines for scans.
    """
    from ocr.layout.regions import regions_from_boxes
    from ocr.recognition.beside import uncovered
    from ocr.recognition.crops import reading_quads
    from ocr.recognition.reading import text_boxes

    def work(reading: Reading) -> None:
        found: dict[int, list[Region]] = {}
        layer = _by_page(reading.layer)
        reading.cells, reading.boxes = [], []
        digital = [p for p in reading.pages if not p.needs_ocr and not p.blank]
        if digital and engines.docling is not None and _raw(reading).media_type == "application/pdf":
            try:
                structure = engines.docling.structure(reading.load(), reading.name, digital)
            except BrokenDocument as error:
                # Docling's parser is stricter than PyMuPDF's: pages that could be rendered can be looked at.
                log.warning("%s: %s; its layout is taken from pixels", reading.key, error.message)
                structure = {}
            for number, (page_regions, cells) in structure.items():
                found[number] = page_regions
                reading.cells.extend(cells)
        on_pixels = [p for p in reading.pages if (p.number not in found or p.mixed) and not p.blank]
        for window in _windows(on_pixels, engines.settings.pages.window):
            images = {p.number: reading.images.get(p.number) for p in window}
            lines = dict(zip(images, engines.detector.detect(list(images.values())), strict=True))
            for page in window:
                if page.needs_ocr or page.mixed:
                    reading.boxes.extend(text_boxes(page, uncovered(lines[page.number], layer.get(page.number, []))))
            unknown = [p for p in window if p.number not in found]
            quads = [reading_quads(lines[p.number]) for p in unknown]
            boxes_of = engines.layout.detect([images[p.number] for p in unknown], quads)
            for page, boxes, on_page in zip(unknown, boxes_of, quads, strict=True):
                found[page.number] = regions_from_boxes(page, boxes, on_page, engines.layout.name)
        reading.regions = [region for page in reading.pages for region in found.get(page.number, [])]

    return _each("regions", readings, work)


def text(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
    """Lines and words with boxes and confidence, in reading order, from the text layer, by OCR, or both.

    Where the regions' tables have no cells yet, as on scans, their words make them.
    """
    from ocr.layout.cells import cells_on_page
    from ocr.recognition.reading import corners, lines_from_layer, read_pages

    least = engines.settings.text.min_line_confidence

    def work(reading: Reading) -> None:
        read: dict[int, tuple[list[Line], list[Word]]] = {}
        on = _by_page(reading.regions)
        layer = _by_page(reading.layer)
        boxes = _by_page(reading.boxes)
        for page in reading.pages:
            if not page.needs_ocr and not page.mixed and not page.blank:
                read[page.number] = lines_from_layer(page, on.get(page.number, []), layer.get(page.number, []))
        scans = [p for p in reading.pages if (p.needs_ocr or p.mixed) and not p.blank]
        for window in _windows(scans, engines.settings.pages.window):
            batch = [
                (p, on.get(p.number, []), corners(boxes.get(p.number, [])), reading.images.get(p.number))
                for p in window
            ]
            results = read_pages(batch, engines.panel, least, layer)
            read.update({page.number: result for page, result in zip(window, results, strict=True)})
        reading.lines = [line for page in reading.pages for line in read.get(page.number, ([], []))[0]]
        reading.words = [word for page in reading.pages for word in read.get(page.number, ([], []))[1]]
        with_cells = {cell.page for cell in reading.cells}
        for number, regions_there in on.items():
            if number not in with_cells and any(region.kind == "table" for region in regions_there):
                words = read.get(number, ([], []))[1]
                reading.cells += cells_on_page(regions_there, words, reading.images.get(number))

    return _each("text", readings, work)


def records(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
    """The document's type and its typed, validated fields: by an attached invoice, by rules and, where one is set, by a
    language model."""
    from ocr.extraction import conclude
    from ocr.extraction.attached.drafting import draft

    settings, limits, entities = engines.settings.records, engines.settings.limits, engines.entities

    def begin(reading: Reading) -> Draft:
        is_pdf = reading.raw is not None and reading.raw.media_type == "application/pdf"
        read = (reading.pages, reading.regions, reading.cells, reading.lines, reading.words)
        return draft(*read, settings, limits, reading.load if is_pdf else None)

    def work(reading: Reading) -> None:
        reading.record = conclude(begin(reading), settings)

    if entities is None:
        return _each("records", readings, work)
    return _with_entities(readings, begin, entities, settings)


def _with_entities(
    readings: Iterable[Reading], begin: Callable[[Reading], Draft], entities: EntityEngine, settings: RecordsSettings
) -> Iterator[Outcome]:
    """Records of which a language model finds a part: it is asked about later documents while earlier ones wait."""
    from ocr.extraction import conclude
    from ocr.extraction.entities.ahead import ahead

    under_way: dict[str, Future[tuple[Draft, Asked]]] = {}

    def ask(reading: Reading) -> Future[tuple[Draft, Asked]]:
        try:
            return entities.ask(begin(reading))
        except Exception as error:
            # It is told in this document's turn, where the faults of documents are kept from their batch.
            failed: Future[tuple[Draft, Asked]] = Future()
            failed.set_exception(error)
            return failed

    def asked() -> Iterator[Reading]:
        for reading, work in ahead(readings, ask, entities.window):
            under_way[reading.key] = work
            yield reading

    def work(reading: Reading) -> None:
        found, answered = under_way.pop(reading.key).result()
        entities.complete(found, answered)
        reading.record = conclude(found, settings)
        reading.usage = asdict(answered.usage) if answered.question else {}
        reading.incomplete = answered.reason if answered.incomplete else ""

    return _each("records", asked(), work)


def embeddings(readings: Iterable[Reading], engines: Engines) -> Iterator[Outcome]:
    """Chunks with their place in the document, and a unit vector each."""
    from ocr.embedding.chunks import chunk

    def work(reading: Reading) -> None:
        embedder = engines.embedder
        reading.chunks = chunk(
            reading.regions, reading.lines, embedder.count_tokens, engines.settings.embeddings.chunk_tokens
        )
        # A passage is about what its heading says, also where it does not repeat it.
        reading.vectors = embedder.embed([f"{c.heading}\n{c.text}".strip() for c in reading.chunks])

    return _each("embeddings", readings, work)


STAGE_FUNCTIONS: dict[str, Callable[[Iterable[Reading], Engines], Iterator[Outcome]]] = {
    "raw_document": raw_document,
    "pages": pages,
    "regions": regions,
    "text": text,
    "records": records,
    "embeddings": embeddings,
}


def _each(stage: str, readings: Iterable[Reading], work: Callable[[Reading], None]) -> Iterator[Outcome]:
    """Runs `work` on each reading; a document's fault becomes a `Rejected`, a machine's fault is raised."""
    for reading in readings:
        started, loads_before = time.perf_counter(), sum(loading.loads().values())
        fault: DocumentError | None = None
        try:
            work(reading)
        except DocumentError as error:
            fault = error
        except (EngineError, OSError, MemoryError):
            raise
        except Exception as error:
            # An engine tripped over this document: its batch must go on, and the defect must be visible.
            log.exception("%s failed on %s (%s)", stage, reading.key, reading.name)
            fault = InternalError(f"{type(error).__name__}: {error}")
        reading.seconds = time.perf_counter() - started
        reading.model_loads = sum(loading.loads().values()) - loads_before
        yield reading if fault is None else Rejected(reading, _rejection(stage, fault), fault)


def _rejection(stage: str, error: DocumentError) -> Rejection:
    return Rejection(stage=stage, code=error.code, message=error.message, advice=error.advice, page=error.page)


def _raw(reading: Reading) -> RawDocument:
    if reading.raw is None:
        raise ValueError(f"{reading.key} has not been through raw_document")
    return reading.raw


def _by_page(rows: Iterable[Paged]) -> dict[int, list[Paged]]:
    pages: dict[int, list[Paged]] = {}
    for row in rows:
        pages.setdefault(row.page, []).append(row)
    return pages


def _windows(items: Sequence[Page], size: int) -> Iterator[Sequence[Page]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
