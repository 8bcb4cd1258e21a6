"""Passages to search: lines gathered along the reading order, each under its heading, with its place on the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ocr.documents import Chunk, Line, Region

HEADINGS = frozenset({"title", "heading"})
MARGINS = frozenset({"header", "footer"})
HEADING_SHARE = 4  # the headings above a chunk may have a quarter of its length; what is longer is text

_BROKEN_WORD = re.compile(r"[^\W\d_][-‐\u00ad]$")
_SENTENCE_END = re.compile(r"[.!?…。]['\"’”»)\]]*$")


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Lines of one region; those of a table stay rows, the others are one running text."""

    kind: str
    lines: tuple[Line, ...]

    @property
    def page(self) -> int:
        return self.lines[0].page

    @property
    def text(self) -> str:
        if self.kind == "table":
            return "\n".join(line.text.strip() for line in self.lines)
        return running_text([line.text for line in self.lines])


@dataclass(frozen=True, slots=True)
class _Section:
    """Paragraphs of one page under one heading."""

    heading: str
    paragraphs: tuple[_Paragraph, ...]


def chunk(
    regions: Sequence[Region], lines: Sequence[Line], count_tokens: Callable[[str], int], max_tokens: int
) -> list[Chunk]:
    """The passages of a document, numbered from 0 along its reading order.

    A chunk holds whole lines of one page. Paragraphs (the lines of one region) are kept whole where they fit in
    `max_tokens`, and are cut where not at the end of a sentence, else of a line; so only a single line may be longer.
    Headings name the chunks under them, on following pages too; a heading with nothing under it is a chunk of its own.
    Running headers and footers are left out. `count_tokens` counts a text's tokens.
    """

    def fits(text: str) -> bool:
        return count_tokens(text) <= max_tokens

    def fits_as_heading(text: str) -> bool:
        return count_tokens(text) <= max_tokens // HEADING_SHARE

    chunks: list[Chunk] = []
    for section in _sections(_paragraphs(regions, lines), fits_as_heading):
        for block in _blocks(section.paragraphs, fits):
            chunks.append(_chunk(len(chunks), section.heading, block))
    return chunks


def running_text(lines: Sequence[str]) -> str:
    """Lines joined by spaces, words hyphenated at a line's end joined into one."""
    text = ""
    for line in (line.strip() for line in lines):
        if _BROKEN_WORD.search(text) and line[:1].islower():
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text and line else text or line
    return text


def _paragraphs(regions: Iterable[Region], lines: Iterable[Line]) -> Iterator[_Paragraph]:
    kinds = {(region.page, region.number): region.kind for region in regions}
    printed = (line for line in lines if line.text.strip())
    ordered = sorted(printed, key=lambda line: (line.page, line.number))
    for (page, region), group in groupby(ordered, key=lambda line: (line.page, line.region)):
        kind = "text" if region is None else kinds.get((page, region), "text")
        if kind not in MARGINS:
            yield _Paragraph(kind, tuple(group))


def _sections(paragraphs: Iterable[_Paragraph], fits_as_heading: Callable[[str], bool]) -> Iterator[_Section]:
    heading, unused = "", []
    for is_heading, group in groupby(paragraphs, key=lambda paragraph: paragraph.kind in HEADINGS):
        if is_heading:
            unused = list(group)
            continue
        if unused:
            spare, heading = _as_heading(unused, fits_as_heading)
            yield from _by_page("", spare)
            unused = []
        yield from _by_page(heading, group)
    yield from _by_page("", unused)


def _as_heading(
    headings: Sequence[_Paragraph], fits_as_heading: Callable[[str], bool]
) -> tuple[Sequence[_Paragraph], str]:
    """As many of the last headings as fit in one line of them, and the ones before, which are left as text."""
    for start in range(len(headings)):
        heading = " › ".join(paragraph.text for paragraph in headings[start:])
        if fits_as_heading(heading):
            return headings[:start], heading
    return headings, ""


def _by_page(heading: str, paragraphs: Iterable[_Paragraph]) -> Iterator[_Section]:
    for _, group in groupby(paragraphs, key=lambda paragraph: paragraph.page):
        yield _Section(heading, tuple(group))


def _blocks(paragraphs: Iterable[_Paragraph], fits: Callable[[str], bool]) -> Iterator[list[_Paragraph]]:
    """Paragraphs packed together as long as they fit."""
    block: list[_Paragraph] = []
    for piece in (piece for paragraph in paragraphs for piece in _pieces(paragraph, fits)):
        if block and not fits(_text([*block, piece])):
            yield block
            block = []
        block.append(piece)
    if block:
        yield block


def _pieces(paragraph: _Paragraph, fits: Callable[[str], bool]) -> Iterator[_Paragraph]:
    """The paragraph where it fits, else the parts it is cut into."""
    rest = paragraph
    while not fits(rest.text):
        most = 1
        while most < len(rest.lines) and fits(_Paragraph(rest.kind, rest.lines[: most + 1]).text):
            most += 1
        end = _best_end(rest.lines, most)
        yield _Paragraph(rest.kind, rest.lines[:end])
        if end == len(rest.lines):
            return
        rest = _Paragraph(rest.kind, rest.lines[end:])
    yield rest


def _best_end(lines: Sequence[Line], most: int) -> int:
    """Where to cut: the last sentence end in the second half of the lines that fit, else no hyphenated word."""
    texts = [line.text.rstrip() for line in lines[:most]]
    for end in range(most, (most + 1) // 2 - 1, -1):
        if _SENTENCE_END.search(texts[end - 1]):
            return end
    return next((end for end in range(most, 0, -1) if not _BROKEN_WORD.search(texts[end - 1])), most)


def _text(block: Iterable[_Paragraph]) -> str:
    return "\n".join(paragraph.text for paragraph in block)


def _chunk(number: int, heading: str, block: Sequence[_Paragraph]) -> Chunk:
    lines = [line for paragraph in block for line in paragraph.lines]
    weights = [len(line.text) for line in lines]
    return Chunk(
        number=number,
        page=lines[0].page,
        heading=heading,
        text=_text(block),
        x0=min(line.x0 for line in lines),
        y0=min(line.y0 for line in lines),
        x1=max(line.x1 for line in lines),
        y1=max(line.y1 for line in lines),
        confidence=sum(w * line.confidence for w, line in zip(weights, lines, strict=True)) / sum(weights),
    )
