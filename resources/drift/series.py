"""Readings of one environment and collection, in the order they were settled: a column per signal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ocr.assembly import STAGES
from resources.drift.kept import Key
from resources.drift.signals import STORED


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
    names = ("environment", "collection", "document", "settled_at", "stage", "form", "type")
    heads = zip(*(rows.column(name).to_pylist() for name in names), strict=True)
    readings: dict[Key, dict[Key, dict[str, int]]] = defaultdict(dict)
    strata: list[str] = []
    for place, (environment, collection, document, settled_at, stage, form, type_) in enumerate(heads):
        readings[environment, collection].setdefault((document, settled_at), {})[stage] = place
        strata.append(f"{form}/{type_}")
    return [_series(name, found, strata, rows) for name, found in sorted(readings.items())]


def _series(name: Key, readings: Mapping[Key, Mapping[str, int]], strata: Sequence[str], rows: pa.Table) -> Series:
    found = list(readings.values())
    # Where the row of each reading and stage stands; null where the stage was not made anew.
    places = {stage: pa.array([stages.get(stage) for stages in found], pa.int64()) for stage in STAGES}

    def told(column: str, stage: str) -> pa.ChunkedArray:
        return rows.column(column).take(places[stage])

    def words(column: str, stage: str) -> list[str]:
        return [value or "" for value in told(column, stage).to_pylist()]

    return Series(
        environment=name[0],
        collection=name[1],
        keys=list(readings),
        strata=[strata[next(iter(stages.values()))] for stages in found],
        numbers={s.name: told(s.name, s.stage).to_numpy().astype(np.float64) for s in STORED if not s.label},
        labels={s.name: words(s.name, s.stage) for s in STORED if s.label},
        fingerprints={stage: words("fingerprint", stage) for stage in STAGES},
        vectors=_vectors(told("vector", "embeddings")),
    )


def _vectors(column: pa.ChunkedArray) -> list[np.ndarray | None]:
    """Each value of a column of lists as an array; None where it is null."""
    found: list[np.ndarray | None] = []
    for chunk in column.chunks:
        ends, there = chunk.offsets.to_numpy(), chunk.is_valid().to_numpy(zero_copy_only=False)
        flat = chunk.values.to_numpy(zero_copy_only=False).astype(np.float64)
        found += [flat[ends[n] : ends[n + 1]] if there[n] else None for n in range(len(chunk))]
    return found


def _most(values: Iterable[str]) -> str:
    counted = Counter(value for value in values if value)
    return counted.most_common(1)[0][0] if counted else ""
