"""Whether a page's text layer is used, its pixels are read, or both, on real pages and on what was made of some."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.reading.routing_pages import LabelledPage, labelled_pages
from ocr.evaluation.bootstrap import bootstrap_ratio

TARGET, REACH = 0.98, 0.995
COST_OF = 4
"""Seconds are taken on every fourth page."""

OURS = "ours"


def measure() -> dict[str, Any]:
    pages = list(labelled_pages())
    deciders: dict[str, Callable[[bytes], str]] = {
        OURS: _ours(),
        "PyMuPDF's model": _pymupdf4llm,
        "any text": _any_text,
    }
    answers = {name: [decide(page.data) for page in pages] for name, decide in deciders.items()}
    return {
        "pages": len(pages),
        "deciders": {name: _scores(pages, found) for name, found in answers.items()},
        "kinds": {kind: _kind(kind, pages, answers) for kind in dict.fromkeys(page.kind for page in pages)},
        "wrong": [
            {"kind": page.kind, "source": page.source, "answer": answer}
            for page, answer in zip(pages, answers[OURS], strict=True)
            if answer not in page.truth
        ],
        "cost": _cost([page for page in pages if page.kind.startswith("as it is")][::COST_OF]),
    }


def _ours() -> Callable[[bytes], str]:
    from ocr.assembly import Engines
    from ocr.imaging.pages import MadePage, make_pages
    from ocr.opening.document import open_document
    from ocr.settings import ReadingSettings

    engines = Engines(ReadingSettings.model_validate({"pages": {"deskew": False}}))

    def decide(data: bytes) -> str:
        with open_document(data, engines.settings.limits) as document:
            (made,) = make_pages(document, engines.settings.pages, None, engines.detector, engines.recognizer)
        if not isinstance(made, MadePage):
            raise made
        if made.page.blank:
            return "blank"
        return "ocr" if made.page.needs_ocr else "mixed" if made.page.mixed else "layer"

    return decide


def _pymupdf4llm(data: bytes) -> str:
    """PyMuPDF's own decision, a model on features of the page's text, pictures and vectors."""
    import pymupdf
    from pymupdf4llm.ocr.analyze_page import analyze_page

    with pymupdf.open(stream=data, filetype="pdf") as document:
        return "ocr" if analyze_page(document[0])["needs_ocr"] else "layer"


def _any_text(data: bytes) -> str:
    """What OCRmyPDF does with `--skip-text`, and most scripts do."""
    import pymupdf

    with pymupdf.open(stream=data, filetype="pdf") as document:
        return "layer" if document[0].get_text().strip() else "ocr"


def _scores(pages: Sequence[LabelledPage], answers: Sequence[str]) -> dict[str, Any]:
    """Precision and recall of "needs OCR" on pages that are not mixed, of "mixed" on all."""
    plain = [(page, answer) for page, answer in zip(pages, answers, strict=True) if page.truth != {"mixed"}]
    both = list(zip(pages, answers, strict=True))
    return {
        "needs OCR": _rates(
            plain, lambda page: "ocr" in page.truth, lambda page, a: a in page.truth - {"layer"}, "ocr"
        ),
        "mixed": _rates(both, lambda page: page.truth == {"mixed"}, lambda page, a: a == "mixed", "mixed"),
    }


def _rates(
    rows: Sequence[tuple[LabelledPage, str]],
    is_one: Callable[[LabelledPage], bool],
    is_found: Callable[[LabelledPage, str], bool],
    answer: str,
) -> dict[str, list[float] | None]:
    # A page that may be answered in two ways is no false alarm in either.
    said = [(is_one(page) or a in page.truth) for page, a in rows if a == answer]
    known = [is_found(page, a) for page, a in rows if is_one(page)]
    return {"precision": _interval(said), "recall": _interval(known)}


def _interval(right: Sequence[bool]) -> list[float] | None:
    if not right:
        return None
    found = bootstrap_ratio([float(r) for r in right], [1.0] * len(right))
    return [found.value, found.low, found.high]


def _kind(kind: str, pages: Sequence[LabelledPage], answers: dict[str, list[str]]) -> dict[str, Any]:
    of_kind = [i for i, page in enumerate(pages) if page.kind == kind]
    return {
        "pages": len(of_kind),
        "right": {name: sum(found[i] in pages[i].truth for i in of_kind) for name, found in answers.items()},
    }


def _cost(pages: Sequence[LabelledPage]) -> dict[str, float]:
    """Of pages as they are: processor seconds to render and measure one, with deciding, and the share found mixed."""
    from ocr.imaging.quality import measure as image_quality
    from ocr.opening.document import open_document
    from ocr.settings import ReadingSettings

    settings, decide = ReadingSettings(), _ours()
    decide(pages[0].data)
    started = time.process_time()
    for page in pages:
        with open_document(page.data, settings.limits) as document:
            image_quality(document.page(1, settings.pages.dpi, settings.pages.max_side).image)
    rendered = time.process_time()
    answers = [decide(page.data) for page in pages]
    decided = time.process_time()
    return {
        "render": (rendered - started) / len(pages),
        "decide": (decided - rendered) / len(pages),
        "mixed": answers.count("mixed") / len(pages),
    }


def report(figures: dict[str, Any], plots: Path) -> list[str]:
    lines = [
        "## Routing",
        "",
        f"{figures['pages']} one-page PDFs: real ones as they are, and what was made of some. *Needs OCR* is judged",
        "on pages that are one or the other, *mixed* (a sound layer, and pictures with text beside it) on all. Peers",
        f"know no mixed pages. At least {TARGET}, reach for {REACH}. Rules were made with these in sight; a dozen",
        "files whose layer lacks no more than a logo, or that can be answered either way, are left out. Where no page",
        "is wrong the interval has no width: of n pages 3/n may still be (1 in 80 that need OCR, 1 in 10 mixed ones).",
        "",
        "| decided by | needs OCR: precision | recall | mixed: precision | recall |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, found in figures["deciders"].items():
        cells = [_cell(found[what][rate]) for what in ("needs OCR", "mixed") for rate in ("precision", "recall")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    names = list(figures["deciders"])
    lines += ["", f"| pages decided rightly | of | {' | '.join(names)} |", "| --- |" + " --- |" * (len(names) + 1)]
    for kind, found in figures["kinds"].items():
        rights = " | ".join(str(found["right"][name]) for name in names)
        lines.append(f"| {kind} | {found['pages']} | {rights} |")
    cost = figures["cost"]
    lines += [
        "",
        f"On pages as they are, deciding takes {cost['decide'] - cost['render']:.2f} processor seconds beside the",
        f"{cost['render']:.2f} of rendering and measuring, each page as a document of its own: fonts are looked at",
        f"once a document. {cost['mixed']:.1%} of them are found mixed.",
        "",
        *_wrong(figures["wrong"]),
        "An invisible layer over a scan is another program's reading. It is never used: even where a sample of it",
        "agrees with what shows, it holds as many errors as reading again, which says how sure it is of each word.",
    ]
    return lines


def _cell(rate: list[float] | None) -> str:
    return "–" if rate is None else f"{rate[0]:.3f} ({rate[1]:.3f}–{rate[2]:.3f})"


def _wrong(wrong: Sequence[dict[str, str]]) -> list[str]:
    if not wrong:
        return []
    return ["Decided wrongly by us:", "", *(f"- {w['kind']}, {w['source']}: {w['answer']}" for w in wrong), ""]
