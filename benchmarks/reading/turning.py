"""How pages are made upright, square and flat: skew beside jdeskew, orientation, perspective."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import evaluation_data
from benchmarks.reading.turned_pages import FOLDERS, files, first_page, photographs, turned
from benchmarks.reading.turning_report import report
from ocr.engines import Image, OrientationClassifier
from ocr.evaluation.bootstrap import bootstrap_ratio
from ocr.evaluation.skew import WITHIN, skew_score
from ocr.evaluation.text import TextScore, compare, pool

__all__ = ["measure", "report"]

READ_ON = ("wood", "stone")
PAGES = {"papers": 10, "contracts": 6, "old books": 8, "receipts": 12, "typewritten": 6, "facing pages": 3}
ANGLES = {15: 2, 45: 1}
"""How many angles a page is turned by, within so many degrees to either side."""

ORIENTED = {**FOLDERS, "more papers": "layout_publaynet/img/*"}
EXPECTED = {
    "OCRmyPDF__cardinal.pdf": [0, 270, 180, 90],
    "olmocr__edgar-rotated90.pdf": [270],
    "test__devatest-rotated-270.png": [90],
    "unstructured__rotated-page-90.pdf": [270],
}
"""Turns (degrees clockwise) that make the pages stand upright, seen by eye; 0 for every other file."""


def measure() -> dict[str, Any]:
    return {"skew": _skew(), "orientation": _orientation(), "manifest": _manifest(), "perspective": _perspective()}


def _skew() -> dict[str, Any]:
    import cv2
    from jdeskew.estimator import get_angle

    from ocr.imaging.deskew import estimate_skew

    cv2.setNumThreads(1)
    estimators: dict[str, Callable[[Image, int], float]] = {
        "ours": lambda image, most: estimate_skew(image).angle,
        "jdeskew": lambda image, most: -get_angle(image, angle_max=most),
    }
    found: dict[str, Any] = {}
    for name, most_pages in PAGES.items():
        print(f"  skew of {name}", flush=True)
        generator = np.random.default_rng(0)
        rows: dict[tuple[str, int], list[tuple[float, float, float]]] = {}
        for file in files(name, most_pages):
            image = first_page(file)
            own = {estimator: ask(image, 15) for estimator, ask in estimators.items()}
            for most, count in ANGLES.items():
                for angle in generator.uniform(-most, most, count):
                    page = turned(image, angle)
                    for estimator, ask in estimators.items():
                        started = time.perf_counter()
                        error = ask(page, most) - angle
                        seconds = time.perf_counter() - started
                        rows.setdefault((estimator, most), []).append((error, error - own[estimator], seconds))
        found[name] = {f"{estimator} ±{most}°": _skew_row(known) for (estimator, most), known in rows.items()}
    return found


def _skew_row(rows: list[tuple[float, float, float]]) -> dict[str, Any]:
    scored = {}
    for kind, column in (("as turned", 0), ("without own skew", 1)):
        # Modulo a right angle: at 45° both directions are equally near.
        errors = [(row[column] + 45) % 90 - 45 for row in rows]
        interval = bootstrap_ratio([abs(e) <= WITHIN for e in errors], [1.0] * len(errors))
        scored[kind] = {**asdict(skew_score(errors)), "interval": [interval.low, interval.high]}
    return {**scored, "pages": len(rows), "ms": 1000 * float(np.median([row[2] for row in rows]))}


def _orientation() -> dict[str, Any]:
    from ocr.assembly import Engines
    from ocr.imaging.orientation import RapidOrientationClassifier
    from ocr.settings import ReadingSettings

    engines = Engines(ReadingSettings())
    verified = engines.orientation
    assert verified is not None
    found: dict[str, Any] = {}
    for name, pattern in ORIENTED.items():
        print(f"  orientation of {name}", flush=True)
        images = [first_page(file, 150) for file in sorted(evaluation_data.ROOT.glob(pattern))]
        found[name] = {"pages": 4 * len(images)}
        for label, classifier in (
            ("model", RapidOrientationClassifier(engines.settings.engines)),
            ("verified", verified),
        ):
            classifier.classify([images[0]])
            found[name][label] = _four_turns(classifier, images)
    return found


def _four_turns(classifier: OrientationClassifier, images: Sequence[Image]) -> dict[str, Any]:
    started = time.perf_counter()
    right = []
    for image in images:
        lying = [np.ascontiguousarray(np.rot90(image, turns)) for turns in range(4)]
        answers = classifier.classify(lying)
        right.append(sum(answer.rotation == 90 * turns for turns, answer in enumerate(answers)))
    return {"right": right, "ms": 1000 * (time.perf_counter() - started) / (4 * len(images))}


def _manifest() -> list[dict[str, Any]]:
    """The `pages` stage on files that are turned by their pixels, by EXIF, by TIFF's orientation or by /Rotate."""
    from ocr.assembly import Engines
    from ocr.imaging.pages import MadePage, make_pages
    from ocr.opening.document import open_document
    from ocr.settings import ReadingSettings

    engines, rows, pictures = Engines(ReadingSettings()), [], []
    folder = evaluation_data.ROOT / "rotation_skew"
    with (folder / "manifest.csv").open() as handle:
        cases = list(csv.DictReader(handle))
    for case in cases:
        with open_document((folder / "files" / case["file"]).read_bytes(), engines.settings.limits) as document:
            made = list(
                make_pages(document, engines.settings.pages, engines.orientation, engines.detector, engines.recognizer)
            )
        good = [page for page in made if isinstance(page, MadePage)]
        right = [page.page.rotation for page in good] == EXPECTED.get(case["file"], [0] * len(made))
        if case["kind"] == "tiff_orientation":
            pictures.append(good[0].image)
            # The files were compressed one by one.
            right = right and float(np.abs(pictures[0].astype(int) - good[0].image).mean()) < 2
        if case["kind"] == "skew":
            # The expected angles are whole degrees.
            right = right and abs(good[0].page.skew + float(case["expected"])) <= 0.75
        rows.append({"file": case["file"], "kind": case["kind"], "right": bool(right)})
    return rows


