"""Series drawn at random: every stored signal of every reading, as a change makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ocr.assembly import STAGES
from resources.drift.kept import Reference, new_reference
from resources.drift.series import Series
from resources.drift.signals import STORED

Change = Callable[[np.ndarray], np.ndarray]
DIMENSION = 8


def series(
    count: int,
    seed: int = 0,
    *,
    changes: Mapping[str, Change] | None = None,
    since: int = 0,
    fingerprints: Mapping[str, Sequence[str]] | None = None,
    documents: Sequence[str] | None = None,
) -> Series:
    """`changes` by signal hold from the reading `since` on. Signals are normal, heavy-tailed, discrete or constant by
    turns, and one in seven is told of half the readings."""
    generator = np.random.default_rng(seed)
    numbers: dict[str, np.ndarray] = {}
    for number, signal in enumerate(signal for signal in STORED if not signal.label):
        values = _drawn(number, count, generator)
        if signal.name in (changes or {}):
            values = generator.normal(size=count)
            values[since:] = (changes or {})[signal.name](values[since:])
        elif number % 7 == 3:
            values[generator.random(count) < 0.5] = np.nan
        numbers[signal.name] = values
    names = documents or [f"d{n:05d}" for n in range(count)]
    made = {stage: ["one"] * count for stage in STAGES} | {k: list(v) for k, v in (fingerprints or {}).items()}
    return Series(
        environment="live",
        collection="default",
        keys=[(name, f"2026-01-01T00:00:00.{n:06d}") for n, name in enumerate(names)],
        strata=generator.choice(["scanned/receipt", "scanned/letter", "digital/invoice"], count).tolist(),
        numbers=numbers,
        labels={
            signal.name: generator.choice(["a", "b", "c"], count, p=[0.9, 0.08, 0.02]).tolist()
            for signal in STORED
            if signal.label
        },
        fingerprints=made,
        vectors=list(generator.normal(size=(count, DIMENSION)) + 3),
    )


def reference(of: Series, count: int = 300) -> Reference:
    return new_reference("live", "default", "a test", of.keys[:count], of.keys[count - 1], {})


def _drawn(number: int, count: int, generator: np.random.Generator) -> np.ndarray:
    match number % 5:
        case 0:
            return generator.standard_cauchy(count)
        case 1:
            return generator.integers(0, 3, count).astype(np.float64)
        case 2:
            return (generator.random(count) < 0.02).astype(np.float64)
        case 3:
            return generator.normal(size=count)
        case _:
            return np.zeros(count)
