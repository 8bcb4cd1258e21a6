"""PDF documents through PyMuPDF: pages are rendered one at a time."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection
from types import TracebackType
from typing import Any, Self

import numpy as np

from ocr.engines import Image
from ocr.errors import BrokenDocument, EmptyDocument, EncryptedDocument, OverLimit
from ocr.opening.attachments import UnusableAttachment, attached_files
from ocr.opening.colour import without_needless_colour
from ocr.opening.sniff import PDF
from ocr.opening.source import SCAN_COVERAGE, LayerWord, SourcePage
from ocr.settings import Limits

_SCAN_DPI = (150, 300)
"""Scans are rendered at about their own resolution, within the range in which recognition works."""

_LEAST_DPI = 20
"""Below this nothing can be read: a page that fits the limits only so is refused."""

_DRAWN = 16 | 32
"""MuPDF's character flags: filled, stroked. Text with neither is invisible."""


class PdfDocument:
    """An open PDF; a context manager. `page` renders one page and keeps nothing of it."""

    media_type = PDF

    def __init__(self, data: bytes, limits: Limits) -> None:
        import pymupdf

        # Process-wide, and MuPDF's only way: damaged files make it write to stderr what is also raised or repaired.
        pymupdf.TOOLS.mupdf_display_errors(False)
        pymupdf.TOOLS.mupdf_display_warnings(False)
        # Two subsets of one typeface are two fonts, each with a character map of its own: the prefix tells them apart.
        pymupdf.TOOLS.set_subset_fontnames(True)
        self._faults = (RuntimeError, ValueError, TypeError, IndexError, pymupdf.mupdf.FzErrorBase)
        self._limits = limits
        try:
            self._document = pymupdf.open(stream=data, filetype="pdf")
            self.encrypted = bool(self._document.is_encrypted or (self._document.metadata or {}).get("encryption"))
            self._unlock(limits.passwords)
            self.page_count = int(self._document.page_count)
            self.producer = _producer(self._document.metadata or {})
        except self._faults as error:
            raise BrokenDocument(f"the PDF cannot be opened: {error}") from error
        if self.page_count == 0:
            raise EmptyDocument("the PDF has no pages")
        if self.page_count > limits.max_pages:
            raise OverLimit(f"{self.page_count} pages are more than the {limits.max_pages} allowed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._document.close()

    def page(self, number: int, dpi: int, max_side: int) -> SourcePage:
        """Render page `number` (from 1) at `dpi`, a scan at about its own resolution; no side over `max_side` pixels.

        Raises `BrokenDocument` where the page cannot be rendered, `OverLimit` where it or a picture in it is too large.
        """
        import pymupdf

        try:
            return self._render(number, dpi, max_side)
        except self._faults as error:
            raise BrokenDocument(f"page {number} cannot be rendered: {error}", page=number) from error
        finally:
            # MuPDF would keep up to 256 MB of decoded pictures of pages that nobody asks for again.
            pymupdf.TOOLS.store_shrink(100)

    def attached_files(self, names: Collection[str], most: int) -> list[tuple[str, bytes | UnusableAttachment]]:
        """As `ocr.opening.attachments.attached_files`; also faults of the PDF are an `UnusableAttachment`."""
        # What begins like a PDF may be opened as something else.
        if not self._document.is_pdf:
            return []
        try:
            return attached_files(self._document, names, most)
        except self._faults as error:
            raise UnusableAttachment("attached files", f"they cannot be read: {error}") from error

    def _unlock(self, passwords: list[str]) -> None:
        if not self._document.needs_pass:
            return
        if not any(self._document.authenticate(password) for password in passwords):
            tried = f"none of the {len(passwords)} known passwords opens it" if passwords else "it asks for a password"
            raise EncryptedDocument(f"the PDF is encrypted and {tried}")

    def _render(self, number: int, dpi: int, max_side: int) -> SourcePage:
        import pymupdf

        page = self._document.load_page(number - 1)
        width, height = page.rect.width, page.rect.height
        if not (width >= 1 and height >= 1):
            raise BrokenDocument(f"page {number} has no area ({width:g}×{height:g} points)", page=number)
        commands = page.get_displaylist()
        pictures = _pictures(commands)
        for picture in pictures:
            if picture["width"] * picture["height"] > self._limits.max_pixels:
                size = f"{picture['width']}×{picture['height']}"
                raise OverLimit(f"page {number} holds a picture of {size} pixels", page=number)
        coverage = _coverage(pictures, width, height)
        if coverage >= SCAN_COVERAGE:
            dpi = _scan_dpi(pictures)
        scale = min(dpi / 72, max_side / max(width, height), math.sqrt(self._limits.max_pixels / (width * height)))
        if scale < _LEAST_DPI / 72 and scale < dpi / 72:
            raise OverLimit(f"page {number} is too large to be rendered: {width:.0f}×{height:.0f} points", page=number)
        pixels = commands.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=False)
        layer = _words(commands, scale, (pixels.width, pixels.height))
        # Pictures with a mask, such as watermarks, let the text under them show.
        opaque = [picture for picture in pictures if not picture["has-mask"]]
        if any(word.visible for word in layer) and _coverage(opaque, width, height) >= SCAN_COVERAGE:
            _hide_covered(layer, page, scale)
        return SourcePage(
            image=without_needless_colour(_as_array(pixels)),
            dpi=scale * 72,
            source_width=width,
            source_height=height,
            to_source=np.diag([1 / scale, 1 / scale, 1.0]),
            layer=layer,
            image_coverage=coverage,
        )