def _perspective() -> dict[str, Any]:
    from ocr.imaging.outline import find_outline

    images = [first_page(file, 150) for name in ("papers", "facing pages") for file in files(name)]
    errors: dict[str, list[float | None]] = {}
    for kind, photo, corners in photographs(images, seed=0):
        outline = find_outline(photo)
        off = None if outline is None else float(np.linalg.norm(outline - corners, axis=1).max())
        errors.setdefault(kind, []).append(None if off is None else 100 * off / float(np.hypot(*photo.shape)))
    false, looked = [], 0
    for file in _all_files():
        image = first_page(file, 100)
        looked += 1
        if find_outline(image) is not None:
            false.append(file.name)
    return {"corners": errors, "looked": looked, "false": false, "reading": _reading()}


def _all_files() -> list[Path]:
    patterns = [*ORIENTED.values(), "rotation_skew/files/*", "text_tesseract_test/*.tif", "fields_zugferd/pdf/*.pdf"]
    patterns += ["fields_invoice2data/**/*.pdf", "table_icdar2013/**/*.pdf", "text_olmocr_bench/**/*.pdf"]
    return [file for pattern in patterns for file in sorted(evaluation_data.ROOT.glob(pattern))]


def _reading() -> dict[str, dict[str, dict[str, float]]]:
    """CER and word F1 of facing pages and old books: scanned, photographed, and photographed and corrected."""
    from ocr.assembly import Engines
    from ocr.reading import read
    from ocr.settings import PagesSettings, ReadingSettings

    engines = {on: Engines(ReadingSettings(pages=PagesSettings(perspective=on))) for on in (True, False)}

    def score(image: Image, truth: str, perspective: bool) -> TextScore:
        reading = read(_encoded(image), engines[perspective])
        return compare(truth, "\n".join(line.text for line in reading.lines))

    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, known in _known_texts().items():
        scores: dict[str, list[TextScore]] = {"scanned": [], "photographed": [], "corrected": []}
        for seed, (image, truth) in enumerate(known):
            scores["scanned"].append(score(image, truth, True))
            for kind, photo, _ in photographs([image], seed):
                if kind in READ_ON:
                    scores["photographed"].append(score(photo, truth, False))
                    scores["corrected"].append(score(photo, truth, True))
        pooled = {label: pool(of_label) for label, of_label in scores.items()}
        found[name] = {label: {"CER": p.characters.rate, "word F1": p.bag.f1} for label, p in pooled.items()}
    return found


def _known_texts() -> dict[str, list[tuple[Image, str]]]:
    facing = [(path, text) for name, path, text in evaluation_data.printed_pages() if name == "facing pages"]
    books = [(path, truth.pages[0].wording or "") for path, truth in evaluation_data.old_books()]
    return {
        name: [(first_page(path, 150), text) for path, text in known]
        for name, known in (("facing pages", facing), ("old books", books[:4]))
    }


def _encoded(image: Image) -> bytes:
    import cv2

    return cv2.imencode(".png", image)[1].tobytes()
