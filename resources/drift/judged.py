"""How far a series was judged: kept in the lake, so that a look judges what is new and gives what judging all would.

<root>/drift/judged/<digest of the series' name>.npz

Nothing is lost with it: it holds a digest of all it was told from, and where that is another one (another reference,
setting, signal, or readings that came in between) everything is judged anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from upath import UPath

from ocr.assembly import STAGES
from resources.drift.betting import KEPT_BACK, SHIFTS, SPREADS
from resources.drift.kept import FOLDER, Reference
from resources.drift.series import Series
from resources.drift.signals import WATCHED
from resources.lake import Lake
from resources.settings import DriftSettings

RULES = 1  # raised where readings are judged otherwise

Beginning = tuple[int, int, dict[str, float]]
"""Of an alarm: its place, where the change began, and its signals."""

Evidence = list[tuple[int, dict[str, float]]]
"""After each reading, its place and the evidence of each stage by the threshold."""


@dataclass(frozen=True, slots=True)
class Judged:
    """All readings before `place`: the alarms they raised, the gamblers' state after the last of them (of `Wealth`),
    and what evidence there was after each."""

    place: int
    alarms: list[Beginning]
    winnings: np.ndarray
    runs: np.ndarray
    begun: np.ndarray
    trace: Evidence


def load_judged(lake: Lake, series: Series, reference: Reference, settings: DriftSettings) -> Judged | None:
    """How far the series was judged by this reference and these settings; None where it was not, or otherwise."""
    try:
        with np.load(io.BytesIO(_path(lake, series).read_bytes()), allow_pickle=False) as kept:
            head, arrays = json.loads(str(kept["head"])), {name: kept[name] for name in kept.files if name != "head"}
    except (FileNotFoundError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    place = head["place"]
    if place > len(series) or head["digest"] != _digest(series, place, reference, settings):
        return None
    places, values = arrays.pop("places").tolist(), arrays.pop("evidence").tolist()
    trace = [(at, dict(zip(STAGES, row, strict=True))) for at, row in zip(places, values, strict=True)]
    alarms = [(at, since, signals) for at, since, signals in head["alarms"]]
    return Judged(place, alarms, **arrays, trace=trace)


def save_judged(lake: Lake, series: Series, reference: Reference, settings: DriftSettings, judged: Judged) -> None:
    digest = _digest(series, judged.place, reference, settings)
    head = json.dumps({"digest": digest, "place": judged.place, "alarms": judged.alarms})
    sink = io.BytesIO()
    np.savez_compressed(
        sink,
        head=np.array(head),
        places=np.array([at for at, _ in judged.trace], dtype=np.int64),
        evidence=np.array([[by[stage] for stage in STAGES] for _, by in judged.trace]).reshape(-1, len(STAGES)),
        winnings=judged.winnings,
        runs=judged.runs,
        begun=judged.begun,
    )
    lake.write(_path(lake, series), sink.getvalue())


def _digest(series: Series, place: int, reference: Reference, settings: DriftSettings) -> str:
    """Of all that the judgement of the readings before `place` depends on."""
    parts: list[Any] = [RULES, SHIFTS, SPREADS, KEPT_BACK, STAGES, [astuple(signal) for signal in WATCHED]]
    parts += [reference.id, settings.model_dump(), place, series.keys[:place], series.strata[:place]]
    parts += [values[:place] for _, values in sorted(series.labels.items())]
    found = hashlib.blake2b(json.dumps(parts).encode(), digest_size=16)
    for _, values in sorted(series.numbers.items()):
        found.update(values[:place].tobytes())
    return found.hexdigest()


def _path(lake: Lake, series: Series) -> UPath:
    name = hashlib.blake2b(f"{series.environment}\n{series.collection}".encode(), digest_size=8).hexdigest()
    return lake.root / FOLDER / "judged" / f"{name}.npz"
