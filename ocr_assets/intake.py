"""Files → documents: finds files, recognises them by content, and registers them with the ledger."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_from_bytes

from partitions.keys import document_key
from resources.ledger import Ledger, NewDocument
from resources.printable import printable

REGISTER_AT_ONCE = 200


@dataclass(slots=True)
class Intake:
    """What came of adding files: keys of new documents, and how many files were known already or could not be read."""

    new: list[str]
    known: int
    unreadable: list[tuple[Path, str]]


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Files under the given files and folders, sorted; hidden ones and links out of a folder are left out."""
    for path in paths:
        if path.is_file():
            yield path
        else:
            yield from (file for file, _ in files_below(path))


def files_below(folder: Path) -> Iterator[tuple[Path, str]]:
    """Files under a folder, as of `find_files`, each with its URI. What a look at a large inbox costs is this."""
    try:
        with os.scandir(folder) as found:
            entries = sorted((entry for entry in found if not entry.name.startswith(".")), key=lambda one: one.name)
        base = folder.resolve().as_uri()
    except OSError:
        return
    for entry in entries:
        if entry.is_file(follow_symlinks=False):
            yield Path(entry.path), f"{base}/{quote_from_bytes(os.fsencode(entry.name))}"
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(Path(entry.path))


def register_files(
    files: Iterable[Path],
    ledger: Ledger,
    *,
    collection: str = "default",
    environment: str = "live",
    asked_by: str = "",
    known_files: Mapping[str, tuple[int, float]] | None = None,
) -> Intake:
    """Register files as documents. A file whose size and time are known is not read again.

    `asked_by`: the sensor that is to ask for a run of them. `known_files`: as of the ledger, where they were asked for.
    """
    if known_files is None:
        known_files = ledger.known_files(environment)
    intake = Intake(new=[], known=0, unreadable=[])
    arrivals: list[NewDocument] = []
    for file in files:
        try:
            known = _is_known(file, known_files)
            arrival = None if known else arrival_of(file, collection, environment, asked_by)
        except OSError as error:
            intake.unreadable.append((file, error.strerror or str(error)))
            continue
        if arrival is None:
            intake.known += 1
            continue
        arrivals.append(arrival)
        if len(arrivals) == REGISTER_AT_ONCE:
            _register(arrivals, ledger, intake)
            arrivals = []
    _register(arrivals, ledger, intake)
    return intake


def shown_name(file: Path) -> str:
    """A file's name as it can be stored and printed; bytes that are no UTF-8 and control characters become `�`."""
    return printable(os.fsencode(file.name).decode("utf-8", "replace"))


def arrival_of(file: Path, collection: str, environment: str, asked_by: str) -> NewDocument:
    """A file as a document that arrives; reads it. Raises `OSError` where that cannot be done."""
    stat = file.stat()
    with file.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    name = shown_name(file)
    return NewDocument(
        document=document_key(name, digest, environment),
        sha256=digest,
        name=name,
        uri=file.resolve().as_uri(),
        size=stat.st_size,
        modified=stat.st_mtime,
        collection=collection,
        environment=environment,
        asked_by=asked_by,
    )


def _is_known(file: Path, known_files: Mapping[str, tuple[int, float]]) -> bool:
    stat = file.stat()
    return known_files.get(file.resolve().as_uri()) == (stat.st_size, stat.st_mtime)


def _register(arrivals: list[NewDocument], ledger: Ledger, intake: Intake) -> None:
    if arrivals:
        new = ledger.register(arrivals)
        intake.new.extend(new)
        intake.known += len(arrivals) - len(new)
