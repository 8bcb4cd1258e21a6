"""What a person said of a field, kept as ground truth with who said it and when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ocr.errors import OcrError
from ocr.evaluation.truth import Truth, TruthReview, find_truth, save_truth, unfit

SET = "reviewed"
"""The set of documents of which only what was reviewed is known: doubtful fields, no fair sample of all."""


class NotReviewable(OcrError):
    """The answer cannot be kept; the message says why."""


def check_value(kind: str, value: str) -> None:
    """Raises `NotReviewable` where a value is not written as the records stage writes values of its kind."""
    if fault := unfit(kind, value):
        raise NotReviewable(fault)


def answer(sha256: str, name: str, field: str, value: str, by: str, folder: Path) -> Truth:
    """Keep the value of a field (empty: the document has none) in the truth folder of the home; the truth as it is now.

    What the file says besides stays as it is.
    """
    if not by.strip():
        raise NotReviewable("who says so? Set --by")
    known = find_truth(sha256, [folder]) or Truth(sha256=sha256, name=name, set=SET)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    truth = known.model_copy(
        update={
            "fields": known.fields | {field: value},
            "reviews": known.reviews | {field: TruthReview(by=by, at=now)},
        }
    )
    save_truth(truth, folder)
    return truth
