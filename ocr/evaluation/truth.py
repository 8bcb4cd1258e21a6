"""Ground truth: what a document really says, in one JSON file per document, `<sha256>.json`.

Any subset may be given besides `sha256`: what is absent is not judged. Boxes are `x0, y0, x1, y1` in the units of the
source page (points for PDF, pixels for images), as it lies in the file, before it is turned or deskewed, so that they
do not depend on how a page is rendered; `Page.transform` leads from upright pixels to those units.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ocr.documents import RegionKind
from ocr.errors import OcrError

Box = tuple[float, float, float, float]


class TruthError(OcrError):
    """A ground-truth file does not fit; names the file and the field."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TruthLine(_Strict):
    text: str
    box: Box | None = None


class TruthRegion(_Strict):
    kind: RegionKind
    box: Box


class TruthPage(_Strict):
    """One page, numbered from 1.

    `text` has one line of the page per line, in natural reading order. `rotation`: degrees clockwise the source must be
    turned to stand upright. `skew`: degrees, positive when the source is turned counter-clockwise.
    """

    number: int = Field(ge=1)
    text: str | None = None
    rotation: Literal[0, 90, 180, 270] | None = None
    skew: float | None = None
    lines: list[TruthLine] | None = None
    regions: list[TruthRegion] | None = None

    @property
    def wording(self) -> str | None:
        """The page's text, from its lines where it is not given by itself; None where neither is known."""
        if self.text is None and self.lines is not None:
            return "\n".join(line.text for line in self.lines)
        return self.text


class TruthReview(_Strict):
    """Where the value of a field came from, if a person gave it: who, and when (ISO 8601, UTC)."""

    by: str
    at: str


class Truth(_Strict):
    """What is known of one document.

    `fields` holds normalised values (dates ISO, amounts plain decimals, currency ISO 4217) by the names of the records
    stage; an empty value says that the document has no such field, a name left out that nobody knows. `several` holds
    all values, in any order, of fields a document may have more than once (the parties of a contract). `items` are line
    items in order. `text` is the text of the whole document where it is not known page by page. `caseless` says that
    texts were written down without regard to case. `reviews` names the fields whose value a person gave in review.
    """

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    name: str = ""
    set: str = ""
    type: str | None = None
    language: str | None = None
    text: str | None = None
    caseless: bool = False
    pages: list[TruthPage] = Field(default_factory=list)
    fields: dict[str, str] = Field(default_factory=dict)
    several: dict[str, list[str]] = Field(default_factory=dict)
    items: list[dict[str, str]] | None = None
    reviews: dict[str, TruthReview] = Field(default_factory=dict)

    @property
    def knows_fields(self) -> bool:
        return bool(self.fields or self.several or self.items)

    @field_validator("type")
    @classmethod
    def _type_is_known(cls, value: str | None) -> str | None:
        from ocr.extraction.doctype import registry

        if value is not None and value not in registry():
            raise ValueError(f"no document type {value!r}: there are {', '.join(sorted(registry()))}")
        return value

    @model_validator(mode="after")
    def _pages_differ(self) -> Truth:
        numbers = [page.number for page in self.pages]
        if len(set(numbers)) < len(numbers):
            raise ValueError("two pages have the same number")
        return self


def misfits(truth: Truth) -> list[str]:
    """What no reading could equal: fields that the type has not, and values not written as values of their kind."""
    from ocr.extraction.doctype import kinds, registry

    declared = registry().get(truth.type or "")
    known = {rule.name: rule.kind for rule in declared.fields if rule.kept} if declared else kinds()
    if not known:
        return []
    faults = []
    for name, values in [*((n, [v]) for n, v in truth.fields.items()), *truth.several.items()]:
        if name not in known:
            faults.append(f"{name}: {truth.type or 'no type'} has no such field; there are {', '.join(sorted(known))}")
            continue
        faults += [f"{name}: {fault}" for value in values if value and (fault := unfit(known[name], value))]
    return faults


def unfit(kind: str, value: str) -> str:
    """Why a value is not written as the records stage writes values of its kind; empty where it is."""
    try:
        if kind in ("amount", "quantity"):
            Decimal(value)
        elif kind == "date":
            date.fromisoformat(value)
    except (InvalidOperation, ValueError):
        return f"{value!r} is not {'a date as 2026-03-01' if kind == 'date' else 'an amount as 1234.50'}"
    return ""


def load_truth(path: Path) -> Truth:
    """Read a truth file. Raises `TruthError` where it cannot be read, does not fit or is named after other bytes."""
    try:
        truth = Truth.model_validate_json(path.read_bytes())
    except OSError as error:
        raise TruthError(f"{path}: cannot be read ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the document"
        raise TruthError(f"{path}: {place}: {first['msg']}") from error
    if path.stem != truth.sha256:
        raise TruthError(f"{path}: sha256: differs from the file's name")
    return truth


def find_truth(sha256: str, folders: Iterable[Path]) -> Truth | None:
    """The truth of the document with that SHA-256 (hex), from the first folder that has one."""
    for folder in folders:
        path = folder / f"{sha256}.json"
        if path.is_file():
            return load_truth(path)
    return None


def truth_files(folders: Iterable[Path]) -> dict[str, Path]:
    """The file of each document that has truth, by its SHA-256 (hex): a listing, where many are asked about."""
    found: dict[str, Path] = {}
    for folder in folders:
        if folder.is_dir():
            for path in folder.glob("*.json"):
                found.setdefault(path.stem, path)
    return found


def save_truth(truth: Truth, folder: Path) -> Path:
    """Write `<folder>/<sha256>.json` whole; what is not known is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{truth.sha256}.json"
    known = truth.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    written = path.with_suffix(f".{os.getpid()}.tmp")
    written.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    written.replace(path)
    return path
