"""Real documents with ground truth, beside the checkout: `OCR_EVALUATION_DATA`, else `../shared/data`."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ocr.evaluation.importing.belongings import DocumentMissing
from ocr.evaluation.importing.kleister import read_kleister
from ocr.evaluation.importing.sroie import read_sroie
from ocr.evaluation.importing.zugferd import read_zugferd
from ocr.evaluation.truth import Truth, TruthError, TruthPage

ROOT = Path(os.environ.get("OCR_EVALUATION_DATA") or Path(__file__).parents[2] / "shared" / "data")


def require() -> Path:
    if not ROOT.is_dir():
        raise SystemExit(f"no evaluation data at {ROOT}: set OCR_EVALUATION_DATA")
    return ROOT


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sroie() -> Iterator[tuple[Path, Truth]]:
    """Receipts: lines in the order of the annotation, in capitals throughout, and four fields as printed."""
    for truth in _known(read_sroie(ROOT / "sroie")):
        yield ROOT / "sroie" / "img" / truth.name, truth


def zugferd() -> Iterator[tuple[Path, Truth]]:
    """Digital invoices: fields of the attached XML, which is not read when reading the invoice."""
    for truth in _known(read_zugferd(ROOT / "fields_zugferd" / "expected.jsonl")):
        yield ROOT / "fields_zugferd" / "pdf" / truth.name, truth


def kleister() -> Iterator[tuple[Path, Truth]]:
    """Contracts: parties, jurisdiction, effective date and term."""
    for truth in _known(read_kleister(ROOT / "fields_kleister_nda")):
        yield ROOT / "fields_kleister_nda" / "pdf" / truth.name, truth


def _known(found: Iterable[Truth | TruthError]) -> Iterator[Truth]:
    """Truths of the documents that are here: of some sets only a part is."""
    for truth in found:
        if isinstance(truth, Truth):
            yield truth
        elif not isinstance(truth, DocumentMissing):
            raise truth


def old_books() -> Iterator[tuple[Path, Truth]]:
    """Book pages: the text of the page, its line breaks normalised by the source."""
    for image in sorted((ROOT / "text_old_books" / "img").glob("*.tiff")):
        text = (ROOT / "text_old_books" / "txt" / f"{image.stem}.txt").read_text(encoding="utf-8", errors="replace")
        page = TruthPage(number=1, text=text)
        yield image, Truth(sha256=sha256(image), name=image.name, set="old books", pages=[page])


def wild() -> Iterator[Path]:
    """PDFs from the test suites of parsers, without truth."""
    with (ROOT / "pdf_wild" / "manifest.csv").open() as handle:
        for row in csv.DictReader(handle):
            yield ROOT / "pdf_wild" / "files" / row["file"]


def printed_pages() -> Iterator[tuple[str, Path, str]]:
    """Set, image and text of typewritten archive pages, facing pages, classic test pages and papers."""
    for name, folder in (("typewritten", "text_ehri_typewritten"), ("facing pages", "text_fondue_en")):
        for text in sorted((ROOT / folder).rglob("txt/*.txt")):
            (image,) = (text.parent.parent / "img").glob(f"{text.stem}.*")
            yield name, image, text.read_text(encoding="utf-8")
    for name in ("8071_093.3B", "8087_054.3B", "eurotext", "phototest"):
        text = (ROOT / "text_tesseract_test" / f"{name}.txt").read_text(encoding="utf-8")
        yield "test pages", ROOT / "text_tesseract_test" / f"{name}.tif", text
    for tokens in sorted((ROOT / "layout_docbank" / "tokens").glob("*.txt")):
        words = [row.split("\t")[0] for row in tokens.read_text(encoding="utf-8").splitlines()]
        (image,) = (ROOT / "layout_docbank" / "img").glob(f"{tokens.stem}*")
        yield "papers", image, " ".join(word for word in words if not word.startswith("##LT"))
