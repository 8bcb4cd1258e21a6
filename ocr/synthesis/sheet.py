"""Paper to draw on: everything that is written on a sheet is written down as truth too.

Coordinates are PDF points, origin top left, y down; a text's `y` is its baseline. Lines become truth in the order they
are written, so a layout writes in natural reading order. Fonts are PDF's base fonts, which are not embedded: files stay
at a few kilobytes. Text is limited to what Windows-1252 has.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from ocr.documents import RegionKind
from ocr.evaluation.truth import Box, TruthLine, TruthPage, TruthRegion

if TYPE_CHECKING:
    import pymupdf

Align = Literal["left", "right", "center"]
Color = tuple[float, float, float]
Face = Literal["sans", "serif", "mono"]

A4 = (595.0, 842.0)
LETTER = (612.0, 792.0)
BLACK: Color = (0.0, 0.0, 0.0)
GREY: Color = (0.42, 0.42, 0.42)

_FONTS = {"sans": ("helv", "hebo", "heit"), "serif": ("tiro", "tibo", "tiit"), "mono": ("cour", "cobo", "coit")}
_ASCENT, _DESCENT = 0.75, 0.22


class Sheet:
    """One page being drawn: the strokes that make it and the truth of what stands on it."""

    def __init__(self, size: tuple[float, float] = A4, face: Face = "sans") -> None:
        self.width, self.height = size
        self.face = face
        self.lines: list[TruthLine] = []
        self.regions: list[TruthRegion] = []
        self._strokes: list[Callable[[pymupdf.Shape], object]] = []

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 10,
        *,
        bold: bool = False,
        italic: bool = False,
        align: Align = "left",
        color: Color = BLACK,
        face: Face | None = None,
    ) -> Box:
        """One run of text, one line of truth. `x` is its left, right or middle by `align`. Returns its box."""
        box = self._run(x, y, text, size, bold=bold, italic=italic, align=align, color=color, face=face)
        self.lines.append(TruthLine(text=text, box=box))
        return box

    def row(
        self,
        y: float,
        cells: Iterable[tuple[float, str, Align]],
        size: float = 10,
        *,
        bold: bool = False,
        color: Color = BLACK,
    ) -> None:
        """Several runs side by side on one baseline, `(x, text, align)` each: one line of truth."""
        written = [
            (text, self._run(x, y, text, size, bold=bold, align=align, color=color)) for x, text, align in cells if text
        ]
        self.lines.append(TruthLine(text=" ".join(text for text, _ in written), box=_union(box for _, box in written)))

    def paragraph(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        size: float = 10,
        *,
        leading: float = 1.35,
        justify: bool = False,
        bold: bool = False,
        italic: bool = False,
        color: Color = BLACK,
    ) -> float:
        """Text broken into lines of at most `width`; returns the baseline of the line that would follow."""
        lines = self.wrap(text, width, size, bold=bold, italic=italic)
        for number, line in enumerate(lines):
            if justify and number < len(lines) - 1:
                self._justified(x, y, width, line, size)
            else:
                self.write(x, y, line, size, bold=bold, italic=italic, color=color)
            y += size * leading
        return y

    def wrap(self, text: str, width: float, size: float, *, bold: bool = False, italic: bool = False) -> list[str]:
        """The lines `text` takes at that width in points."""
        font = _font(self.face, bold, italic)
        lines, line = [], ""
        for word in text.split():
            longer = f"{line} {word}" if line else word
            if line and _length(longer, font, size) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        return [*lines, line] if line else lines

    def length(self, text: str, size: float, *, bold: bool = False) -> float:
        """The width of `text` in points."""
        return _length(text, _font(self.face, bold, False), size)

    @contextmanager
    def region(self, kind: RegionKind) -> Generator[None]:
        """What is written inside becomes one region, its box the union of its lines."""
        first = len(self.lines)
        yield
        boxes = [line.box for line in self.lines[first:] if line.box is not None]
        if boxes:
            self.regions.append(TruthRegion(kind=kind, box=_union(boxes)))

    def mark(self, kind: RegionKind, box: Box) -> None:
        """A region that holds no text."""
        self.regions.append(TruthRegion(kind=kind, box=box))

    def rule(
        self, x0: float, y: float, x1: float, *, width: float = 0.6, color: Color = BLACK, dashed: bool = False
    ) -> None:
        """A horizontal line."""
        self._outline(
            lambda shape: shape.draw_line((x0, y), (x1, y)), color, width, dashes="[2 2] 0" if dashed else None
        )

    def bar(self, x: float, y0: float, y1: float, *, width: float = 0.6, color: Color = BLACK) -> None:
        """A vertical line."""
        self._outline(lambda shape: shape.draw_line((x, y0), (x, y1)), color, width)

    def frame(self, box: Box, *, fill: Color | None = None, color: Color | None = BLACK, width: float = 0.6) -> None:
        """A rectangle, outlined, filled or both."""
        self._outline(lambda shape: shape.draw_rect(box), color, width, fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: Color) -> None:
        """A filled circle."""
        self._outline(lambda shape: shape.draw_circle((x, y), radius), None, 1, fill=fill)

    def curve(self, points: list[tuple[float, float]], *, width: float = 1.0, color: Color = BLACK) -> None:
        """A line through points: graphs, signatures."""
        self._outline(lambda shape: shape.draw_polyline(points), color, width)

    def finish(self, document: pymupdf.Document, number: int) -> TruthPage:
        """Draw the sheet as a new last page of `document`; returns its truth as page `number`."""
        shape = document.new_page(width=self.width, height=self.height).new_shape()
        for stroke in self._strokes:
            stroke(shape)
        shape.commit()
        return TruthPage(
            number=number,
            text="\n".join(line.text for line in self.lines),
            rotation=0,
            skew=0.0,
            lines=self.lines,
            regions=self.regions,
        )

    def _outline(
        self,
        draw: Callable[[pymupdf.Shape], object],
        color: Color | None,
        width: float,
        *,
        fill: Color | None = None,
        dashes: str | None = None,
    ) -> None:
        def stroke(shape: pymupdf.Shape) -> None:
            draw(shape)
            shape.finish(color=color, fill=fill, width=width, dashes=dashes, closePath=False)

        self._strokes.append(stroke)

    def _run(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        italic: bool = False,
        align: Align = "left",
        color: Color = BLACK,
        face: Face | None = None,
    ) -> Box:
        font = _font(face or self.face, bold, italic)
        length = _length(text, font, size)
        left = x - {"left": 0.0, "right": length, "center": length / 2}[align]
        encoded = _encoded(text)
        self._strokes.append(
            lambda shape: shape.insert_text((left, y), encoded, fontname=font, fontsize=size, color=color)
        )
        return (round(left, 1), round(y - _ASCENT * size, 1), round(left + length, 1), round(y + _DESCENT * size, 1))

    def _justified(self, x: float, y: float, width: float, line: str, size: float) -> None:
        words = line.split()
        gap = (width - sum(self.length(word, size) for word in words)) / max(1, len(words) - 1)
        left, boxes = x, []
        for word in words:
            box = self._run(left, y, word, size)
            boxes.append(box)
            left += self.length(word, size) + gap
        self.lines.append(TruthLine(text=line, box=_union(boxes)))


def _font(face: Face, bold: bool, italic: bool) -> str:
    return _FONTS[face][1 if bold else 2 if italic else 0]


def _encoded(text: str) -> str:
    # PyMuPDF writes code points below 256 as they are, and the base fonts read them as Windows-1252.
    return text.encode("cp1252").decode("latin-1")


@lru_cache(maxsize=16)
def _widths(font: str) -> tuple[float, ...]:
    import pymupdf

    face = pymupdf.Font(font)
    characters = (bytes([code]).decode("cp1252", errors="replace") for code in range(256))
    return tuple(face.glyph_advance(ord(character)) for character in characters)


def _length(text: str, font: str, size: float) -> float:
    widths = _widths(font)
    return sum(widths[code] for code in text.encode("cp1252")) * size


def _union(boxes: Iterable[Box]) -> Box:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return (min(x0), min(y0), max(x1), max(y1))
