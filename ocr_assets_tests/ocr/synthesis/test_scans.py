from __future__ import annotations

import io
from functools import partial

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageSequence

from ocr.synthesis.degrade import DEGRADATIONS, skew, turn
from ocr.synthesis.drawing import draw
from ocr.synthesis.scans import Step, scan


def ink(image: np.ndarray, box: tuple[float, float, float, float]) -> float:
    """Share of dark pixels in a box."""
    x0, y0, x1, y1 = (round(v) for v in box)
    part = image[max(y0, 0) : y1, max(x0, 0) : x1]
    return float((part < 190).mean())


@pytest.mark.parametrize("form", ["png", "jpg", "webp", "tiff", "pdf"])
def test_every_form_opens_and_its_line_boxes_hold_the_ink(form):
    drawn = draw("letter", "de", 4)
    made = scan(drawn, ["clean"], 4, form=form, dpi=200)
    if form == "pdf":
        with pymupdf.open(stream=made.data) as document:
            assert document[0].get_text().strip() == ""
            pixels = document[0].get_pixmap(dpi=72, colorspace=pymupdf.csGRAY)
            image = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width)
    else:
        image = np.asarray(Image.open(io.BytesIO(made.data)).convert("L"))
    lines = made.truth.pages[0].lines or []
    assert np.mean([ink(image, line.box) > 0.02 for line in lines if line.box]) > 0.9
    assert [line.text for line in lines] == [line.text for line in drawn.truth.pages[0].lines or []]


@pytest.mark.parametrize("kind", [k for k in DEGRADATIONS if k != "low_contrast"])
def test_line_boxes_follow_the_ink_through_every_degradation(kind):
    made = scan(draw("receipt", "en", 9), [kind], 9, form="png", dpi=150)
    image = np.asarray(Image.open(io.BytesIO(made.data)))
    boxes = [line.box for line in made.truth.pages[0].lines or [] if line.box]
    assert min(ink(image, box) for box in boxes) > 0.01


def test_rotation_and_skew_add_up_over_the_steps():
    steps: list[Step] = [partial(turn, rotation=90), partial(skew, angle=2.3), "noisy"]
    page = scan(draw("form", "en", 2), steps, 2, form="jpg", dpi=72).truth.pages[0]
    assert (page.rotation, page.skew) == (90, 2.3)


def test_perspective_leaves_no_single_skew():
    page = scan(draw("receipt", "en", 2), ["skewed", "photographed"], 2, form="jpg", dpi=72).truth.pages[0]
    assert page.skew is None


def test_a_mixed_pdf_keeps_its_digital_pages():
    drawn = draw("report", "en", 3)
    made = scan(drawn, ["skewed"], 3, dpi=72, scanned=[2])
    with pymupdf.open(stream=made.data) as document:
        assert len(document[0].get_text()) > 200
        assert document[1].get_text() == ""
    assert made.truth.pages[0] == drawn.truth.pages[0]
    assert made.truth.pages[1].skew != 0


def test_a_tiff_has_a_frame_for_every_page():
    made = scan(draw("report", "de", 3, 3), ["bilevel"], 3, form="tiff", dpi=72)
    with Image.open(io.BytesIO(made.data)) as tiff:
        assert sum(1 for _ in ImageSequence.Iterator(tiff)) == 3
        assert tiff.info["dpi"] == (72, 72)


def test_scanning_twice_gives_the_same_bytes():
    drawn = draw("letter", "en", 1)
    assert scan(drawn, ["skewed", "noisy"], 6, dpi=72) == scan(drawn, ["skewed", "noisy"], 6, dpi=72)


def test_what_a_form_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="one page"):
        scan(draw("report", "en", 1), ["clean"], 1, form="png")
    with pytest.raises(ValueError, match="stay digital"):
        scan(draw("report", "en", 1), ["clean"], 1, form="tiff", scanned=[1])
