"""Documents and page images made for the tests."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pymupdf
from PIL import Image, ImageDraw, ImageFont

from ocr.settings import Limits

SENTENCE = (
    "the quarterly report of the company shows that revenue in the northern region rose by seven per cent while costs "
    "fell and the board therefore proposes a dividend to all holders of ordinary shares who are entered in the register"
)
WORDS = SENTENCE.split()

LIMITS = Limits()


def text_image(width: int = 1240, height: int = 1754, size: int = 26, lines: int = 40, seed: int = 0) -> np.ndarray:
    """A grey page of print, A4 at 150 dpi unless said otherwise."""
    rng = np.random.default_rng(seed)
    page = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(size)
    for line in range(lines):
        top = 100 + line * round(size * 1.45)
        if top > height - 100:
            break
        text = " ".join(rng.choice(WORDS, 12))
        while draw.textlength(text, font) > width - 200:
            text = text.rsplit(" ", 1)[0]
        draw.text((100, top), text, fill=0, font=font)
    return np.asarray(page).copy()


def encoded(image: np.ndarray | Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    sink = io.BytesIO()
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    picture.save(sink, kind, **options)
    return sink.getvalue()


def text_pdf(
    pages: int = 1, rotation: int = 0, width: float = 595, height: float = 842, render_mode: int = 0, **save: Any
) -> bytes:
    """A PDF with twenty lines of text on each page."""
    document = pymupdf.open()
    for number in range(pages):
        page = document.new_page(width=width, height=height)
        write_lines(page, f"page {number + 1} of the report", render_mode)
        page.set_rotation(rotation)
    return document.tobytes(**save)


def write_lines(page: Any, first: str = "first line", render_mode: int = 0) -> None:
    rng = np.random.default_rng(1)
    for line in range(20):
        text = first if line == 0 else " ".join(rng.choice(WORDS, 8))
        page.insert_text((60, 80 + 20 * line), text, fontsize=11, render_mode=render_mode)


def scan_pdf(image: np.ndarray, dpi: float, layer: str = "") -> bytes:
    """One page that is one picture; `layer`: "invisible", "under" or "stamp" adds text of that kind."""
    document = pymupdf.open()
    height, width = image.shape[:2]
    page = document.new_page(width=width * 72 / dpi, height=height * 72 / dpi)
    if layer == "under":
        write_lines(page)
    page.insert_image(page.rect, stream=encoded(image, "JPEG"))
    if layer == "invisible":
        write_lines(page, render_mode=3)
    if layer == "stamp":
        page.insert_text((20, 20), "Exhibit 12", fontsize=9)
    return document.tobytes()


def turned(image: np.ndarray, degrees: float) -> np.ndarray:
    """The page turned counter-clockwise, on white, with nothing lost."""
    picture = Image.fromarray(image)
    return np.asarray(picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)).copy()
