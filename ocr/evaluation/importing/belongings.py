"""Which document a truth file belongs to, and reading truth files so that what is wrong with one is said plainly."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from ocr.evaluation.truth import Truth, TruthError

SUFFIXES = (".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".gif")


class DocumentMissing(TruthError):
    """The truth fits, but the document it is about is not there."""


def document_named(name: str, folders: list[Path], source: str) -> Path:
    """The file of that name, or of that name with another or no suffix. Raises `DocumentMissing` naming `source`."""
    plain = Path(name.replace("\\", "/")).name  # what a truth file names must not lead out of the folder
    for folder in folders:
        if plain and (folder / plain).is_file():
            return folder / plain
        for stem in dict.fromkeys((plain, Path(plain).stem)):
            for suffix in SUFFIXES:
                for written in (suffix, suffix.upper()):
                    if (folder / f"{stem}{written}").is_file():
                        return folder / f"{stem}{written}"
    raise DocumentMissing(f"{source}: its document {plain!r} is not in {' or '.join(map(str, folders))}")


def sha256_of(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def text_of(path: Path) -> str:
    """A truth file's text. Raises `TruthError` where it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TruthError(f"{path}: byte {error.start}: not UTF-8") from error
    except OSError as error:
        raise TruthError(f"{path}: cannot be read ({error.strerror})") from error


def checked(source: str, **known: object) -> Truth:
    """A `Truth` of these values. Raises `TruthError` naming the source and the field that does not fit."""
    try:
        return Truth.model_validate(known)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the document"
        raise TruthError(f"{source}: {place}: {first['msg']}") from error


def each_file(path: Path, suffix: str, truth_of: Callable[[Path], Truth]) -> Iterator[Truth | TruthError]:
    """What `truth_of` makes of the file, or of each with that suffix below a folder; faults come as errors in order."""
    try:
        files = files_in(path, suffix)
    except TruthError as error:
        yield error
        return
    for file in files:
        try:
            yield truth_of(file)
        except TruthError as error:
            yield error


def files_in(path: Path, suffix: str) -> list[Path]:
    """The file itself, or all files with that suffix below a folder. Raises `TruthError` where there are none."""
    if path.is_file():
        return [path]
    found = sorted(p for p in path.rglob("*") if p.suffix.lower() == suffix and p.is_file())
    if not found:
        raise TruthError(f"{path}: no {suffix} file there")
    return found
