"""Labelled one-page PDFs for the routing benchmark: real pages as they are, and made into what goes wrong with them."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
from PIL import Image

from benchmarks.evaluation_data import ROOT

SETS = {
    "contracts": "fields_kleister_nda",
    "invoices": "fields_zugferd",
    "invoices, other": "fields_invoice2data",
    "government": "table_icdar2013",
    "parsers' tests": "pdf_wild",
    "hard pages": "text_olmocr_bench",
}
SCANS = {"receipts": "sroie/img", "old books": "text_old_books/img", "typewritten": "text_ehri_typewritten"}
SOURCES = 20
PAGES = 2
DPI = 150

LAYER, OCR, MIXED = frozenset({"layer"}), frozenset({"ocr"}), frozenset({"mixed"})
NOT_AS_IT_IS = frozenset({"ocr", "mixed"})
"""Where fonts name other letters than they show, one that holds none of these may be kept."""

SEEN = {
    "olmocr__handwriting_bad_ocr.pdf": OCR,
    "lincoln_letter.pdf": OCR,
    "buildingnotes.pdf": OCR,
    "PyMuPDF__test_2635.pdf 2": NOT_AS_IT_IS,
    "camelot__argentina_diputados_voting_record.pdf": MIXED,
    "NetpresseInvoice.pdf": MIXED,
    "camelot__birdisland.pdf": MIXED,
    "olmocr__edgar.pdf 1": MIXED,
    "pypdf__AutoCad_Diagram.pdf": MIXED,
    "unstructured__embedded-images-tables.pdf": MIXED,
    "ff1fc6a205ad039139ce566851b6b260c929_pg1.pdf": MIXED,
}
"""Pages whose text layer does not hold all that a person reads there (by eye): file, or file and page. Every other
page is taken as sound."""

UNDECIDED = {
    "blank_book_pg1.pdf",
    "eu-012.pdf 1",
    "test-graphical-text.pdf",
    "format-corpus__033689.pdf 3",
    "AmazonWebServices.pdf",
    "AzureInterior.pdf",
    "FlipkartInvoice.pdf",
    "coolblue1.pdf",
    "coolblue2.pdf",
    "pdfplumber__2023-06-20-PV.pdf",
    "olmocr__large_prompt_hint2.pdf",
    "fff590bed29a2854ac1f874dad5752ede1aa_pg1.pdf",
    "ff4f7dad78081cff727d19ab51c181d4a661_pg1.pdf",
}
"""Not judged: a logo of one to three words is all that the layer lacks, the layer is a caption of a map or a cover, or
there is no text at all."""


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A one-page PDF; `truth` are the answers that are right: layer, ocr, mixed."""

    kind: str
    source: str
    data: bytes
    truth: frozenset[str]


