from __future__ import annotations

import pytest

from ocr.documents import Page
from ocr.evaluation.pages import score_pages
from ocr.evaluation.truth import Truth, TruthPage


def test_rotation_and_skew_are_judged_where_truth_knows_them():
    truth = Truth(
        sha256="ab" * 32,
        pages=[
            TruthPage(number=1, rotation=90, skew=2.3),
            TruthPage(number=2, rotation=0),
            TruthPage(number=3, text="only text"),
            TruthPage(number=4, rotation=0, skew=-1.0),
        ],
    )
    pages = [
        Page(1, 100, 100, 150, 100, 100, rotation=90, skew=2.1),
        Page(2, 100, 100, 150, 100, 100, rotation=180),
        Page(3, 100, 100, 150, 100, 100),
    ]
    first, second, lost = score_pages(truth, pages)
    assert (first.number, first.rotation_right) == (1, True)
    assert first.skew_error == pytest.approx(0.2)
    assert (second.number, second.rotation_right, second.skew_error) == (2, False, None)
    assert (lost.number, lost.rotation_right, lost.skew_error) == (4, False, 1.0)
