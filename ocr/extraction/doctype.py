"""What a document type is, and the registry of those there are: one file each under `ocr/extraction/types/`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from ocr.documents import Field, Violation
from ocr.errors import EngineError
from ocr.extraction.labels import Labels
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings

FieldKind = Literal["amount", "quantity", "date", "identifier", "currency", "iban", "vat_id", "text"]


@dataclass(frozen=True)
class FieldRule:
    """A field of a type: its kind (which decides its normaliser and its schema) and how it is labelled.

    `phrases` are matched fuzzily, `patterns` are regular expressions on folded words; both map to weights (0..1).
    A field that is not `kept` only tells its values from its neighbours' ("delivery date"). `item`: of a line item.
    `repeated`: a document may have several ("party").
    """

    name: str
    kind: FieldKind
    required: bool = False
    kept: bool = True
    item: bool = False
    repeated: bool = False
    phrases: Mapping[str, float] = field(default_factory=dict)
    patterns: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """A broken business rule, and the fields it casts doubt on."""

    violation: Violation
    doubted: tuple[str, ...] = ()


BusinessRule = Callable[[Sequence[Field], RecordsSettings], list[Finding]]


@dataclass(frozen=True)
class DocumentType:
    """A document type. `evidence`: regular expression on the lower-case text → weight, for or against the type;
    `shape`: what the look of the page says, in the same units; `read` finds the fields."""

    name: str
    evidence: Mapping[str, float]
    fields: tuple[FieldRule, ...]
    read: Callable[[Transcript, RecordsSettings], list[Field]]
    shape: Callable[[Transcript], float] = lambda transcript: 0.0
    rules: tuple[BusinessRule, ...] = ()


@lru_cache(maxsize=1)
def registry() -> dict[str, DocumentType]:
    """Every type by its name: each module of `ocr.extraction.types` declares one as `TYPE`."""
    from ocr.extraction import types

    found: dict[str, DocumentType] = {}
    for module in pkgutil.iter_modules(types.__path__):
        declared = getattr(importlib.import_module(f"{types.__name__}.{module.name}"), "TYPE", None)
        if not isinstance(declared, DocumentType):
            raise EngineError(f"{types.__name__}.{module.name} declares no DocumentType named TYPE")
        found[declared.name] = declared
    return found


def labels_of(fields: Sequence[FieldRule], kind: FieldKind) -> Labels:
    """The labels of all fields of one kind, which compete for each value of that kind."""
    chosen = [f for f in fields if f.kind == kind and (f.phrases or f.patterns)]
    return Labels({f.name: f.phrases for f in chosen}, {f.name: f.patterns for f in chosen})
