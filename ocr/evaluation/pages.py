"""How upright pages were made: rotation right or not, and how far the skew estimate was off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ocr.documents import Page
from ocr.evaluation.truth import Truth


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """One page against its truth; None where truth says nothing of it. `skew_error`: degrees, absolute."""

    number: int
    rotation_right: bool | None
    skew_error: float | None


def score_pages(truth: Truth, pages: Sequence[Page]) -> list[PageOutcome]:
    """One outcome for each page whose rotation or skew is known.

    A page that was not made has its rotation wrong and its whole skew left in.
    """
    made = {page.number: page for page in pages}
    outcomes = []
    for known in truth.pages:
        if known.rotation is None and known.skew is None:
            continue
        page = made.get(known.number)
        skew = page.skew if page else 0.0
        outcomes.append(
            PageOutcome(
                number=known.number,
                rotation_right=None if known.rotation is None else page is not None and page.rotation == known.rotation,
                skew_error=None if known.skew is None else abs(skew - known.skew),
            )
        )
    return outcomes
