"""Is everything of the document there: every page, regions around its words, a vector for every chunk?"""

from __future__ import annotations

import numpy as np

from ocr.documents import Region, Word
from ocr_assets.checks.judgement import Judgement, Question
from resources.batch import Result

LEAST_COVERED = 0.3
"""Share of words in regions. Loose lines of invoices and forms belong to no region and are read all the same."""


def _every_page(result: Result) -> Judgement | None:
    if result.reading is None or result.manifest is None:
        return None
    lost = result.manifest.page_rejections
    made = len(result.reading.pages)
    if not lost:
        return Judgement(True, f"{made} pages", {"pages": made})
    reasons = "; ".join(f"page {r['page']}: {r['message']}" for r in lost[:5])
    return Judgement(
        False, f"{len(lost)} of {made + len(lost)} pages could not be made: {reasons}", {"lost": len(lost)}
    )


def _skew_certain(result: Result) -> Judgement | None:
    if result.reading is None:
        return None
    scanned = [p for p in result.reading.pages if p.needs_ocr and not p.blank]
    unsure = [p.number for p in scanned if p.skew_confidence == 0.0]
    text = f"skew estimated on {len(scanned) - len(unsure)} of {len(scanned)} scanned pages"
    return Judgement(not unsure, text, {"unsure_pages": unsure[:50]})


def _words_in_regions(result: Result) -> Judgement | None:
    if result.reading is None:
        return None
    layer = result.reading.layer
    if not layer:
        return Judgement(True, "no page with a text layer", judged=False)
    boxes: dict[int, list[Region]] = {}
    for region in result.reading.regions:
        boxes.setdefault(region.page, []).append(region)
    inside = sum(any(_holds(region, word) for region in boxes.get(word.page, [])) for word in layer)
    share = inside / len(layer)
    text = f"{share:.2f} of the text layer's {len(layer)} words lie in a region (at least {LEAST_COVERED})"
    return Judgement(share >= LEAST_COVERED, text, {"covered": share})


def _holds(region: Region, word: Word) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return region.x0 <= x <= region.x1 and region.y0 <= y <= region.y1


def _unit_vectors(result: Result) -> Judgement | None:
    if result.reading is None or result.reading.vectors is None:
        return None
    vectors = result.reading.vectors
    norms = np.linalg.norm(vectors, axis=1) if len(vectors) else np.ones(0)
    fit = len(vectors) == len(result.reading.chunks) and bool(np.isfinite(vectors).all())
    passed = fit and bool(np.allclose(norms, 1.0, atol=1e-3))
    return Judgement(passed, f"{len(vectors)} vectors, finite and of unit length: {passed}", {"vectors": len(vectors)})


every_page = Question("every_page", "Every page of the document was made.", _every_page)
skew_certain = Question("skew_certain", "The skew of every scanned page could be estimated.", _skew_certain)
coverage = Question("coverage", "Regions hold the words that the text layer is known to have.", _words_in_regions)
unit_vectors = Question("unit_vectors", "A finite unit vector for every chunk.", _unit_vectors)
