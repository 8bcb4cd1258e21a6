"""Kleister-NDA: four keys of contracts, `expected.tsv` beside `in.tsv` (or `.xz`), or a row of JSON a contract.

In `expected.tsv` a line holds `key=value` pairs with `_` for spaces and colons; `in.tsv` has the file's name in its
first column, line by line.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from ocr.evaluation.importing.belongings import checked, document_named, sha256_of, text_of
from ocr.evaluation.importing.values import iso_date
from ocr.evaluation.truth import Truth, TruthError

KEYS = ("effective_date", "jurisdiction", "party", "term")
SEVERAL = frozenset({"party"})

Values = dict[str, list[str]]
Row = Callable[[], tuple[str, str, Values]]
"""Gives a contract's place in its file, its document's name and its values; what is wrong with it is raised then."""


def read_kleister(path: Path, documents: Path | None = None) -> Iterator[Truth | TruthError]:
    """The contracts of a folder (or of the one file given); documents in `documents`, else in `pdf` or beside it."""
    folder = path if path.is_dir() else path.parent
    folders = [documents] if documents else [folder / "pdf", folder / "documents", folder, folder.parent / "documents"]
    jsonl = path if path.is_file() and path.suffix == ".jsonl" else folder / "expected.jsonl"
    table = path if path.is_file() else folder / "expected.tsv"
    try:
        rows = _json_rows(jsonl) if jsonl == path or not table.is_file() else _table_rows(table)
    except TruthError as error:
        yield error
        return
    for row in rows:
        try:
            yield _contract(*row(), folders)
        except TruthError as error:
            yield error


def _json_rows(file: Path) -> list[Row]:
    lines = enumerate(text_of(file).splitlines(), start=1)
    return [partial(_from_json, f"{file}: line {number}", line) for number, line in lines if line.strip()]


def _table_rows(file: Path) -> list[Row]:
    values, names = text_of(file).splitlines(), _names(file.parent)
    if len(values) != len(names):
        raise TruthError(f"{file}: {len(values)} lines, but in.tsv names {len(names)} documents")
    rows = enumerate(zip(values, names, strict=True), start=1)
    return [partial(_from_pairs, f"{file}: line {number}", name, line) for number, (line, name) in rows]


def _from_json(source: str, line: str) -> tuple[str, str, Values]:
    try:
        row = json.loads(line)
        return source, str(row["file"]), {key: [str(v) for v in found] for key, found in row["expected"].items()}
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise TruthError(f"{source}: an object with file and expected is wanted ({error})") from error


def _from_pairs(source: str, name: str, line: str) -> tuple[str, str, Values]:
    found: Values = {}
    for pair in line.split():
        key, mark, value = pair.partition("=")
        if not mark:
            raise TruthError(f"{source}: {pair[:40]!r} is not key=value")
        found.setdefault(key, []).append(value.replace("_", " "))
    return source, name, found


def _names(folder: Path) -> list[str]:
    """The first column of `in.tsv`, whose other columns hold whole contracts."""
    if (folder / "in.tsv").is_file():
        return [line.split("\t", 1)[0] for line in text_of(folder / "in.tsv").splitlines()]
    packed = folder / "in.tsv.xz"
    try:
        with lzma.open(packed, "rt", encoding="utf-8", errors="replace", newline="\n") as handle:
            return [line.split("\t", 1)[0] for line in handle]
    except (OSError, lzma.LZMAError) as error:
        raise TruthError(f"{packed}: cannot be read ({error})") from error


def _contract(source: str, name: str, values: Values, folders: list[Path]) -> Truth:
    if unknown := values.keys() - set(KEYS):
        raise TruthError(f"{source}: {min(unknown)}: no key of a contract (there are {', '.join(KEYS)})")
    for key, found in values.items():
        if key not in SEVERAL and len(found) > 1:
            raise TruthError(f"{source}: {key}: one value is wanted, found {found}")
    if "effective_date" in values:
        values["effective_date"] = [iso_date(values["effective_date"][0], source, "effective_date")]
    document = document_named(name, folders, source)
    return checked(
        source,
        sha256=sha256_of(document),
        name=document.name,
        set="kleister",
        type="contract",
        # All four were asked of every contract: where one is not given, there is none.
        fields={key: values.get(key, [""])[0] for key in KEYS if key not in SEVERAL},
        several={key: values.get(key, []) for key in KEYS if key in SEVERAL},
    )
