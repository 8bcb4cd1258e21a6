"""The outline of a photographed page: a light sheet with four corners on something else.

Method: the sheet is what is lighter than, or differs in colour from, what lies along the picture's edges, after its
print has been closed away; its four sides are lines fitted to its contour. Everything has to agree before a page is
found: a scan, a screenshot, a form with a frame is not one.
"""

from __future__ import annotations

import math

import numpy as np

from ocr.engines import Image

_LONG_SIDE = 800
_PRINT = 0.03
"""What is closed away, as a share of the longer side: lines of text and rules are narrower."""

_LEAST_AREA, _MOST_AREA = 0.2, 0.97
_MATCH = 0.97
"""Intersection over union of the sheet and its quadrilateral: paper with four straight sides reaches .985; torn or
curled receipts, pictures and tinted panels do not."""

_INSET = 0.004
"""How far from the picture's edges all corners must be, as a share of its longer side: a sheet that is cut off shows
no corners."""

_STEP = 25
"""Levels by which the sheet differs, all along each of its sides, from what lies beside it."""

_SQUARE = 1.0
"""Degrees by which a corner must differ from a right angle: less is no perspective, and deskewing sees to it."""

_SKEWEST = 35.0
"""Degrees beyond which no one could read the page, and the outline is not a page's."""


