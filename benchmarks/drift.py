"""How soon a change is found, how often one is told that is none, and what it is put down to.

`python -m benchmarks.drift [PART …]` reads generated scans once (their signals are kept in a temporary folder), draws
streams of documents from them, and writes docs/results/drift.md, with the earlier figures of parts that are not named.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.drift_peers import adwin, kolmogorov_smirnov, page_hinkley
from benchmarks.drift_report import page
from benchmarks.drift_scans import BASE, SCENARIOS, SWAP_BEFORE, SWAP_NEW, SWAP_SAME, signals
from ocr.assembly import STAGES
from resources.drift.causes import Cause, cause_of
from resources.drift.kept import new_reference
from resources.drift.series import Series
from resources.drift.signals import STORED
from resources.drift.watching import Alarm, watch
from resources.lake import Lake
from resources.settings import DriftSettings

FIGURES = Path(__file__).parents[1] / "docs" / "results" / "drift"
SETTINGS = DriftSettings()
STREAMS, PEER_STREAMS, UNCHANGED = 200, 40, 2000
TRIALS, BEFORE, AFTER, EXPLAINED = 20, 60, 100, 5
CLUMP = 20

Peer = Callable[[np.ndarray, np.ndarray], int | None]
PEERS: dict[str, Peer] = {"KS, windows": kolmogorov_smirnov, "Page-Hinkley": page_hinkley, "ADWIN": adwin}
OURS = "ours"
NUMBERS = [signal.name for signal in STORED if signal.watched and not signal.label]


def main() -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    for part in sys.argv[1:] or PARTS:
        print(f"{part} …", flush=True)
        started = time.process_time()
        figures = PARTS[part]()
        seconds = round(time.process_time() - started)
        kept = {"machine": machine.describe(), "commit": machine.commit(), "seconds": seconds, "figures": figures}
        FIGURES.mkdir(parents=True, exist_ok=True)
        (FIGURES / f"{part}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    there = {part: json.loads((FIGURES / f"{part}.json").read_text()) for part in PARTS if _measured(part)}
    FIGURES.with_suffix(".md").write_text(page(there))


def _measured(part: str) -> bool:
    return (FIGURES / f"{part}.json").exists()


def quiet() -> dict[str, Any]:
    """Streams without a change."""
    base = signals(BASE)[BASE]
    generator = np.random.default_rng(0)
    count = SETTINGS.reference + UNCHANGED
    runs = f"generated scans in runs of {CLUMP} of one type"
    return {
        "generated scans": false_alarms(lambda: drawn(base, count, generator), STREAMS),
        "heavy-tailed, discrete and tied signals": false_alarms(lambda: made_up(count, generator), STREAMS // 4),
        runs: false_alarms(lambda: clumped(base, count, generator), STREAMS // 10),
        f"{runs}, the mix left out": false_alarms(lambda: clumped(base, count, generator), STREAMS // 10, mix=False),
    }


def false_alarms(stream: Callable[[], Series], streams: int, *, mix: bool = True) -> dict[str, Any]:
    """Of streams without a change, by method: in how many there was an alarm, and of how many.

    Ours begins anew after an alarm, so that the number of all its alarms is known too. Peers see the first streams.
    """
    alarmed: Counter[str] = Counter()
    alarms = 0
    for number in range(streams):
        one = stream()
        found = alarms_in(one, SETTINGS.reference, mix)
        alarms += len(found)
        alarmed[OURS] += bool(found)
        for name, peer in PEERS.items() if number < PEER_STREAMS else ():
            alarmed[name] += peer(*halves(one, SETTINGS.reference)) is not None
    of = {OURS: streams} | dict.fromkeys(PEERS, min(streams, PEER_STREAMS))
    return {"alarmed": {name: (alarmed[name], of[name]) for name in of}, "alarms": alarms / streams}


def delays() -> dict[str, Any]:
    """Streams that change."""
    found = signals(BASE, *SCENARIOS)
    generator = np.random.default_rng(1)
    return {name: detect(found[BASE], found[name], generator) for name in SCENARIOS}


def detect(base: Series, changed: Series, generator: np.random.Generator) -> dict[str, Any]:
    """Delays in documents after the change by method, None where it was not found; `false` alarms before it; and the
    causes that ours names."""
    waited: dict[str, list[int | None]] = {name: [] for name in (OURS, *PEERS)}
    false: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    begun = SETTINGS.reference + BEFORE
    for trial in range(TRIALS):
        parts = [
            (base, generator.integers(len(base), size=begun)),
            (changed, generator.integers(len(changed), size=AFTER)),
        ]
        stream = joined(parts)
        alarms = alarms_in(stream, SETTINGS.reference)
        firsts: dict[str, int | None] = {OURS: alarms[0].at if alarms else None}
        for name, peer in PEERS.items():
            at = peer(*halves(stream, SETTINGS.reference))
            firsts[name] = None if at is None else at + SETTINGS.reference
        for name, at in firsts.items():
            if at is not None and at < begun:
                false[name] += 1
            else:
                waited[name].append(None if at is None else at - begun + 1)
        true = next((alarm for alarm in alarms if alarm.at >= begun), None)
        if trial < EXPLAINED and true is not None:
            causes[explained(stream, true).of] += 1
    return {"delays": waited, "false": false, "causes": causes}


def swap() -> dict[str, Any]:
    """Deskew switched off on crooked scans: the delay and what is said of it, without and with documents read twice."""
    found = signals(SWAP_BEFORE, SWAP_SAME, SWAP_NEW)
    before, same, new = found[SWAP_BEFORE], found[SWAP_SAME], found[SWAP_NEW]
    told: dict[str, Any] = {}
    for name, parts in (("new documents only", [new]), ("the same documents read again, then new ones", [same, new])):
        stream = joined([(part, range(len(part))) for part in (before, *parts)])
        for alarm in alarms_in(stream, len(before))[:1]:
            cause = explained(stream, alarm, len(stream))
            told[name] = {"delay": alarm.at - len(before) + 1, "of": cause.of, "sure": cause.sure, "says": cause.says}
    return told


def alarms_in(stream: Series, reference: int, mix: bool = True) -> list[Alarm]:
    known = new_reference("live", "", "benchmark", stream.keys[:reference], stream.keys[reference - 1], {})
    return watch(stream, known, SETTINGS.model_copy(update={"mix": mix})).alarms


def explained(stream: Series, alarm: Alarm, end: int | None = None) -> Cause:
    """Its cause by what was known then, or at `end`."""
    with tempfile.TemporaryDirectory() as empty:
        return cause_of(stream, alarm, end or alarm.at + 1, Lake(empty))


def drawn(base: Series, count: int, generator: np.random.Generator) -> Series:
    return joined([(base, generator.integers(len(base), size=count))])


def clumped(base: Series, count: int, generator: np.random.Generator) -> Series:
    """Documents in runs of one type, as piles are scanned."""
    kinds = sorted(set(base.strata))
    shares = np.array([base.strata.count(kind) for kind in kinds]) / len(base)
    chosen: list[int] = []
    while len(chosen) < count:
        kind = generator.choice(kinds, p=shares)
        places = [place for place, stratum in enumerate(base.strata) if stratum == kind]
        chosen += generator.choice(places, size=CLUMP).tolist()
    return joined([(base, chosen[:count])])


def made_up(count: int, generator: np.random.Generator) -> Series:
    """Signals by turns Cauchy, of three values, rarely 1, normal, constant, rounded, or told of half the documents."""
    numbers = {}
    for place, name in enumerate(s.name for s in STORED if not s.label):
        values = [
            generator.standard_cauchy(count),
            generator.integers(0, 3, count).astype(float),
            (generator.random(count) < 0.02).astype(float),
            generator.normal(size=count),
            np.zeros(count),
            np.round(generator.lognormal(size=count), 1),
        ][place % 6]
        values[generator.random(count) < (0.5 if place % 7 == 0 else 0.0)] = np.nan
        numbers[name] = values
    return Series(
        environment="live",
        collection="",
        keys=[(f"d{n}", str(generator.integers(2**60))) for n in range(count)],
        strata=generator.choice(["a", "b", "c"], count, p=[0.8, 0.15, 0.05]).tolist(),
        numbers=numbers,
        labels={
            s.name: generator.choice(["a", "b", "c"], count, p=[0.9, 0.08, 0.02]).tolist() for s in STORED if s.label
        },
        fingerprints={stage: ["one"] * count for stage in STAGES},
        vectors=list(generator.standard_cauchy((count, 4))),
    )


def joined(parts: Sequence[tuple[Series, Sequence[int] | np.ndarray]]) -> Series:
    """Readings of several series one after the other; each is a reading of its own, however often it was drawn."""
    chosen = [(series, int(place)) for series, places in parts for place in places]
    salt = f"{hash(tuple(place for _, place in chosen)):x}"
    return Series(
        environment="live",
        collection="",
        keys=[(series.keys[place][0], f"{number:06d}-{salt}") for number, (series, place) in enumerate(chosen)],
        strata=[series.strata[place] for series, place in chosen],
        numbers={
            s.name: np.array([series.numbers[s.name][place] for series, place in chosen]) for s in STORED if not s.label
        },
        labels={s.name: [series.labels[s.name][place] for series, place in chosen] for s in STORED if s.label},
        fingerprints={stage: [series.fingerprints[stage][place] for series, place in chosen] for stage in STAGES},
        vectors=[series.vectors[place] for series, place in chosen],
    )


def halves(stream: Series, reference: int) -> tuple[np.ndarray, np.ndarray]:
    table = np.stack([stream.numbers[name] for name in NUMBERS], axis=1)
    return table[:reference], table[reference:]


PARTS: dict[str, Callable[[], dict[str, Any]]] = {"quiet": quiet, "delays": delays, "swap": swap}


if __name__ == "__main__":
    main()
