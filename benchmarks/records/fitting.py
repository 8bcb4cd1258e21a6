"""Fits the confidence of fields: `python -m benchmarks.records.fitting` writes `ocr/extraction/confidence.json`.

The weights come from generated receipts, invoices and letters alone, degraded and read by the chain as it is. Real
documents go wrong in ways no generated one shows: one figure, the `ceiling`, is taken from SROIE's scans so that the
mean confidence there is the share that is right. To be run again whenever word confidences or rules change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.records import documents, reading
from ocr.documents import Field
from ocr.evaluation.fields import same_value
from ocr.extraction import doubts, draft
from ocr.extraction.confidence import FEATURES, MODEL, features, group_of
from ocr.settings import RecordsSettings

KINDS = ("receipt", "invoice", "receipt", "invoice", "letter")
SEEDS = range(5_000, 5_300)
DPI = 150
GROUPS = ("amount", "date", "text", "code")
PRIOR = np.array([0.0, 1.0, 0.3, 0.2, 0.5, -1.0, 0.2, 0.0, -1.0])
"""What a feature is worth before anything was seen: sure rules and words make a field likelier, doubts less so."""
SIGN = np.sign(PRIOR)
"""A weight against its sign would be an accident of few documents; it is set to 0."""
PULL = 1.0


@dataclass(frozen=True)
class Judged:
    group: str
    values: list[float]
    right: bool


def main() -> None:
    settings = RecordsSettings()
    generated = [judged for inputs, truth in drawn() for judged in judge(inputs, truth, settings)]
    weights = {group: fit([j for j in generated if j.group == group]).round(4).tolist() for group in GROUPS}
    receipts = [
        judged
        for asked in documents.receipts()
        for judged in judge(reading.read(asked.path.read_bytes()), asked, settings)
    ]
    ceiling = min(1.0, float(np.mean([j.right for j in receipts]) / np.mean(likely(receipts, weights))))
    kept = {
        "version": 1,
        "features": list(FEATURES),
        "weights": weights,
        "ceiling": round(ceiling, 4),
        "fitted_on": f"{len(generated)} fields of generated documents, degraded and read at {DPI} dpi",
        "ceiling_on": f"{len(receipts)} fields of SROIE scans",
        "squared_error": {
            "generated": round(brier(generated, weights), 4),
            "receipts": round(brier(receipts, weights), 4),
        },
    }
    if MODEL.exists():
        kept["version"] = json.loads(MODEL.read_text())["version"] + 1
    MODEL.write_text(json.dumps(kept, indent=1) + "\n")


def drawn() -> Iterator[tuple[reading.Inputs, dict[str, str]]]:
    """The first page of each generated document as the text stage leaves it, and its fields."""
    import cv2
    import pymupdf

    from ocr.synthesis.degrade import DEGRADATIONS, degrade
    from ocr.synthesis.drawing import draw

    for seed in SEEDS:
        document = draw(KINDS[seed % len(KINDS)], "en" if (seed // 5) % 3 else "de", seed)
        with pymupdf.open(stream=document.pdf, filetype="pdf") as pdf:
            pixels = pdf[0].get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY)
            if len(pdf) > 1:
                continue
        image = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width)
        image = degrade(image, DEGRADATIONS[(seed // 2) % len(DEGRADATIONS)], seed).image
        yield reading.read(cv2.imencode(".png", image)[1].tobytes()), document.truth.fields


def judge(
    inputs: reading.Inputs, truth: dict[str, str] | documents.Asked, settings: RecordsSettings
) -> Iterator[Judged]:
    """The first field of each name that truth knows: its features, before calibration, and whether it is right."""
    found = draft(*inputs, settings, calibrated=False)
    known = features(found.transcript, found.fields, doubts(found, settings), found.type_confidence)
    seen: set[str] = set()
    for field, values in zip(found.fields, known, strict=True):
        right = _right(field, truth)
        if right is not None and field.group is None and field.name not in seen:
            seen.add(field.name)
            yield Judged(group_of(field), values, right)


def _right(field: Field, truth: dict[str, str] | documents.Asked) -> bool | None:
    if isinstance(truth, documents.Asked):
        known = field.name in truth.fields and truth.truth.get(field.name)
        return documents.matched(truth, field.name, [field.value]) == 1 if known else None
    return same_value(field.name, truth[field.name], field.value) if truth.get(field.name) else None


def fit(judged: list[Judged]) -> np.ndarray:
    """Logistic regression by Newton's method, weights pulled towards `PRIOR`."""
    inputs = np.array([j.values for j in judged])
    right = np.array([float(j.right) for j in judged])
    free = np.ones(len(PRIOR), bool)
    while True:
        weights = np.zeros(len(PRIOR))
        weights[free] = _newton(inputs[:, free], right, PRIOR[free])
        against = free & (weights * SIGN < 0)
        if not against.any():
            return weights
        free &= ~against


def _newton(inputs: np.ndarray, right: np.ndarray, prior: np.ndarray) -> np.ndarray:
    pull = np.eye(len(prior)) * PULL
    pull[0, 0] = 0.05 * PULL
    weights = prior.copy()
    for _ in range(100):
        now = 1 / (1 + np.exp(-inputs @ weights))
        gradient = inputs.T @ (right - now) - pull @ (weights - prior)
        curvature = (inputs * (now * (1 - now))[:, None]).T @ inputs + pull
        step = np.clip(np.linalg.solve(curvature, gradient), -1, 1)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def brier(judged: list[Judged], weights: dict[str, list[float]]) -> float:
    """Mean squared difference between likelihood and outcome."""
    return float(np.mean([(p - j.right) ** 2 for p, j in zip(likely(judged, weights), judged, strict=True)]))


def likely(judged: list[Judged], weights: dict[str, list[float]]) -> list[float]:
    return [float(1 / (1 + np.exp(-np.dot(weights[j.group], j.values)))) for j in judged]


if __name__ == "__main__":
    main()
