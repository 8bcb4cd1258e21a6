"""SROIE (ICDAR 2019): `box/NAME.csv` with a text line each, `key/NAME.json` with the fields, `img/NAME.jpg`.

The annotation is in capitals throughout, whatever the receipt has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ocr.evaluation.importing.belongings import checked, document_named, sha256_of, text_of
from ocr.evaluation.truth import Truth, TruthError

FIELDS = ("company", "date", "address", "total")


def read_sroie(path: Path, documents: Path | None = None) -> Iterator[Truth | TruthError]:
    """The receipts of a folder that holds `box` and `key` (or `entities`); scans in `documents`, else in `img`."""
    boxes, keys = _by_stem(path / "box"), _by_stem(path / "key") or _by_stem(path / "entities")
    if not boxes and not keys:
        yield TruthError(f"{path}: neither box/ nor key/ with files in it")
    for stem in sorted(boxes.keys() | keys.keys()):
        try:
            yield _receipt(stem, boxes.get(stem), keys.get(stem), documents or path / "img")
        except TruthError as error:
            yield error


def _receipt(stem: str, box: Path | None, key: Path | None, documents: Path) -> Truth:
    source = str(key or box)
    document = document_named(stem, [documents], source)
    lines = _lines(box) if box else None
    return checked(
        source,
        sha256=sha256_of(document),
        name=document.name,
        set="sroie",
        type="receipt",
        pages=[{"number": 1, "lines": lines}] if lines is not None else [],
        fields=_fields(key) if key else {},
        caseless=True,
    )


def _lines(path: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for number, row in enumerate(text_of(path).splitlines(), start=1):
        if not row.strip():
            continue
        parts = row.split(",", 8)
        if len(parts) < 9:
            raise TruthError(f"{path}: line {number}: eight coordinates and a text are wanted, found {row[:60]!r}")
        try:
            xs, ys = [float(v) for v in parts[0:8:2]], [float(v) for v in parts[1:8:2]]
        except ValueError as error:
            raise TruthError(f"{path}: line {number}: a coordinate is no number in {row[:60]!r}") from error
        found.append({"text": parts[8], "box": (min(xs), min(ys), max(xs), max(ys))})
    return found


def _fields(path: Path) -> dict[str, str]:
    from ocr.extraction.dates import parse_date
    from ocr.extraction.normalise import amount

    try:
        said = json.loads(text_of(path))
    except json.JSONDecodeError as error:
        raise TruthError(f"{path}: line {error.lineno}: not valid JSON") from error
    if not isinstance(said, dict):
        raise TruthError(f"{path}: an object with {', '.join(FIELDS)} is wanted")
    for name, value in said.items():
        if not isinstance(value, str):
            raise TruthError(f"{path}: {name}: a text is wanted, not {value!r}")
    fields = {name: said[name] for name in FIELDS if said.get(name)}
    # What cannot be parsed is kept as printed: no reading will equal it, but the receipt has such a field.
    day, total = parse_date(fields.get("date", "")), amount(fields.get("total", ""))
    if day is not None:
        fields["date"] = day.isoformat()
    if total is not None:
        fields["total"] = str(total)
    return fields


def _by_stem(folder: Path) -> dict[str, Path]:
    return {p.stem: p for p in sorted(folder.glob("*")) if p.suffix in (".csv", ".json", ".txt")}
