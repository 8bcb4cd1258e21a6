"""PAGE XML (PRImA, any version): regions with their kinds and lines with their text, in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from ocr.evaluation.importing.alto import scan_folders
from ocr.evaluation.importing.belongings import checked, document_named, each_file, sha256_of
from ocr.evaluation.importing.xml import parse_xml
from ocr.evaluation.truth import Box, Truth, TruthError
from ocr.markup import all_named, text_at

TEXT_KINDS = {
    "heading": "heading",
    "header": "header",
    "footer": "footer",
    "page-number": "footer",
    "caption": "caption",
    "list-label": "list",
}
"""`type` of a TextRegion → kind of region; every other type is `text`."""
KINDS = {"TableRegion": "table", "ImageRegion": "figure", "GraphicRegion": "figure", "ChartRegion": "figure",
         "LineDrawingRegion": "figure", "MathsRegion": "formula"}  # fmt: skip


def read_page_xml(path: Path, documents: Path | None = None) -> Iterator[Truth | TruthError]:
    """One truth a file; the scan is found as for ALTO, by `imageFilename`."""
    return each_file(path, ".xml", lambda file: _from_file(file, documents))


def _from_file(file: Path, documents: Path | None) -> Truth:
    root = parse_xml(file.read_bytes(), str(file))
    page = root.find("Page")
    if root.tag != "PcGts" or page is None:
        raise TruthError(f"{file}: PcGts.Page: missing; this is no PAGE file")
    document = document_named(page.get("imageFilename") or file.stem, scan_folders(file, documents), str(file))
    regions = _in_order(page)
    lines = [line for region in regions for line in region.iter("TextLine")]
    return checked(
        str(file),
        sha256=sha256_of(document),
        name=document.name,
        set="page",
        pages=[
            {
                "number": 1,
                "lines": [{"text": _text(line), "box": _box(line, str(file))} for line in lines],
                "regions": [{"kind": _kind(region), "box": _box(region, str(file))} for region in regions],
            }
        ],
    )


def _in_order(page: Element) -> list[Element]:
    """Regions by the file's reading order, those it does not name after the others."""
    regions = [child for child in page if child.tag == "TextRegion" or child.tag in KINDS]
    order = page.find("ReadingOrder")
    named = [] if order is None else [r.get("regionRef", "") for r in order.iter() if r.tag.startswith("RegionRef")]
    places = {name: place for place, name in enumerate(named)}
    return sorted(regions, key=lambda region: places.get(region.get("id", ""), len(places)))


def _kind(region: Element) -> str:
    return KINDS.get(region.tag) or TEXT_KINDS.get(region.get("type", ""), "text")


def _text(line: Element) -> str:
    """The line's text; where it is given several times, the one of the lowest index."""
    given = sorted(line.findall("TextEquiv"), key=lambda element: (element.get("index") or "0").zfill(9))
    if given:
        return text_at(given[0], "Unicode")
    return " ".join(text_at(word, "TextEquiv/Unicode") for word in all_named(line, "Word"))


def _box(element: Element, source: str) -> Box:
    """The box around the element's polygon: a `points` attribute, or a `Point` element each in old versions."""
    coords = element.find("Coords")
    if coords is None:
        raise TruthError(f"{source}: {element.tag}[{element.get('id', '')}].Coords: missing")
    written = coords.get("points") or " ".join(f"{p.get('x')},{p.get('y')}" for p in coords.findall("Point"))
    try:
        points = [tuple(map(float, point.split(","))) for point in written.split()]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return min(xs), min(ys), max(xs), max(ys)
    except ValueError as error:
        raise TruthError(f"{source}: {element.tag}[{element.get('id', '')}].Coords: {written[:40]!r}") from error
