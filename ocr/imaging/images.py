"""Where a document's page images lie: one file a page in any folder, local or remote."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from ocr.engines import Image
from ocr.errors import EngineError

Folder = Any
"""A `pathlib.Path`, or what behaves like one (`/`, `exists`, `mkdir`, `read_bytes`, `write_bytes`, `unlink`)."""

_FORMATS = (".png", ".jpg")

_PNG_MARGIN = 1.4
"""How much larger than the JPEG a PNG may be. Pages with clean paper are 3 to 7 times smaller as PNG than as JPEG of
quality 95 (0.2 MB and 0.8 MB at 200 dpi) and lose nothing, for 18 ms instead of 8; photographs of paper are 1.6 times
larger, and there the JPEG hardly costs reading anything (PP-OCR's word F1 on receipts: .600 after, .602 before)."""

_JPEG_QUALITY = 95
_STRIPS = 8


class PageImages:
    """A store of one document's page images; the folder is made at the first `put`.

    `write` is the caller's own way of writing a file whole; without it, a local file is written under a temporary name
    and renamed, a remote one in one piece.
    """

    def __init__(self, folder: Folder, write: Callable[[Folder, bytes], None] | None = None) -> None:
        self.folder = folder
        self._write = write or write_whole
        self._suffixes: dict[int, str] = {}

    def put(self, number: int, image: Image) -> None:
        """Store the image (uint8, grey `H×W` or RGB `H×W×3`) of page `number`, over the one that was there."""
        suffix, data = encode(image)
        self._write(self._named(number, suffix), data)
        for other in _FORMATS:
            if other != suffix and self._named(number, other).exists():
                self._named(number, other).unlink()
        self._suffixes[number] = suffix

    def get(self, number: int) -> Image:
        """The image of page `number`, as it was put (photographs but for JPEG's losses). Raises `FileNotFoundError`."""
        return decode(self.path(number).read_bytes())

    def path(self, number: int) -> Folder:
        """The file of page `number`. Raises `FileNotFoundError` where there is none."""
        if number not in self._suffixes:
            found = [suffix for suffix in _FORMATS if self._named(number, suffix).exists()]
            if not found:
                raise FileNotFoundError(f"{self.folder} holds no image of page {number}")
            self._suffixes[number] = found[0]
        return self._named(number, self._suffixes[number])

    def _named(self, number: int, suffix: str) -> Folder:
        return self.folder / f"page-{number:04d}{suffix}"


def write_whole(path: Folder, data: bytes) -> None:
    """Write a file so that no reader sees half of it: a rename on a disk, one piece elsewhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(path, os.PathLike):
        path.write_bytes(data)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    temporary.replace(path)


def encode(image: Image) -> tuple[Literal[".png", ".jpg"], bytes]:
    """A page image as PNG, or as JPEG where that is much smaller; with the suffix that says which."""
    import cv2

    stored = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    sample = _strips(stored)
    return (".png", _png(stored)) if len(_png(sample)) <= _PNG_MARGIN * len(_jpeg(sample)) else (".jpg", _jpeg(stored))


def _strips(image: Image) -> Image:
    """A sixth of the page, in strips from all of it: enough to tell clean paper from a photograph."""
    height = image.shape[0]
    strip = max(8, height // (6 * _STRIPS))
    if height <= 2 * strip * _STRIPS:
        return image
    tops = np.linspace(0, height - strip, _STRIPS).astype(int)
    return np.concatenate([image[top : top + strip] for top in tops])


def _png(image: Image) -> bytes:
    import cv2

    # Print repeats itself better as it is than as differences: 18 ms a page instead of 43, and no larger.
    options = [cv2.IMWRITE_PNG_COMPRESSION, 3, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]
    return _imencode(".png", image, options)


def _jpeg(image: Image) -> bytes:
    import cv2

    return _imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])


def decode(data: bytes) -> Image:
    """The inverse of `encode`: uint8, grey or RGB."""
    import cv2

    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise EngineError("a stored page image cannot be decoded: the store is damaged; make the pages again")
    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def thumbnail(image: Image, max_bytes: int = 20_000) -> bytes:
    """A small JPEG of a page, at most `max_bytes` long (at least 1,000), as large and as fine as that allows."""
    import cv2

    stored = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    longest = max(stored.shape[:2])
    side = min(560, longest)
    while True:
        size = [max(1, round(extent * side / longest)) for extent in stored.shape[1::-1]]
        small = cv2.resize(stored, size, interpolation=cv2.INTER_AREA)
        for quality in (75, 50):
            data = _imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if len(data) <= max_bytes or side <= 16:
                return data
        side = side * 4 // 5


def _imencode(suffix: str, image: Image, options: list[int]) -> bytes:
    import cv2

    done, data = cv2.imencode(suffix, image, options)
    if not done:
        raise EngineError(f"OpenCV cannot write {suffix} files here")
    return data.tobytes()
