"""Image files through Pillow: one page a file, or one a frame of a TIFF."""

from __future__ import annotations

import io
import math
import struct
from types import TracebackType
from typing import Self

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from ocr.engines import Image
from ocr.errors import BrokenDocument, OverLimit
from ocr.opening.colour import without_needless_colour
from ocr.opening.source import SourcePage
from ocr.settings import Limits

_FAULTS = (
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    LookupError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    AttributeError,
    struct.error,
)
"""What Pillow's decoders raise on damaged files (they read from memory, so that no OSError is the machine's)."""

_DEFAULT_DPI = 200
_FAX_RATIO = 2.5
"""Fax machines scan at 204×98 or 204×196 dots an inch; a larger ratio is broken metadata."""


class RasterDocument:
    """An open image file; a context manager. `page` decodes one frame and keeps nothing of it."""

    encrypted = False

    def __init__(self, data: bytes, media_type: str, limits: Limits) -> None:
        self.media_type = media_type
        self._limits = limits
        # Pillow refuses twice this many pixels; only ever raised, since other users of Pillow rely on it.
        if Pillow.MAX_IMAGE_PIXELS is not None:
            Pillow.MAX_IMAGE_PIXELS = max(Pillow.MAX_IMAGE_PIXELS, limits.max_pixels)
        try:
            self._file = Pillow.open(io.BytesIO(data), formats=[media_type.removeprefix("image/").upper()])
            # Frames of a GIF, WebP or MPO are moments or views, not pages.
            self.page_count = int(getattr(self._file, "n_frames", 1)) if media_type == "image/tiff" else 1
            self.producer = _producer(self._file)
        except Pillow.DecompressionBombError as error:
            raise OverLimit(f"the image has more than {limits.max_pixels:,} pixels (`max_pixels`)") from error
        except UnidentifiedImageError as error:
            raise BrokenDocument(f"the {_kind(media_type)} cannot be opened: its header is damaged") from error
        except _FAULTS as error:
            raise BrokenDocument(f"the {_kind(media_type)} cannot be opened: {error}") from error
        if self.page_count > limits.max_pages:
            raise OverLimit(f"{self.page_count} pages are more than the {limits.max_pages} allowed")
        self._check_size(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def page(self, number: int, dpi: int, max_side: int) -> SourcePage:
        """Decode page `number` (from 1) at its own resolution (`dpi` is for PDF pages), reduced to `max_side` pixels.

        Raises `BrokenDocument` where it cannot be decoded, `OverLimit` where it has too many pixels.
        """
        try:
            if self.page_count > 1:
                self._file.seek(number - 1)
            self._check_size(number)
            resolution = _resolution(self._file)
            stored_size = self._file.size
            decoded = ImageOps.exif_transpose(self._file)
            turned = decoded.size != stored_size
            image = _as_array(decoded)
        except Pillow.DecompressionBombError as error:
            raise OverLimit(f"page {number} is too large: {error}", page=number) from error
        except _FAULTS as error:
            raise BrokenDocument(f"page {number} cannot be decoded: {error}", page=number) from error
        return _square_page(image, resolution[::-1] if turned else resolution, max_side)

    def _check_size(self, number: int) -> None:
        width, height = self._file.size
        most = self._limits.max_pixels
        if width * height > most:
            raise OverLimit(f"page {number} has {width}×{height} pixels, more than the {most} allowed", page=number)


def _kind(media_type: str) -> str:
    return media_type.removeprefix("image/").upper() + " image"


def _producer(file: Pillow.Image) -> str:
    software = file.getexif().get(305) or file.info.get("software") or ""
    return " ".join(str(software).replace("\x00", " ").split())


def _as_array(decoded: Pillow.Image) -> Image:
    """Any mode Pillow decodes to as uint8, grey or RGB; what is transparent shows white paper."""
    if decoded.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I", "F"):
        return _eight_bits(np.asarray(decoded))
    if decoded.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in decoded.info:
        layered = decoded.convert("RGBA")
        paper = Pillow.new("RGBA", layered.size, "white")
        return np.array(Pillow.alpha_composite(paper, layered).convert("RGB"))
    return np.array(decoded.convert("L" if decoded.mode in ("1", "L") else "RGB"))


def _eight_bits(values: np.ndarray) -> Image:
    """Deep grey values as uint8. Scanners store 10 or 12 bits in 16: the range is what the largest value needs."""
    values = np.nan_to_num(values.astype(np.float32))
    if values.min(initial=0) >= 0 and values.max(initial=0) <= 1:
        return (values * 255).astype(np.uint8)
    bits = max(8, math.ceil(math.log2(float(values.max(initial=0)) + 1))) if values.max(initial=0) > 0 else 8
    return np.clip(values / 2 ** (bits - 8), 0, 255).astype(np.uint8)


def _square_page(image: Image, resolution: tuple[float, float], max_side: int) -> SourcePage:
    """The page with square pixels and no side over `max_side`."""
    height, width = image.shape[:2]
    dpi_x, dpi_y = resolution
    dpi = max(dpi_x, dpi_y)
    scale_x, scale_y = dpi / dpi_x, dpi / dpi_y
    shrink = min(1.0, max_side / max(width * scale_x, height * scale_y))
    size = max(1, round(width * scale_x * shrink)), max(1, round(height * scale_y * shrink))
    # Lighter first: the reduction then has a third of the work.
    image = without_needless_colour(image)
    if size != (width, height):
        import cv2

        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrink < 1 else cv2.INTER_LINEAR)
    return SourcePage(
        image=image,
        dpi=dpi * shrink,
        source_width=float(width),
        source_height=float(height),
        to_source=np.diag([width / size[0], height / size[1], 1.0]),
    )


def _resolution(file: Pillow.Image) -> tuple[float, float]:
    """Dots an inch along x and y: what the file says where that makes sense, else a guess from its size."""
    width, height = file.size
    stated = file.info.get("dpi")
    if stated is not None:
        x, y = float(stated[0]), float(stated[1])
        if _makes_sense(width, height, x, y):
            # Small differences are rounding (203.2 and 204), not pixels that are not square.
            return (x, y) if max(x, y) > 1.05 * min(x, y) else (max(x, y), max(x, y))
    guess = _guess_dpi(width, height)
    return guess, guess


def _makes_sense(width: int, height: int, x: float, y: float) -> bool:
    """Whether a stated resolution gives a page of a size people print: 72 dpi on a photograph of a page does not."""
    if not (70 <= x <= 1300 and 70 <= y <= 1300) or max(x, y) > _FAX_RATIO * min(x, y):
        return False
    longest = max(width / x, height / y)
    return (5 if _paper_shaped(width, height) else 1) <= longest <= 24


def _guess_dpi(width: int, height: int) -> float:
    """Assumes A4 or Letter, whichever shape is nearer; for other shapes (receipts, cards) the usual scan."""
    if not _paper_shaped(width, height):
        return float(_DEFAULT_DPI)
    longest, shortest = max(width, height), min(width, height)
    inches = 11.69 if longest / shortest > 1.354 else 11.0
    return round(longest / inches, 1)


def _paper_shaped(width: int, height: int) -> bool:
    return 1.2 <= max(width, height) / max(1, min(width, height)) <= 1.6
