"""What happens to a page between the printer and the file: scanners, copiers, fax, telephones.

Images are grey, `H×W` uint8. Every degradation is deterministic in its seed, and says where each pixel went.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ocr.engines import Image

Degradation = Literal["clean", "skewed", "rotated", "noisy", "low_contrast", "crushed", "bilevel", "photographed"]
DEGRADATIONS: tuple[Degradation, ...] = get_args(Degradation)

PAPER = 247


@dataclass(frozen=True, slots=True)
class Degraded:
    """A degraded image. `matrix` (3×3, homogeneous) leads from pixels of the image before to pixels of this one.

    `rotation`: degrees clockwise it must be turned to stand upright; `skew`: degrees, positive when it is turned
    counter-clockwise, None where perspective leaves no single angle.
    """

    image: Image
    matrix: np.ndarray
    rotation: int = 0
    skew: float | None = 0.0


def degrade(image: Image, kind: Degradation, seed: int) -> Degraded:
    """One degradation; its strength is drawn by the seed."""
    generator = np.random.default_rng(seed)
    match kind:
        case "skewed":
            return skew(image, round(float(generator.uniform(0.6, 5.0)) * float(generator.choice((-1, 1))), 2))
        case "rotated":
            return turn(image, int(generator.choice((90, 180, 270))))
        case "photographed":
            return _photographed(image, generator)
        case _:
            return Degraded(_SURFACES[kind](image, generator), np.eye(3))


def skew(image: Image, angle: float) -> Degraded:
    """Turn the page by `angle` degrees counter-clockwise on a canvas of the same size."""
    import cv2

    height, width = image.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
    turned = cv2.warpAffine(
        image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=PAPER
    )
    return Degraded(turned, np.vstack([matrix, (0.0, 0.0, 1.0)]), skew=angle)


def turn(image: Image, rotation: int) -> Degraded:
    """Lay the page so that `rotation` degrees clockwise (0, 90, 180, 270) bring it upright again."""
    height, width = image.shape
    matrices = {
        0: [(1, 0, 0), (0, 1, 0)],
        90: [(0, 1, 0), (-1, 0, width - 1)],
        180: [(-1, 0, width - 1), (0, -1, height - 1)],
        270: [(0, -1, height - 1), (1, 0, 0)],
    }
    matrix = np.array([*matrices[rotation], (0, 0, 1)], dtype=float)
    return Degraded(np.ascontiguousarray(np.rot90(image, rotation // 90)), matrix, rotation=rotation)


def _clean(image: Image, generator: np.random.Generator) -> Image:
    """A good flatbed scan: paper not quite white, edges not quite sharp."""
    import cv2

    soft = cv2.GaussianBlur(image, (0, 0), float(generator.uniform(0.4, 0.6)))
    return (soft.astype(np.float32) * ((PAPER - 22) / 255) + 22).astype(np.uint8)


def _noisy(image: Image, generator: np.random.Generator) -> Image:
    """A worn copier: grain, specks of toner and dust, a streak or two along the feed."""
    values = image.astype(np.float32) * 0.84 + 30
    values += generator.normal(0, generator.uniform(10, 16), image.shape).astype(np.float32)
    for level in (25, 250):
        specks = generator.random(image.shape) < generator.uniform(0.0008, 0.002)
        values[specks] = level
    for column in generator.integers(0, image.shape[1] - 2, size=generator.integers(1, 3)):
        values[:, column : column + 2] -= generator.uniform(30, 60)
    return _bytes(values)


def _low_contrast(image: Image, generator: np.random.Generator) -> Image:
    """Faded thermal paper: grey on grey, paler towards one end."""
    ink, paper = generator.uniform(105, 130), generator.uniform(200, 215)
    fade = np.linspace(0, generator.uniform(8, 18), image.shape[0], dtype=np.float32)[:, None]
    values = np.minimum(ink + fade, paper) + image.astype(np.float32) / 255 * (paper - ink - fade)
    return _bytes(values + generator.normal(0, 2.0, image.shape))


def _crushed(image: Image, generator: np.random.Generator) -> Image:
    """Saved as a JPEG by somebody who wanted it small."""
    import cv2

    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(generator.integers(10, 18))])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def _bilevel(image: Image, generator: np.random.Generator) -> Image:
    """A fax: black or white, with ragged edges."""
    values = image.astype(np.float32) + generator.normal(0, 18, image.shape)
    return np.where(values < 150, 0, 255).astype(np.uint8)


def _photographed(image: Image, generator: np.random.Generator) -> Degraded:
    """Taken with a telephone on a dark table: mild perspective, uneven light, a little blur."""
    import cv2

    height, width = image.shape
    margin = 0.06 * min(height, width)
    canvas = round(width + 2 * margin), round(height + 2 * margin)
    corners = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], dtype=np.float32)
    shifts = generator.uniform(-0.02, 0.02, size=(4, 2)) * (width, min(height, 1.5 * width))
    matrix = cv2.getPerspectiveTransform(corners, (corners + margin + shifts).astype(np.float32))
    table = int(generator.integers(55, 90))
    photo = cv2.warpPerspective(image, matrix, canvas, flags=cv2.INTER_CUBIC, borderValue=table).astype(np.float32)
    photo = cv2.GaussianBlur(photo, (0, 0), float(generator.uniform(0.6, 0.9)))
    across, down = np.meshgrid(np.linspace(-1, 1, canvas[0]), np.linspace(-1, 1, canvas[1]))
    toward = generator.uniform(-0.14, 0.14, size=2)
    light = 0.86 + toward[0] * across + toward[1] * down - 0.07 * (across**2 + down**2)
    return Degraded(_bytes(photo * light + generator.normal(0, 2.5, photo.shape)), matrix, skew=None)


def _bytes(values: np.ndarray) -> Image:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


_SURFACES: dict[str, Callable[[Image, np.random.Generator], Image]] = {
    "clean": _clean,
    "noisy": _noisy,
    "low_contrast": _low_contrast,
    "crushed": _crushed,
    "bilevel": _bilevel,
}
