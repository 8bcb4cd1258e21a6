"""Ground truth in other people's formats, brought into the project's one form.

An importer is a function of a path (a file or a folder) and, where they lie elsewhere, the folder of the documents. It
yields a `Truth` for each document, or the `TruthError` that says which file and field do not fit, and goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ocr.evaluation.importing.alto import read_alto
from ocr.evaluation.importing.kleister import read_kleister
from ocr.evaluation.importing.page_xml import read_page_xml
from ocr.evaluation.importing.sroie import read_sroie
from ocr.evaluation.importing.zugferd import read_zugferd
from ocr.evaluation.truth import Truth, TruthError

Importer = Callable[[Path, Path | None], Iterator[Truth | TruthError]]

FORMATS: dict[str, Importer] = {
    "sroie": read_sroie,
    "zugferd": read_zugferd,
    "kleister": read_kleister,
    "alto": read_alto,
    "page": read_page_xml,
}
