"""Makes a page flat, upright and square, and takes its text layer along."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ocr.documents import Word
from ocr.engines import Image
from ocr.imaging.outline import find_outline, flattening
from ocr.opening.source import LayerWord, SourcePage


@dataclass(slots=True)
class Upright:
    """An upright page image, the 3×3 homography from its pixels to source units, and the text layer in its pixels."""

    image: Image
    transform: np.ndarray
    words: list[Word]


def make_flat(page: SourcePage) -> SourcePage:
    """A photographed page as if seen from above, cut to its outline, without text layer; other pages as they are."""
    corners = find_outline(page.image)
    if corners is None:
        return page
    forward, size = flattening(corners)
    image = _warp(page.image, forward, size)
    return replace(page, image=image, to_source=page.to_source @ np.linalg.inv(forward), layer=[])


def make_upright(page: SourcePage, number: int, rotation: int, skew: float) -> Upright:
    """Turn page `number` clockwise by `rotation` (0, 90, 180, 270) and take `skew` (degrees, counter-clockwise) out.

    Right angles move pixels unchanged; skew is one interpolation, onto white, with all of the page on the canvas.
    Without either the image passes as it is. Words that do not show on the page are left out.
    """
    height, width = page.image.shape[:2]
    forward, size = turning(width, height, rotation + skew)
    if skew:
        image = turned(page.image, rotation + skew)
    else:
        image = np.ascontiguousarray(np.rot90(page.image, -rotation // 90)) if rotation else page.image
    transform = page.to_source @ np.linalg.inv(forward)
    return Upright(image, transform, _words(page.layer, number, forward, size))


def turned(image: Image, degrees: float) -> Image:
    """The page turned clockwise about its middle, onto white, with all of it on the canvas."""
    height, width = image.shape[:2]
    return _warp(image, *turning(width, height, degrees))


def turning(width: int, height: int, degrees: float) -> tuple[np.ndarray, tuple[int, int]]:
    """The 3×3 matrix that turns a `width`×`height` page clockwise about its middle, and the size of its new canvas.

    Coordinates are continuous: pixel `(i, j)` covers `[i, i+1) × [j, j+1)`.
    """
    # Exact at right angles, where the sine of a float is not.
    cosine, sine = (round(f(math.radians(degrees)), 15) for f in (math.cos, math.sin))
    new_width = math.ceil(round(width * abs(cosine) + height * abs(sine), 6))
    new_height = math.ceil(round(width * abs(sine) + height * abs(cosine), 6))
    turn = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    turn[:2, 2] = np.array([new_width / 2, new_height / 2]) - turn[:2, :2] @ np.array([width / 2, height / 2])
    return turn, (new_width, new_height)


def _warp(image: Image, forward: np.ndarray, size: tuple[int, int]) -> Image:
    import cv2

    # OpenCV puts whole numbers at the middle of pixels.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ forward @ half
    return cv2.warpPerspective(
        image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255)
    )


def _words(layer: list[LayerWord], page: int, forward: np.ndarray, size: tuple[int, int]) -> list[Word]:
    words: list[Word] = []
    shown = [word for word in layer if word.visible]
    lines: dict[int, int] = {}
    for word, (x0, y0, x1, y1) in zip(shown, _turned_boxes(shown, forward, size), strict=True):
        line = lines.setdefault(word.line, len(lines))
        number = words[-1].number + 1 if words and words[-1].line == line else 0
        words.append(
            Word(
                page=page,
                line=line,
                number=number,
                region=None,
                text=word.text,
                confidence=1.0,
                x0=x0,
                y0=y0,
                x1=x1,
                y1=y1,
                engine="pymupdf",
                source="text_layer",
            )
        )
    return words


def _turned_boxes(words: list[LayerWord], forward: np.ndarray, size: tuple[int, int]) -> list[list[float]]:
    """What bounds each word's box once it is turned, within a page of `size`: `x0, y0, x1, y1`."""
    if not words:
        return []
    x0, y0, x1, y1 = np.array([(word.x0, word.y0, word.x1, word.y1) for word in words]).T
    corners = np.stack([[x0, x1, x1, x0], [y0, y0, y1, y1], np.ones((4, len(words)))])
    x, y, _ = np.tensordot(forward, corners, axes=1)
    across, down = np.clip([x.min(0), x.max(0)], 0, size[0]), np.clip([y.min(0), y.max(0)], 0, size[1])
    return np.stack([across[0], down[0], across[1], down[1]], axis=1).tolist()
