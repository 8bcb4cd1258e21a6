"""Readings of one environment and collection, in the order they were settled: a column per signal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ocr.assembly import STAGES
from resources.drift.kept import Key
from resources.drift.signals import SIGNALS, STORED


@dataclass(slots=True)
class Series:
    """`keys`: document and time of each reading. A reading tells of the stages that were made anew in it.

    `numbers`: by signal, NaN where a reading does not tell; `labels`: by signal, "" there. `fingerprints`: by stage, ""
    where the stage was not made anew. `vectors`: the document's direction, None where there is none. `strata`: form and
    type of the document.
    """

    environment: str
    collection: str
    keys: list[Key]
    strata: list[str]
    numbers: dict[str, np.ndarray]
    labels: dict[str, list[str]]
    fingerprints: dict[str, list[str]]
    vectors: list[np.ndarray | None]

    def __len__(self) -> int:
        return len(self.keys)

    def places(self, keys: Iterable[Key]) -> list[int]:
        """Where these readings stand, in their own order; those that are not there are left out."""
        place = {key: number for number, key in enumerate(self.keys)}
        return [place[key] for key in keys if key in place]

    def fingerprints_of(self, places: Sequence[int]) -> dict[str, str]:
        """What most of these readings were made with, by stage."""
        return {stage: _most(self.fingerprints[stage][place] for place in places) for stage in STAGES}


def series_of(rows: pa.Table) -> list[Series]:
    """Every series in rows as `load_rows` gives them."""
    names = ("environment", "collection", "document", "settled_at", "stage", "fingerprint", "form", "type")
    heads = zip(*(rows.column(name).to_pylist() for name in names), strict=True)
    readings: dict[Key, dict[Key, dict[str, int]]] = defaultdict(dict)
    details: list[tuple[str, str]] = []
    for place, (environment, collection, document, settled_at, stage, fingerprint, form, type_) in enumerate(heads):
        readings[environment, collection].setdefault((document, settled_at), {})[stage] = place
        details.append((fingerprint, f"{form}/{type_}"))
    columns = {signal.name: rows.column(signal.name).to_pylist() for signal in STORED}
    vectors = rows.column("vector").to_pylist()
    return [_series(name, found, details, columns, vectors) for name, found in sorted(readings.items())]


def _series(
    name: Key,
    readings: Mapping[Key, Mapping[str, int]],
    details: Sequence[tuple[str, str]],
    columns: Mapping[str, Sequence[Any]],
    vectors: Sequence[list[float] | None],
) -> Series:
    found = list(readings.values())

    def told(signal: str) -> list[Any]:
        stage, column = SIGNALS[signal].stage, columns[signal]
        return [column[stages[stage]] if stage in stages else None for stages in found]

    numbers = {s.name: np.array(told(s.name), dtype=np.float64) for s in STORED if not s.label}
    embedded = [stages.get("embeddings") for stages in found]
    directions = [None if place is None else vectors[place] for place in embedded]
    return Series(
        environment=name[0],
        collection=name[1],
        keys=list(readings),
        strata=[details[next(iter(stages.values()))][1] for stages in found],
        numbers=numbers,
        labels={s.name: [value or "" for value in told(s.name)] for s in STORED if s.label},
        fingerprints={
            stage: [details[stages[stage]][0] if stage in stages else "" for stages in found] for stage in STAGES
        },
        vectors=[None if value is None else np.asarray(value, dtype=np.float64) for value in directions],
    )


def _most(values: Iterable[str]) -> str:
    counted = Counter(value for value in values if value)
    return counted.most_common(1)[0][0] if counted else ""
