"""What a document type is, and the registry of those there are: one file each under `ocr/extraction/types/`."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import pkgutil
import re
import sys
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Literal

from ocr.documents import Field, Violation
from ocr.errors import EngineError
from ocr.extraction.labels import Labels
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings

FieldKind = Literal["amount", "quantity", "date", "identifier", "currency", "iban", "vat_id", "text"]


ATTACHED = "xml:"
"""How `found_by` begins where a value is that of an attached invoice; the file's name follows."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


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
    """A broken business rule, and the fields it casts doubt on: of one line item where the violation is about one."""

    violation: Violation
    doubted: tuple[str, ...] = ()

    def doubts(self, field: Field) -> bool:
        return field.name in self.doubted and self.violation.group in (None, field.group)


BusinessRule = Callable[[Sequence[Field], RecordsSettings], list[Finding]]


@dataclass(frozen=True, eq=False)
class DocumentType:
    """A document type. `evidence`: regular expression on the lower-case text → weight, for or against the type;
    `shape`: what the look of the page says, in the same units; `read` finds the fields.

    `identity`: sets of fields that two different documents do not share, in each the one most concerned first;
    `sender`: the field that names who made the document."""

    name: str
    evidence: Mapping[str, float]
    fields: tuple[FieldRule, ...]
    read: Callable[[Transcript, RecordsSettings], list[Field]]
    shape: Callable[[Transcript], float] = lambda transcript: 0.0
    rules: tuple[BusinessRule, ...] = ()
    identity: tuple[tuple[str, ...], ...] = ()
    sender: str = ""

    @property
    def view(self) -> str:
        """What many documents of the type are called: the name of its view in the corpus."""
        return f"{self.name[:-1]}ies" if re.search(r"[^aeiou]y$", self.name) else f"{self.name}s"


_folders: set[Path] = set()
_own: dict[str, DocumentType] = {}


def use_types(folder: str | Path) -> None:
    """Know the types declared in a folder as well, in this process from now on; one of a packaged type's name takes its
    place. Each `.py` file there declares one as `TYPE`, as those of `ocr.extraction.types` do.

    Raises `EngineError` for a folder that is not there, or a file that declares no type.
    """
    path = Path(folder).expanduser().resolve()
    if not path.is_dir():
        raise EngineError(f"[records] types: there is no folder {path}")
    if path not in _folders:
        declared = [_declared(_module(file)) for file in sorted(path.glob("*.py"))]
        _own.update({one.name: one for one in declared})
        _folders.add(path)
        registry.cache_clear()
        kinds.cache_clear()


@contextmanager
def blamed(declared: DocumentType) -> Generator[None]:
    """What goes wrong within, in a type of the user's own, is raised as an `EngineError` that names file and line."""
    try:
        yield
    except Exception as error:
        places = {str(file) for folder in _folders for file in folder.glob("*.py")}
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in places]
        if declared.name not in _own or not frames:
            raise
        where = f"{frames[-1].filename}, line {frames[-1].lineno}"
        raise EngineError(f"[records] types: {where}: {type(error).__name__}: {error}: correct the type") from error


def digest_of(folder: str | Path) -> str:
    """A digest of the types declared in a folder: other files, other answers."""
    files = sorted(Path(folder).expanduser().glob("*.py"))
    return hashlib.sha256(b"".join(f.name.encode() + b"\0" + f.read_bytes() for f in files)).hexdigest()[:12]


@lru_cache(maxsize=1)
def registry() -> dict[str, DocumentType]:
    """Every type by its name: each module of `ocr.extraction.types`, and of folders in use, declares one as `TYPE`."""
    from ocr.extraction import types

    modules = [importlib.import_module(f"{types.__name__}.{m.name}") for m in pkgutil.iter_modules(types.__path__)]
    return {declared.name: declared for declared in map(_declared, modules)} | _own


@lru_cache(maxsize=1)
def kinds() -> dict[str, FieldKind]:
    """The kind of every field that a type declares, by its name."""
    return {rule.name: rule.kind for declared in registry().values() for rule in declared.fields}


def _module(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ocr_types_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise EngineError(f"[records] types: {file} is no Python module")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise EngineError(f"[records] types: {file}: {type(error).__name__}: {error}") from error
    return module


def _declared(module: ModuleType) -> DocumentType:
    declared = getattr(module, "TYPE", None)
    if not isinstance(declared, DocumentType):
        raise EngineError(f"{module.__file__} declares no DocumentType named TYPE")
    for name in (declared.name, *(rule.name for rule in declared.fields)):
        if not _NAME.fullmatch(name):
            raise EngineError(f"{module.__file__}: {name!r} is no name of small letters, digits and underscores")
    return declared


def labels_of(fields: Sequence[FieldRule], kind: FieldKind) -> Labels:
    """The labels of all fields of one kind, which compete for each value of that kind."""
    chosen = [f for f in fields if f.kind == kind and (f.phrases or f.patterns)]
    return Labels({f.name: f.phrases for f in chosen}, {f.name: f.patterns for f in chosen})
