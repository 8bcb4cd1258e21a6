"""The corpus file: opened briefly by readers, and replaced whole by who builds a new one beside it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ocr.errors import OcrError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BUILD_MEMORY = "1GB"  # DuckDB spills to disk above this, beside the new file


class CorpusMissing(OcrError):
    """There is no corpus here, or none that can be opened now; the message says what to do."""


ALONE: dict[str, str | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "lock_configuration": "true",
}


def connect(path: Path, read_only: bool = True) -> DuckDBPyConnection:
    """Open the corpus. Close it soon: the file may be replaced at any time, and this process goes on seeing the old one
    until its last connection is closed. Queries see the corpus alone: no other file, no network, no extension.

    Raises `CorpusMissing` where there is none, or where it cannot be opened.
    """
    import duckdb

    if not path.is_file():
        raise CorpusMissing(f"there is no corpus at {path} yet: `ocr-assets run` makes it")
    try:
        return duckdb.connect(path, read_only=read_only, config=ALONE)
    except duckdb.Error as error:
        raise CorpusMissing(
            f"the corpus at {path} cannot be opened ({error}): close the program that writes to it, or delete the "
            "file and make it again with `ocr-assets run`"
        ) from error


def is_sound(path: Path) -> bool:
    """Whether there is a corpus that is whole enough to be opened, now or when who writes to it has closed it."""
    import duckdb

    if not path.is_file():
        return False
    try:
        duckdb.connect(path, read_only=True, config=ALONE).close()
    except duckdb.Error as error:
        return "lock on file" in str(error)
    return True


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """Yields where the new corpus is to be written, and puts it in place of the old one where the block does not raise.

    Readers of the old file keep it; a crash leaves it in place. A second builder waits for the first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    with _only_builder(path):
        _remove(new)
        try:
            yield new
            # A log that someone's interrupted writing left beside the old file must not be replayed into the new one.
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
            new.replace(path)
        finally:
            _remove(new)


def open_new(new: Path) -> DuckDBPyConnection:
    """The connection that writes a corpus nobody reads yet."""
    import duckdb

    return duckdb.connect(new, config={"memory_limit": BUILD_MEMORY})


@contextmanager
def _only_builder(path: Path) -> Generator[None]:
    """The lock goes with the process that holds it, so what lies beside the corpus now is of no living builder."""
    with path.with_name(f".{path.name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _remove(new: Path) -> None:
    new.unlink(missing_ok=True)
    new.with_name(f"{new.name}.wal").unlink(missing_ok=True)
    shutil.rmtree(new.with_name(f"{new.name}.tmp"), ignore_errors=True)
