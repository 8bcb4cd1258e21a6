"""Pages that are turned, and photographed, by known amounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks import evaluation_data
from ocr.engines import Image

DPI = 200
FOLDERS = {
    "papers": "layout_docbank/img/*",
    "contracts": "fields_kleister_nda/pdf/*.pdf",
    "old books": "text_old_books/img/*",
    "receipts": "sroie/img/*.jpg",
    "typewritten": "text_ehri_typewritten/**/img/*",
    "facing pages": "text_fondue_en/**/img/*",
}
EXACT = ("papers", "contracts")
"""Rendered, so that they are straight to the last digit; the others were scanned and have a skew of their own."""


def files(name: str, most: int | None = None) -> list[Path]:
    """Files of a set, evenly spread where there are more than `most`."""
    found = sorted(evaluation_data.ROOT.glob(FOLDERS[name]))
    return found if most is None else found[:: max(1, -(-len(found) // most))]


def first_page(path: Path, dpi: int = DPI) -> Image:
    from ocr.opening.document import open_document
    from ocr.settings import Limits

    with open_document(path.read_bytes(), Limits()) as document:
        return document.page(1, dpi, 4000).image


def turned(image: Image, degrees: float) -> Image:
    """Counter-clockwise, cubic, on a white canvas that holds all of it."""
    import cv2

    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = int(np.ceil(width * cosine + height * sine)), int(np.ceil(width * sine + height * cosine))
    matrix[:, 2] += (np.array(size) - (width, height)) / 2
    return cv2.warpAffine(image, matrix, size, flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))


def photographs(images: Sequence[Image], seed: int) -> Iterator[tuple[str, Image, np.ndarray]]:
    """Each page seen from the side on each kind of table: kind, grey photograph, corners (`4×2`, pixels)."""
    generator = np.random.default_rng(seed)
    for image in images:
        for kind in TABLES:
            yield kind, *_photograph(image, kind, generator)


TABLES = ("plain", "wood", "cloth", "stone")


def _photograph(image: Image, kind: str, generator: np.random.Generator) -> tuple[Image, np.ndarray]:
    """Corners off their place by up to 7 % of the shorter side, turned by up to 6°; blur, grain, uneven light."""
    import cv2

    page = _grey(image)
    height, width = page.shape
    canvas = np.array([width, height]) + round(0.24 * max(width, height))
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = np.deg2rad(generator.uniform(-6, 6))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    off = generator.uniform(-0.07, 0.07, (4, 2)) * min(width, height)
    seen = ((corners - (width / 2, height / 2)) * 0.92 @ rotation.T + canvas / 2 + off).astype(np.float32)
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ cv2.getPerspectiveTransform(corners, seen) @ half
    size = tuple(int(v) for v in canvas)
    inside = cv2.warpPerspective(np.ones(page.shape, np.float32), matrix, size)
    paper = cv2.warpPerspective(page.astype(np.float32) * 0.9, matrix, size, flags=cv2.INTER_CUBIC)
    photo = np.where(inside > 0.5, paper, _table(kind, size, generator))
    x, y = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
    toward = generator.uniform(-0.15, 0.15, 2)
    lit = cv2.GaussianBlur(photo, (0, 0), 0.8) * (0.9 + toward[0] * x + toward[1] * y)
    return np.clip(lit + generator.normal(0, 3, lit.shape), 0, 255).astype(np.uint8), seen


def _table(kind: str, size: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    import cv2

    width, height = size
    y, x = np.mgrid[:height, :width].astype(np.float32)
    match kind:
        case "wood":
            return 100 + 25 * np.sin(x / generator.uniform(9, 30) + 3 * np.sin(y / 200)) + 12 * np.sin(y / 7 + x / 50)
        case "cloth":
            threads = generator.normal(0, 20, (height // 4 + 1, width // 4 + 1)).astype(np.float32)
            return 70 + threads.repeat(4, 0).repeat(4, 1)[:height, :width]
        case "stone":
            spots = generator.normal(0, 25, (height // 16 + 2, width // 16 + 2)).astype(np.float32)
            return 120 + cv2.resize(spots, (width, height), interpolation=cv2.INTER_CUBIC)
        case _:
            return np.full((height, width), generator.uniform(40, 100), np.float32)


def _grey(image: Image) -> Image:
    import cv2

    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
