from __future__ import annotations

import pytest

from ocr.documents import Page, Region
from ocr.evaluation.regions import on_source, score_regions
from ocr.evaluation.truth import Truth, TruthPage, TruthRegion

HALF = [0.5, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 1.0]
"""Upright pixels are twice as fine as the source's units."""


def page(transform: list[float] = HALF) -> Page:
    return Page(1, 200, 400, 144.0, 100, 200, transform=transform)


def truth(*regions: tuple[str, tuple[float, float, float, float]]) -> Truth:
    known = [TruthRegion.model_validate({"kind": kind, "box": box}) for kind, box in regions]
    return Truth(sha256="ab" * 32, pages=[TruthPage(number=1, regions=known)])


def test_found_regions_are_led_back_to_the_source_before_they_are_compared() -> None:
    found = [Region(1, 0, "text", 20, 20, 180, 100, 0.9, "m"), Region(1, 1, "table", 20, 200, 180, 300, 0.9, "m")]
    score = score_regions(truth(("text", (10, 10, 90, 50)), ("figure", (10, 100, 90, 150))), [page()], found)
    assert score is not None and (score.matched, score.truth, score.found) == (1, 2, 2)


def test_a_page_that_was_not_made_found_nothing_and_unknown_regions_are_not_judged() -> None:
    score = score_regions(truth(("text", (10, 10, 90, 50))), [], [])
    assert score is not None and (score.truth, score.found) == (1, 0)
    assert score_regions(Truth(sha256="ab" * 32, pages=[TruthPage(number=1, text="a")]), [page()], []) is None


def test_a_box_of_a_turned_page_stays_a_box() -> None:
    quarter = [0.0, -1.0, 100.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    assert on_source(page(quarter), (10, 20, 30, 60)) == pytest.approx((40, 10, 80, 30))
