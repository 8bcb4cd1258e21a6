"""Generated scans of an office's post under scanners that change, read for real: the signals the drift benchmark uses.

Signals are kept in a temporary folder by scenario, so that a second run reads nothing again.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ocr.assembly import STAGES, Engines
from ocr.engines import Image
from ocr.imaging.images import PageImages
from ocr.settings import PagesSettings, ReadingSettings, TextSettings
from ocr.stages import STAGE_FUNCTIONS, Reading, Rejected
from ocr.synthesis.degrade import Degraded, skew
from ocr.synthesis.drawing import draw
from ocr.synthesis.paper import Kind, Language
from ocr.synthesis.scans import Step, scan
from resources.drift.kept import add_rows, load_rows
from resources.drift.measuring import direction, form_of, measure
from resources.drift.series import Series, series_of
from resources.lake import Lake

CACHE = Path(tempfile.gettempdir()) / "ocr-benchmark-drift"
DPI = 100
REFERENCE, UNCHANGED, CHANGED = 300, 60, 30
KINDS: tuple[Kind, ...] = ("receipt", "receipt", "form")


@dataclass(frozen=True, slots=True)
class Scanner:
    """`skew` in degrees, `blur` in pixels of deviation, `noise` in levels; `contrast` 1 is ink on white."""

    skew: float = 0.0
    skew_spread: float = 0.5
    blur: float = 0.0
    contrast: float = 1.0
    noise: float = 0.0
    german: float = 0.2


BASE = "unchanged"
SCENARIOS: dict[str, Scanner] = {
    "blur of 0.7 pixels": Scanner(blur=0.7),
    "blur of 1 pixel": Scanner(blur=1.0),
    "blur of 1.5 pixels": Scanner(blur=1.5),
    "skew of 0.5°": Scanner(skew=0.5),
    "skew of 1.5°": Scanner(skew=1.5),
    "skew of 3°": Scanner(skew=3.0),
    "contrast less by a tenth": Scanner(contrast=0.9),
    "contrast less by 40 %": Scanner(contrast=0.6),
    "grain of 4 levels": Scanner(noise=4.0),
    "half German, not a fifth": Scanner(german=0.5),
}
CROOKED = Scanner(skew_spread=3.0)
SWAP_BEFORE, SWAP_SAME, SWAP_NEW = "deskew on", "deskew off, the same documents", "deskew off, new documents"
SWAPPED, SAME = 60, 20


def engines(deskew: bool = True) -> Engines:
    """One engine and one thread: what costs least, since the signals' changes are what is asked."""
    text = TextSettings(second_engine="off")
    return Engines(ReadingSettings(pages=PagesSettings(deskew=deskew), text=text))


def signals(*wanted: str) -> dict[str, Series]:
    """The series of the scenarios wanted, read where they are not kept yet."""
    lake = Lake(str(CACHE))
    done = {series.collection for series in series_of(load_rows(lake))}
    plain, crooked = engines(), engines(deskew=False)
    jobs: list[tuple[str, Scanner, int, int, Engines]] = [
        (BASE, Scanner(), 0, REFERENCE + UNCHANGED, plain),
        *((name, scanner, 1000 * n, CHANGED, plain) for n, (name, scanner) in enumerate(SCENARIOS.items(), 1)),
        (SWAP_BEFORE, CROOKED, 50_000, SWAPPED, plain),
        (SWAP_SAME, CROOKED, 50_000, SAME, crooked),
        (SWAP_NEW, CROOKED, 60_000, SAME, crooked),
    ]
    for name, scanner, seed, count, using in jobs:
        if name in wanted and name not in done:
            print(f"reading {count} documents: {name} …", flush=True)
            rows = [row for n in range(count) for row in read(name, scanner, seed + n, n, using)]
            add_rows(lake, rows)
    return {series.collection: series for series in series_of(load_rows(lake))}


def read(collection: str, scanner: Scanner, seed: int, number: int, using: Engines) -> Iterator[dict[str, Any]]:
    """Draw, scan and read one document; a row of signals for each stage, as the platform keeps them."""
    data = paper(scanner, seed)
    with tempfile.TemporaryDirectory(prefix="ocr-drift-") as folder:
        reading = Reading(
            key=f"d{seed:06d}",
            name="scan.jpg",
            uri="",
            sha256=hashlib.sha256(data).hexdigest(),
            received_at="",
            load=lambda: data,
            images=PageImages(Path(folder)),
        )
        seconds: dict[str, float] = {}
        rejected = ""
        for stage, function in STAGE_FUNCTIONS.items():
            outcome = next(iter(function([reading], using)))
            seconds[stage] = reading.seconds
            if isinstance(outcome, Rejected):
                rejected = stage
                break
        settled = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
        head = {
            "document": reading.key,
            "environment": "live",
            "collection": collection,
            "settled_at": settled.isoformat(timespec="milliseconds"),
            "form": form_of(reading.pages),
            "type": reading.record.type if reading.record is not None else "",
        }
        for stage in STAGES[: len(seconds)]:
            row: dict[str, Any] = head | {
                "stage": stage,
                "version": collection,
                "fingerprint": using.fingerprint(stage),
            }
            row |= {f"{stage}_rejected": float(stage == rejected), f"{stage}_seconds": seconds[stage]}
            if stage != rejected:
                row |= measure(stage, reading)
            if stage == "embeddings":
                row["vector"] = direction(reading.vectors)
            yield row


def paper(scanner: Scanner, seed: int) -> bytes:
    """A document of its own, drawn by the seed, as this scanner gives it (JPEG)."""
    generator = np.random.default_rng(seed)
    kind = KINDS[int(generator.integers(len(KINDS)))]
    language: Language = "de" if generator.random() < scanner.german else "en"
    steps: list[Step] = [
        partial(skew, angle=float(generator.normal(scanner.skew, scanner.skew_spread))),
        "clean",
        _changed(lambda image: _optics(image, scanner, generator)),
    ]
    return scan(draw(kind, language, seed), steps, seed, form="jpg", dpi=DPI).data


def _changed(change: Callable[[Image], Image]) -> Callable[[Image], Degraded]:
    return lambda image: Degraded(change(image), np.eye(3))


def _optics(image: Image, scanner: Scanner, generator: np.random.Generator) -> Image:
    import cv2

    values = image.astype(np.float32)
    if scanner.blur:
        values = cv2.GaussianBlur(values, (0, 0), scanner.blur)
    # Lamps and papers differ a little from sheet to sheet.
    values = 250 - (250 - values) * scanner.contrast * generator.uniform(0.93, 1.0)
    values += generator.normal(0, 1.0 + scanner.noise, values.shape)
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    signals(SWAP_BEFORE, SWAP_SAME, SWAP_NEW)
    signals(BASE, *SCENARIOS)
