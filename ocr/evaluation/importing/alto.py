"""ALTO (Library of Congress, any version): the lines of a page with their boxes, and how it lies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from ocr.evaluation.importing.belongings import checked, document_named, each_file, sha256_of
from ocr.evaluation.importing.xml import number_in, parse_xml
from ocr.evaluation.truth import Truth, TruthError
from ocr.markup import all_named, text_at


def read_alto(path: Path, documents: Path | None = None) -> Iterator[Truth | TruthError]:
    """One truth a file. The scan is the one the file names, else one of its own name, in `documents`, beside the file
    or in the folder `img` or `images` beside the file's own."""
    return each_file(path, ".xml", lambda file: _from_file(file, documents))


def _from_file(file: Path, documents: Path | None) -> Truth:
    root = parse_xml(file.read_bytes(), str(file))
    if root.tag != "alto":
        raise TruthError(f"{file}: {root.tag} is no ALTO file (wanted alto)")
    pages = list(all_named(root, "Page"))
    if not pages:
        raise TruthError(f"{file}: Layout.Page: missing")
    in_pixels = text_at(root, "Description/MeasurementUnit") in ("pixel", "")
    document = document_named(_named(root) or file.stem, scan_folders(file, documents), str(file))
    return checked(
        str(file),
        sha256=sha256_of(document),
        name=document.name,
        set="alto",
        pages=[
            {"number": number, "lines": [_line(line, in_pixels, str(file)) for line in all_named(page, "TextLine")]}
            for number, page in enumerate(pages, start=1)
        ],
    )


def scan_folders(file: Path, documents: Path | None) -> list[Path]:
    """Where the scan of a truth file may lie: files of truth are kept beside scans, or in a folder beside theirs."""
    if documents is not None:
        return [documents]
    return [file.parent, file.parent.parent, *(file.parent.parent / name for name in ("img", "images"))]


def _named(root: Element) -> str:
    return text_at(root, "Description/sourceImageInformation/fileName")


def _line(line: Element, in_pixels: bool, source: str) -> dict[str, object]:
    text = " ".join(word.get("CONTENT", "") for word in line if word.tag == "String")
    # A hyphen at the end of a line is an element of its own, and often a soft one.
    text += "".join(word.get("CONTENT", "-").replace("\u00ad", "-") for word in line if word.tag == "HYP")
    box = None
    if in_pixels and line.get("HPOS") is not None:
        left, top, width, height = (number_in(line, name, source) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
        box = (left, top, left + width, top + height)
    return {"text": text, "box": box}
