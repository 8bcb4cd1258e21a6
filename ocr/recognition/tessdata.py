"""Where the system keeps Tesseract's language data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ocr.errors import EngineError

SUFFIX = ".traineddata"

FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",  # Debian, Ubuntu
    "/usr/share/tesseract-ocr/4.00/tessdata",  # older ones of these
    "/usr/share/tesseract/tessdata",  # Fedora
    "/usr/share/tessdata",  # Arch, Alpine
    "/opt/homebrew/share/tessdata",  # Homebrew on Apple silicon
    "/usr/local/share/tessdata",  # Homebrew on Intel, built from source
    "C:/Program Files/Tesseract-OCR/tessdata",
)


def language_files(languages: str, folder: str = "") -> tuple[Path, ...]:
    """The trained data of `languages` (`eng+deu`), in that order, of one folder.

    `folder` is the only one looked into where it is given, else what TESSDATA_PREFIX names, else the first of the
    usual ones that has all the languages. `EngineError` says which are missing and how they are installed.
    """
    wanted = languages.split("+")
    best = wanted
    for place in _places(folder):
        missing = [code for code in wanted if not _file(place, code).is_file()]
        if not missing:
            return tuple(_file(place, code) for code in wanted)
        best = min(best, missing, key=len)
    packages = " ".join(f"tesseract-ocr-{code.replace('_', '-')}" for code in best)
    where = f" in {folder}" if folder else ""
    raise EngineError(
        f"Tesseract has no data for {', '.join(best)}{where}: install it (Debian: `apt install {packages}`; "
        "macOS: `brew install tesseract-lang`), set `[text] tessdata` to its folder or change `[text] languages`"
    )


def _places(folder: str) -> Iterator[Path]:
    named = folder or os.environ.get("TESSDATA_PREFIX", "")
    if named:
        yield Path(named)
    else:
        yield from map(Path, FOLDERS)


def _file(folder: Path, code: str) -> Path:
    return folder / f"{code}{SUFFIX}"