def find_outline(image: Image) -> np.ndarray | None:
    """The corners of the page (`4×2` float, pixels, clockwise from the top left) in a photograph of it.

    None where no outline is clear, where the sheet is cut off or fills the picture, and where it is a rectangle, which
    needs no correction.
    """
    import cv2

    image = np.ascontiguousarray(image)
    scale = min(1.0, _LONG_SIDE / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    if min(small.shape[:2]) < 100:
        return None
    for level in _maps(small):
        corners = _sheet(level)
        if corners is not None:
            # Pixels of the reduced picture have their middle at whole numbers, coordinates begin at their corner.
            stretch = np.array(image.shape[1::-1]) / small.shape[1::-1]
            return (corners + 0.5) * stretch
    return None


def flattening(corners: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """The 3×3 homography that makes the quadrilateral a rectangle, and the rectangle's size (width, height)."""
    import cv2

    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = math.ceil(max(sides[0], sides[2])), math.ceil(max(sides[1], sides[3]))
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    return cv2.getPerspectiveTransform(corners.astype(np.float32), target), (width, height)


def _maps(small: Image) -> list[np.ndarray]:
    """Pictures in which the sheet should be light: brightness, and difference from the colours along the edges."""
    import cv2

    side = 2 * round(_PRINT * max(small.shape[:2]) / 2) + 1
    kernel = np.ones((side, side), np.uint8)
    grey = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    maps = [_closed(grey, kernel)]
    if small.ndim == 3:
        lab = cv2.cvtColor(cv2.medianBlur(small, 5), cv2.COLOR_RGB2LAB).astype(np.float32)
        rim = np.concatenate([lab[:4].reshape(-1, 3), lab[-4:].reshape(-1, 3), lab[:, 0], lab[:, -1]])
        distance = np.linalg.norm(lab - np.median(rim, axis=0), axis=2)
        maps.append(_closed(np.clip(2 * distance, 0, 255).astype(np.uint8), kernel))
    return maps


def _closed(level: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Without print, and without the closing's own spill over the picture's edges."""
    import cv2

    return cv2.morphologyEx(cv2.medianBlur(level, 5), cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)


def _sheet(level: np.ndarray) -> np.ndarray | None:
    import cv2

    _, mask = cv2.threshold(level, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    contour = max(contours, key=cv2.contourArea)
    if not _LEAST_AREA <= cv2.contourArea(contour) / mask.size <= _MOST_AREA:
        return None
    rough = _four_corners(contour)
    if rough is None:
        return None
    corners = _fitted(contour.reshape(-1, 2).astype(np.float64), rough)
    if corners is None or not _is_page(corners, level.shape) or not _stands_out(level, corners):
        return None
    return corners if _overlap(mask.shape, contour, corners) >= _MATCH else None


def _four_corners(contour: np.ndarray) -> np.ndarray | None:
    """The hull's four corners, clockwise from the one nearest to the top left; None where it has not four."""
    import cv2

    hull = cv2.convexHull(contour)
    around = cv2.arcLength(hull, True)
    for share in (0.02, 0.03, 0.05):
        corners = cv2.approxPolyDP(hull, share * around, True).reshape(-1, 2).astype(np.float64)
        if len(corners) == 4:
            return _from_top_left(corners)
    return None


def _from_top_left(corners: np.ndarray) -> np.ndarray:
    middle = corners - corners.mean(axis=0)
    clockwise = corners[np.argsort(np.arctan2(middle[:, 1], middle[:, 0]))]
    return np.roll(clockwise, -int(clockwise.sum(axis=1).argmin()), axis=0)


def _fitted(points: np.ndarray, rough: np.ndarray) -> np.ndarray | None:
    """Corners where lines fitted to the contour along each side meet; its rounded ends by the corners are left out."""
    import cv2

    lines = []
    for start, end in zip(rough, np.roll(rough, -1, axis=0), strict=True):
        length = float(np.linalg.norm(end - start))
        along = (end - start) / max(length, 1e-6)
        place = (points - start) @ along / max(length, 1e-6)
        inward = np.array([-along[1], along[0]])
        off = np.abs((points - start) @ inward)
        near = points[(place > 0.08) & (place < 0.92) & (off < 0.03 * length + 3)]
        if len(near) < 0.5 * length:
            return None
        # A contour runs through the middle of the outermost pixels, the paper's edge half a pixel further out.
        edge = (near - 0.5 * inward).astype(np.float32)
        vx, vy, x, y = cv2.fitLine(edge, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append((vy, -vx, vy * x - vx * y))
    corners = []
    for (a, b, c), (d, e, f) in zip([lines[-1], *lines[:-1]], lines, strict=True):
        determinant = a * e - b * d
        if abs(determinant) < 0.3:
            return None
        corners.append(((c * e - b * f) / determinant, (a * f - c * d) / determinant))
    return np.array(corners)


def _is_page(corners: np.ndarray, shape: tuple[int, ...]) -> bool:
    """Whether the quadrilateral lies in the picture and is skewed as a page seen from the side is."""
    height, width = shape
    inset = _INSET * max(height, width)
    low, high = corners.min(axis=0), corners.max(axis=0)
    if low.min() < inset or high[0] > width - 1 - inset or high[1] > height - 1 - inset:
        return False
    before, after = np.roll(corners, 1, axis=0) - corners, np.roll(corners, -1, axis=0) - corners
    cosines = (before * after).sum(axis=1) / (np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1))
    off = np.abs(90 - np.degrees(np.arccos(np.clip(cosines, -1, 1)))).max()
    return bool(_SQUARE <= off <= _SKEWEST)


def _stands_out(level: np.ndarray, corners: np.ndarray) -> bool:
    """Whether the sheet is lighter than what is beside it, nearly all along each side."""
    reach = 0.02 * max(level.shape)
    shares = np.linspace(0.05, 0.95, 60)[:, np.newaxis]
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (end - start) / np.linalg.norm(end - start)
        inward = np.array([-along[1], along[0]])
        line = start + shares * (end - start)
        inside, outside = (_levels(level, line + sign * reach * inward) for sign in (1, -1))
        if np.mean(inside - outside >= _STEP) < 0.9:
            return False
    return True


def _levels(level: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Values at those places; beyond the picture, those at its edge."""
    columns, rows = np.rint(places).astype(int).T
    return level[rows.clip(0, level.shape[0] - 1), columns.clip(0, level.shape[1] - 1)].astype(np.int16)


def _overlap(shape: tuple[int, ...], contour: np.ndarray, corners: np.ndarray) -> float:
    import cv2

    sheet, quadrilateral = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    cv2.fillPoly(sheet, [contour], 1)
    cv2.fillPoly(quadrilateral, [np.rint(corners).astype(np.int32)], 1)
    return float((sheet & quadrilateral).sum() / max(1, (sheet | quadrilateral).sum()))