def _producer(metadata: dict[str, Any]) -> str:
    return " ".join(str(metadata.get("producer") or metadata.get("creator") or "").split())


def _as_array(pixels: Any) -> Image:
    rows = np.frombuffer(pixels.samples_mv, np.uint8).reshape(pixels.height, pixels.stride)
    return rows[:, : pixels.width * 3].reshape(pixels.height, pixels.width, 3).copy()


def _pictures(commands: Any) -> list[dict[str, Any]]:
    """What is known of a page's pictures (also stencil masks) before any is decoded."""
    import pymupdf

    return pymupdf.TextPage(commands.get_textpage(pymupdf.TEXT_PRESERVE_IMAGES)).extractIMGINFO()


def _coverage(pictures: list[dict[str, Any]], width: float, height: float) -> float:
    """Share of the page that lies under at least one picture, on a grid of 100×100 cells."""
    cells = np.zeros((100, 100), dtype=bool)
    for picture in pictures:
        x0, y0, x1, y1 = picture["bbox"]
        left, right = np.clip(np.round([x0 / width * 100, x1 / width * 100]), 0, 100).astype(int)
        top, bottom = np.clip(np.round([y0 / height * 100, y1 / height * 100]), 0, 100).astype(int)
        cells[top:bottom, left:right] = True
    return float(cells.mean())


def _scan_dpi(pictures: list[dict[str, Any]]) -> int:
    """Resolution of the picture that covers most, within the range in which recognition works."""

    def area(picture: dict[str, Any]) -> float:
        x0, y0, x1, y1 = picture["bbox"]
        return (x1 - x0) * (y1 - y0)

    largest = max(pictures, key=area)
    own = 72 * math.sqrt(largest["width"] * largest["height"] / max(area(largest), 1e-6))
    return round(min(max(own, _SCAN_DPI[0]), _SCAN_DPI[1]))


def _words(commands: Any, scale: float, size: tuple[int, int]) -> list[LayerWord]:
    """The text layer's words whose middle is on the page."""
    import pymupdf

    flags = pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_PRESERVE_WHITESPACE
    blocks = pymupdf.TextPage(commands.get_textpage(flags)).extractRAWDICT()["blocks"]
    words: list[LayerWord] = []
    line_number = 0
    for block_number, block in enumerate(blocks):
        for line in block.get("lines", ()):
            found = [w for w in _line_words(line, block_number, line_number, scale) if _on_page(w, size)]
            words.extend(found)
            line_number += bool(found)
    return words


def _line_words(line: dict[str, Any], block: int, number: int, scale: float) -> list[LayerWord]:
    cosine, sine = line["dir"]
    direction = math.degrees(math.atan2(-sine, cosine)) % 360
    words: list[LayerWord] = []
    begun = False
    for span in line["spans"]:
        visible = bool(span["char_flags"] & _DRAWN) and span.get("alpha", 255) > 0
        for char in span["chars"]:
            # Half a surrogate pair, from a broken character map, cannot be written down anywhere.
            text = char["c"] if unicodedata.category(char["c"]) != "Cs" else "\ufffd"
            if text.isspace():
                begun = False
                continue
            # Stray control characters show nothing; a font that has nothing else to say has no words.
            if unicodedata.category(text) in ("Cf", "Cc") and text != "\u00ad":
                continue
            x0, y0, x1, y1 = (v * scale for v in char["bbox"])
            if not begun:
                words.append(LayerWord(text, x0, y0, x1, y1, block, number, direction, visible, span["font"]))
                begun = True
                continue
            word = words[-1]
            word.text += text
            word.x0, word.y0 = min(word.x0, x0), min(word.y0, y0)
            word.x1, word.y1 = max(word.x1, x1), max(word.y1, y1)
            word.visible = word.visible or visible
    return words


def _on_page(word: LayerWord, size: tuple[int, int]) -> bool:
    return 0 <= (word.x0 + word.x1) / 2 < size[0] and 0 <= (word.y0 + word.y1) / 2 < size[1]


def _hide_covered(layer: list[LayerWord], page: Any, scale: float) -> None:
    """Marks words over which a picture was drawn later than any text: they lie under it."""
    import pymupdf

    drawn = [(kind, pymupdf.Rect(box) * page.rotation_matrix * scale) for kind, box in page.get_bboxlog()]
    text = [(i, *box) for i, (kind, box) in enumerate(drawn) if kind.endswith("-text")]
    pictures = [(i, *box) for i, (kind, box) in enumerate(drawn) if kind in ("fill-image", "fill-imgmask")]
    for word in layer:
        x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
        if _last_over(pictures, x, y) > _last_over(text, x, y) >= 0:
            word.visible = False


def _last_over(drawn: list[tuple[int, float, float, float, float]], x: float, y: float) -> int:
    return max((i for i, x0, y0, x1, y1 in drawn if x0 <= x <= x1 and y0 <= y <= y1), default=-1)
