"""End to end: the text of whole pages, ours and every peer's, on real documents and on generated degradations."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import evaluation_data
from benchmarks.reading import plots, systems
from ocr.evaluation.bootstrap import Interval, bootstrap_ratio
from ocr.evaluation.order import disorder
from ocr.evaluation.text import compare
from ocr.synthesis.paper import Kind

DPI = 200
GENERATED: tuple[Kind, ...] = ("letter", "article")
WHY = {
    (
        "old books",
        "CER",
    ): "the truth is an edition of the book, not of the page: it joins words hyphenated at line ends "
    "and writes quotes its own way, and leaves out small capitals",
    ("receipts", "word F1"): "what is left is mostly spacing beside colons, brackets and currency signs, which the "
    "annotators set one way or another, then words that are printed run together, and worn print",
}
"""What stands in the way of targets that were missed, as found by aligning readings with the truth."""

UNORDERED = "papers"
"""The tokens of these pages lie sorted by height, across columns: their order says nothing."""

TARGETS = {
    ("old books", "CER"): 0.008,
    ("typewritten", "CER"): 0.055,
    ("facing pages", "CER"): 0.012,
    ("receipts", "word F1"): 0.93,
}


@dataclass(frozen=True, slots=True)
class TextPage:
    set: str
    path: Path
    truth: str
    caseless: bool = False


def pages(folder: Path) -> Iterator[TextPage]:
    """All pages with known text; generated ones are written into `folder`."""
    for image, truth in evaluation_data.sroie():
        yield TextPage("receipts", image, truth.pages[0].wording or "", caseless=True)
    for image, truth in evaluation_data.old_books():
        yield TextPage("old books", image, truth.pages[0].wording or "")
    for name, image, text in evaluation_data.printed_pages():
        yield TextPage(name, image, text)
    yield from generated(folder)


def generated(folder: Path) -> Iterator[TextPage]:
    """Drawn documents, their first page through each degradation."""
    import cv2
    import pymupdf

    from ocr.synthesis.degrade import DEGRADATIONS, degrade
    from ocr.synthesis.drawing import draw

    for seed, kind in enumerate(GENERATED):
        drawn = draw(kind, "en", seed=1000 + seed)
        with pymupdf.open(stream=drawn.pdf, filetype="pdf") as document:
            pixels = document[0].get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY)
        import numpy as np

        image = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width)
        for degradation in DEGRADATIONS:
            path = folder / f"{kind}-{degradation}.png"
            cv2.imwrite(str(path), degrade(image, degradation, seed).image)
            yield TextPage(f"generated, {degradation}", path, drawn.truth.pages[0].wording or "")


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        known = list(pages(Path(folder)))
        readers = {}
        for name in systems.available():
            print(f"  {name} on {len(known)} pages", flush=True)
            readers[name] = scores(known, systems.run(name, [page.path for page in known]))
    sets = {name: sum(page.set == name for page in known) for name in dict.fromkeys(page.set for page in known)}
    return {"sets": sets, "readers": readers}


def scores(known: list[TextPage], answers: list[dict[str, Any]]) -> dict[str, Any]:
    """By set: the measures with their intervals, and seconds a page."""
    found = {}
    for name in dict.fromkeys(page.set for page in known):
        rows = [(page, answer) for page, answer in zip(known, answers, strict=True) if page.set == name]
        texts = [_cased(page, answer["text"]) for page, answer in rows]
        compared = [compare(truth, read) for truth, read in texts]
        orders = [disorder(truth, read) for truth, read in texts]
        found[name] = {
            "CER": _interval([c.characters.edits for c in compared], [c.characters.length for c in compared]),
            "WER": _interval([c.words.edits for c in compared], [c.words.length for c in compared]),
            "word F1": _interval([2 * c.bag.matched for c in compared], [c.bag.truth + c.bag.read for c in compared]),
            "disorder": _interval([o.moved for o in orders], [max(1, o.compared) for o in orders]),
            "seconds": sum(a["wall"] for _, a in rows) / len(rows),
            "processor": sum(a["processor"] for _, a in rows) / len(rows),
        }
    return found


def _cased(page: TextPage, read: str) -> tuple[str, str]:
    return (page.truth.casefold(), read.casefold()) if page.caseless else (page.truth, read)


def _interval(top: list[int], bottom: list[int]) -> list[float]:
    found: Interval = bootstrap_ratio(top, bottom)
    return [found.value, found.low, found.high]


def report(figures: dict[str, Any], plots_folder: Path) -> list[str]:
    sets, readers = figures["sets"], figures["readers"]
    real = [name for name in sets if not name.startswith("generated")]
    ordered = [name for name in real if name != UNORDERED]
    made = [name for name in sets if name.startswith("generated")]
    lines = ["## Text, end to end", "", f"Pages: {', '.join(f'{name} {count}' for name, count in sets.items())}.", ""]
    for measure_name, legend in (
        ("CER", "CER: edits per character of truth, in the order of the truth."),
        ("WER", "WER: edits per word."),
        ("word F1", "Word F1, free of order; words split at spaces."),
        ("disorder", "Reading-order error: share of the words that would have to move (`ocr/evaluation/order.py`)."),
    ):
        shown = real if measure_name == "word F1" else ordered
        lines += [legend, "", *_table(shown, readers, measure_name), ""]
    lines += _missed(readers["ours"])
    lines += ["CER on generated documents, by what was done to them.", "", *_table(made, readers, "CER"), ""]
    lines += [
        "Seconds a page, wall / processor, warm, each reader with its own number of threads. Other work ran beside"
    ]
    lines += ["this measurement: compare processor seconds.", ""]
    lines += _rows(real, readers, lambda found: f"{found['seconds']:.2f} / {found['processor']:.2f}")
    plots.grouped(
        plots_folder / "text.png",
        ordered,
        {name: [found[s]["CER"][0] for s in ordered] for name, found in readers.items()},
        "CER (log scale)",
        log=True,
    )
    return [*lines, "", "![CER by set and reader](reading/text.png)"]


def _missed(found: dict[str, Any]) -> list[str]:
    missed = []
    for (name, measure_name), target in TARGETS.items():
        value = found[name][measure_name][0]
        if (value < target) if measure_name == "word F1" else (value > target):
            why = WHY.get((name, measure_name), "not known")
            missed.append(f"- Missed: {measure_name} of {name}, {value:.4f} instead of {target}: {why}.")
    return [*missed, ""] if missed else []


def _table(sets: list[str], readers: dict[str, Any], measure_name: str) -> list[str]:
    def cell(found: dict[str, Any]) -> str:
        value, low, high = found[measure_name]
        return f"{value:.4f} ({low:.3f}–{high:.3f})"

    table = _rows(sets, readers, cell)
    targets = [TARGETS.get((name, measure_name)) for name in sets]
    if any(targets):
        table.append("| *at least* | " + " | ".join(f"*{t}*" if t else "" for t in targets) + " |")
    return table


def _rows(sets: list[str], readers: dict[str, Any], cell: Any) -> list[str]:
    return [
        "| reader | " + " | ".join(sets) + " |",
        "|" + " --- |" * (len(sets) + 1),
        *(f"| {name} | " + " | ".join(cell(found[s]) for s in sets) + " |" for name, found in readers.items()),
    ]
