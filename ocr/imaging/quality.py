"""How good a page image is for reading, from its pixels alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ocr.engines import Image

Tier = Literal["good", "fair", "poor"]

_SHORT_SIDE = 1000
_NOISE_WINDOW = 1200
_BLUR = 9

_GLYPH_SIDE = 6
"""Smallest letter in pixels of the reduced page: print of 6 points; dust is smaller."""

_LEAST_MARKS = 2
_MARGIN = 0.01
_DARKER = 80
_DARK_SHARE = 0.02

_FAIR = {"sharpness": 0.60, "contrast": 0.20, "noise": 15.0}
_POOR = {"sharpness": 0.46, "contrast": 0.08, "noise": 30.0}
"""Where reading suffers, measured on contracts and invoices at 200 dpi, blurred, faded and grained by degrees. PP-OCR's
word F1 falls a little (.97 to .96) at a blur of 2.5 pixels (sharpness .43) and then fast (.83 at 3, .1 at 4); the fine
print of an invoice begins to lose at .65. A contrast of .13 costs that print .01, of .07 .07; a noise of 25 costs
it .04, of 33 .09. (Three documents.)"""


@dataclass(frozen=True, slots=True)
class Quality:
    """`sharpness`: share of the page's detail that a blur would take away (0..1; print .8 to .9).

    `contrast`: paper less ink, as a share of full scale (0..1). `noise`: standard deviation of the paper's grain, in
    levels of 255.
    `tier`: the worst of the three.
    """

    sharpness: float
    contrast: float
    noise: float
    tier: Tier


def measure(image: Image) -> Quality:
    """Quality of a page (uint8, grey or RGB) of any size."""
    grey = _grey(image)
    small = _reduced(grey)
    sharpness, contrast, noise = _sharpness(small), _contrast(small), grain(grey)
    return Quality(round(sharpness, 4), round(contrast, 4), round(noise, 3), _tier(sharpness, contrast, noise))


def marks(image: Image) -> np.ndarray:
    """Boxes (`N×4`, pixels) of what stands out from the paper, is as large as a letter and off the page's edge."""
    small = _reduced(_grey(image))
    return _marks(small) * (min(image.shape[:2]) / min(small.shape))


def is_blank(image: Image, found: np.ndarray) -> bool:
    """Whether a page with these `marks` holds nothing to read: a single mark may be dust, but not a dark shape."""
    if len(found) >= _LEAST_MARKS:
        return False
    height, width = image.shape[:2]
    # What is as large as the page makes no mark; scanners leave dark rims.
    inner = image[height // 10 : height - height // 10, width // 10 : width - width // 10]
    return float((inner < np.percentile(inner, 95) - _DARKER).mean()) < _DARK_SHARE if inner.size else True


def grain(grey: Image) -> float:
    """Standard deviation of a grey page's noise, in levels.

    Immerkær's estimate (1996) in the middle of the page, by the median, not the mean, so that ink hardly counts.
    """
    import cv2

    top, left = (max(0, (extent - _NOISE_WINDOW) // 2) for extent in grey.shape)
    window = grey[top : top + _NOISE_WINDOW, left : left + _NOISE_WINDOW]
    second = np.array([1, -2, 1], np.float32)
    response = cv2.sepFilter2D(window, cv2.CV_16S, second, second)
    # The kernel's norm is 6; the median size of a normal variable is 0.6745 of its deviation. A quarter of the pixels
    # tells it as well.
    return _level_at(np.abs(response[::2, ::2]).astype(np.uint16), 0.5) / (6 * 0.6745)


def _tier(sharpness: float, contrast: float, noise: float) -> Tier:
    if sharpness < _POOR["sharpness"] or contrast < _POOR["contrast"] or noise > _POOR["noise"]:
        return "poor"
    if sharpness < _FAIR["sharpness"] or contrast < _FAIR["contrast"] or noise > _FAIR["noise"]:
        return "fair"
    return "good"


def _grey(image: Image) -> Image:
    import cv2

    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def _reduced(grey: Image) -> Image:
    """The page at most 1,000 pixels across, with its grain smoothed and its edges kept."""
    import cv2

    scale = _SHORT_SIDE / min(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    return cv2.medianBlur(small, 3)


def _sharpness(small: Image) -> float:
    """The measure of Crété et al. (2007): a blur takes much of a sharp page's detail away, little of a blurred one's.

    It depends neither on contrast nor, after the median, on grain.
    """
    import cv2

    if min(small.shape) < 2:
        return 0.0
    page = small.astype(np.float32)
    shares = []
    for before, after, window in (
        (np.s_[:-1], np.s_[1:], (1, _BLUR)),
        (np.s_[:, :-1], np.s_[:, 1:], (_BLUR, 1)),
    ):
        blurred = cv2.blur(page, window)
        detail = cv2.absdiff(page[after], page[before])
        _, lost = cv2.threshold(detail - cv2.absdiff(blurred[after], blurred[before]), 0, 0, cv2.THRESH_TOZERO)
        shares.append(cv2.sumElems(lost)[0] / max(1.0, cv2.sumElems(detail)[0]))
    return min(shares)


def _contrast(small: Image) -> float:
    """Median depth of what is darker than half the darkest marks."""
    depth = _depth(small)
    marks = depth[depth > 0.5 * _level_at(depth, 0.999)]
    return float(np.median(marks)) / 255 if len(marks) else 0.0


def _level_at(values: np.ndarray, share: float) -> int:
    """The least level that this share of the values, whole and below 2,048, do not exceed."""
    import cv2

    counts = np.cumsum(cv2.calcHist([values], [0], None, [2048], [0, 2048]))
    return int(np.searchsorted(counts, share * counts[-1]))


def _depth(small: Image) -> Image:
    """How much darker each pixel is than the paper around it."""
    import cv2

    width, height = max(1, small.shape[1] // 8), max(1, small.shape[0] // 8)
    paper = cv2.dilate(cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA), np.ones((5, 5), np.uint8))
    return cv2.subtract(cv2.resize(paper, small.shape[::-1]), small)


def _marks(small: Image) -> np.ndarray:
    import cv2

    dark = (_depth(small) > 12 + 6 * grain(small)).astype(np.uint8)
    margin = round(_MARGIN * min(dark.shape))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(dark)
    x, y, width, height, area = boxes[1:].T
    inside = (x > margin) & (y > margin) & (x + width < dark.shape[1] - margin) & (y + height < dark.shape[0] - margin)
    kept = inside & (height >= _GLYPH_SIDE) & (area >= 2 * _GLYPH_SIDE)
    return np.stack([x, y, x + width, y + height], axis=1)[kept].astype(np.float64)