def labelled_pages(seed: int = 0) -> Iterator[LabelledPage]:
    rng = random.Random(seed)
    digital = list(_digital_pages())
    yield from (LabelledPage(f"as it is: {name}", source, data, truth) for name, source, data, truth in digital)
    wordy = [(source, data) for _, source, data, truth in digital if truth == LAYER and _is_plain(data)]
    texts = dict(wordy)
    for kind, (make, truth) in MADE.items():
        usable = wordy if kind != FIGURES else [(s, d) for s, d in wordy if _figures(d) >= 40]
        for source, data in rng.sample(usable, min(SOURCES, len(usable))):
            other = rng.choice([d for s, d in texts.items() if s != source])
            made = make(data, other)
            if _shows(made):  # MuPDF's way to outlines and back loses some pages
                yield LabelledPage(kind, source, made, truth)
    for name, folder in SCANS.items():
        images = sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in (".jpg", ".png", ".tif", ".tiff"))
        for path in rng.sample(images, min(SOURCES // 2, len(images))):
            yield LabelledPage(f"scan, {name}", path.name, _scan(path), OCR)
            yield LabelledPage(f"scan with a Bates number, {name}", path.name, _stamped(_scan(path)), OCR)


def _digital_pages() -> Iterator[tuple[str, str, bytes, frozenset[str]]]:
    for name, folder in SETS.items():
        for path in sorted((ROOT / folder).rglob("*.pdf")):
            with pymupdf.open(path) as document:
                pages = range(min(PAGES, document.page_count))
            for number in pages:
                source = f"{path.name} {number + 1}"
                if source in UNDECIDED or path.name in UNDECIDED:
                    continue
                data = _one_page(path, number)
                if _shows(data):
                    yield name, source, data, SEEN.get(source) or SEEN.get(path.name) or LAYER


def _one_page(path: Path, number: int) -> bytes:
    with pymupdf.open(path) as document:
        document.select([number])
        return document.tobytes(garbage=1)


def _open(data: bytes) -> Any:
    return pymupdf.open(stream=data, filetype="pdf")


def _shows(data: bytes) -> bool:
    with _open(data) as document:
        return document[0].get_pixmap(dpi=40).color_count() > 4


def _is_plain(data: bytes) -> bool:
    """Whether the page has sixty Latin words and stands as it was set: what is made of pages relies on it."""
    with _open(data) as document:
        page = document[0]
        latin = sum(any(c.isascii() and c.isalpha() for c in word[4]) for word in page.get_text("words"))
        return latin >= 60 and page.rotation == 0 and page.cropbox == page.mediabox


def _figures(data: bytes) -> int:
    with _open(data) as document:
        return sum(c.isdigit() for c in document[0].get_text())


def _jpeg(data: bytes, clip: Any = None) -> bytes:
    with _open(data) as document:
        return document[0].get_pixmap(dpi=DPI, clip=clip).tobytes("jpeg", jpg_quality=85)


def _image_only(data: bytes, other: bytes) -> bytes:
    with _open(data) as document, pymupdf.open() as made:
        page = made.new_page(width=document[0].rect.width, height=document[0].rect.height)
        page.insert_image(page.rect, stream=_jpeg(data))
        return made.tobytes()


def _with_layer(of: Callable[[bytes, bytes], bytes], dx: float = 0, dy: float = 0) -> Callable[[bytes, bytes], bytes]:
    """An invisible layer over the picture: the words of one of the two pages, each where it stands, moved by points."""

    def make(data: bytes, other: bytes) -> bytes:
        with _open(_image_only(data, other)) as made, _open(of(data, other)) as said:
            for x0, _, _, y1, word, *_ in said[0].get_text("words"):
                made[0].insert_text((x0 + dx, y1 + dy - 2), word, fontsize=9, render_mode=3)
            return made.tobytes()

    return make


def _outlines(data: bytes, other: bytes) -> bytes:
    with _open(data) as document:
        svg = document[0].get_svg_image(text_as_path=True)
    with pymupdf.open(stream=svg.encode(), filetype="svg") as drawing:
        return drawing.convert_to_pdf()


def _stamped(data: bytes, other: bytes = b"") -> bytes:
    with _open(data) as document:
        page = document[0]
        page.insert_text((page.rect.width - 120, page.rect.height - 14), "ACME-NDA-0004711", fontsize=10)
        return document.tobytes()


def _headed(data: bytes, other: bytes) -> bytes:
    with _open(data) as document:
        line = "Case 1:05-cv-03113-ABC   Document 22-7   Filed 06/16/2016   Page 5 of 39"
        document[0].insert_text((80, 14), line, fontsize=9)
        return document.tobytes()


def _half(data: bytes, other: bytes) -> bytes:
    """The upper half of the page's text as text, the lower one as a picture."""
    with _open(data) as document:
        page = document[0]
        lower = pymupdf.Rect(0, _middle(page), page.rect.width, page.rect.height)
        picture = _jpeg(data, clip=lower)
        page.add_redact_annot(lower, fill=(1, 1, 1))
        page.apply_redactions()
        page.insert_image(lower, stream=picture)
        return document.tobytes()


def _middle(page: Any) -> float:
    """The end of the line of text in the middle of the text."""
    ends = sorted(word[3] for word in page.get_text("words"))
    return ends[len(ends) // 2] + 1


def _scan(path: Path) -> bytes:
    with Image.open(path) as image, pymupdf.open() as made:
        sink = io.BytesIO()
        image.convert("RGB").save(sink, "JPEG", quality=85)
        width = 595.0
        page = made.new_page(width=width, height=width * image.height / image.width)
        page.insert_image(page.rect, stream=sink.getvalue())
        return made.tobytes()


def _exchanged(groups: tuple[str, ...]) -> Callable[[bytes, bytes], bytes]:
    """All fonts name, for each character of a group, the one some places further on in it."""
    swaps = {ord(a): ord(g[(i + 3) % len(g)]) for g in groups for i, a in enumerate(g)}

    def make(data: bytes, other: bytes) -> bytes:
        with _open(data) as document:
            for xref, _, kind, *_ in document[0].get_fonts(full=True):
                _remap(document, xref, kind, swaps)
            return document.tobytes()

    return make


def _remap(document: Any, xref: int, kind: str, swaps: dict[int, int]) -> None:
    what, value = document.xref_get_key(xref, "ToUnicode")
    if what == "xref":
        map_xref = int(value.split()[0])
        pairs = dict(_pairs(document.xref_stream(map_xref).decode("latin-1")))
    elif kind != "Type0":
        pairs = {f"{code:02x}": [ord(bytes([code]).decode("cp1252", "replace"))] for code in range(33, 256)}
    else:
        return
    width = max((len(code) for code in pairs), default=2)
    entries = [f"<{code}> <{''.join(f'{swaps.get(c, c):04x}' for c in text)}>" for code, text in pairs.items()]
    blocks = [entries[i : i + 100] for i in range(0, len(entries), 100)]
    body = "\n".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar" for b in blocks)
    cmap = (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Other def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<{'0' * width}> <{'f' * width}>\nendcodespacerange\n{body}\nendcmap\n"
        "CMapName currentdict /CMap defineresource pop\nend\nend"
    )
    new = document.get_new_xref()
    document.update_object(new, "<<>>")
    document.update_stream(new, cmap.encode())
    document.xref_set_key(xref, "ToUnicode", f"{new} 0 R")


def _pairs(cmap: str) -> Iterator[tuple[str, list[int]]]:
    """Codes (hexadecimal) and the characters a ToUnicode map gives them."""
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.S):
        for code, text in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", block):
            yield code.lower(), _characters(text)
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.S):
        for low, high, text, several in re.findall(
            r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*(?:<([0-9a-fA-F]+)>|\[(.*?)\])", block, re.S
        ):
            each = re.findall(r"<([0-9a-fA-F]+)>", several)
            for k in range(int(high, 16) - int(low, 16) + 1):
                found = _characters(each[k] if each else text)
                code = f"{int(low, 16) + k:0{len(low)}x}"
                yield code, found if each else [*found[:-1], found[-1] + k]


def _characters(text: str) -> list[int]:
    return list(np.frombuffer(bytes.fromhex(text.zfill(-(-len(text) // 4) * 4)), ">u2").astype(int))


FIGURES = "figures exchanged"
LETTERS = ("aeiou", "AEIOU", "bcdfghjklmnpqrstvwxyz", "BCDFGHJKLMNPQRSTVWXYZ")
SIGNS = ("".join(map(chr, range(33, 127))),)

MADE: dict[str, tuple[Callable[[bytes, bytes], bytes], frozenset[str]]] = {
    "rendered, no layer": (_image_only, OCR),
    "rendered, its own layer laid over it": (_with_layer(lambda data, other: data), OCR),
    "rendered, its own layer, out of place": (_with_layer(lambda data, other: data, 25, 40), OCR),
    "rendered, layer of another page": (_with_layer(lambda data, other: other), OCR),
    "rendered, a Bates number as text": (lambda data, other: _stamped(_image_only(data, other)), OCR),
    "rendered, a court's header as text": (lambda data, other: _headed(_image_only(data, other), other), OCR),
    "text drawn as outlines": (_outlines, OCR),
    "letters exchanged, vowels for vowels": (_exchanged(LETTERS), NOT_AS_IT_IS),
    "all characters shifted": (_exchanged(SIGNS), NOT_AS_IT_IS),
    FIGURES: (_exchanged(("0123456789",)), NOT_AS_IT_IS),
    "half text, half picture": (_half, MIXED),
}
