"""A page as it comes out of its document: pixels, the way back, and the words its text layer holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ocr.engines import Image

SCAN_COVERAGE = 0.85
"""A page whose pictures cover this share of it is a scan, or has a picture for its background."""


@dataclass(slots=True)
class LayerWord:
    """A word of a PDF's text layer; its box is in pixels of the page's image.

    `line` counts the layer's lines from 0. `direction` is the way its line runs, in degrees counter-clockwise from
    left-to-right: turning the page clockwise by as much makes the word stand upright. A word is not `visible` where it
    is drawn in no colour, or under a picture that covers it. `font` names its first letter's font, apart from others of
    the document.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    block: int
    line: int
    direction: float = 0.0
    visible: bool = True
    font: str = ""


@dataclass(slots=True)
class SourcePage:
    """One page as a viewer would show it, at `dpi`.

    `image`: uint8, `H×W` where the page has no colour worth keeping, else `H×W×3` RGB. `source_width` and
    `source_height` are in the page's own units: points for PDF (after /Rotate, cut to the crop box), pixels for images
    (after EXIF orientation). `to_source`: 3×3 homography from image pixels to those units. `layer`: words of its text
    layer, in its order. `image_coverage`: share of the page (0..1) that pictures cover; 1 for image files.
    """

    image: Image
    dpi: float
    source_width: float
    source_height: float
    to_source: np.ndarray
    layer: list[LayerWord] = field(default_factory=list)
    image_coverage: float = 1.0
