"""Small pages and lines of text, drawn with the typeface Pillow carries."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr.documents import Page
from ocr.engines import TextRecognizer
from ocr.recognition.calibration import load
from ocr.recognition.panel import Panel
from ocr.settings import TextSettings

ENGLISH = TextSettings(languages=["en"])


def page_image(texts: Iterable[tuple[int, int, str]], width: int, height: int, size: int = 24) -> np.ndarray:
    """Texts at their top left corners, black on white, `H×W×3`."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for x, y, text in texts:
        draw.text((x, y), text, fill="black", font=ImageFont.load_default(size))
    return np.asarray(image)


def line_image(text: str, size: int = 30) -> np.ndarray:
    """One line with little margin."""
    font = ImageFont.load_default(size)
    width = int(font.getlength(text)) + 20
    return page_image([(10, 6, text)], width, size + 18, size)


def page(image: np.ndarray) -> Page:
    height, width = image.shape[:2]
    return Page(1, width, height, 150, width, height)


def alone(recognizer: TextRecognizer) -> Panel:
    """A panel of one."""
    return Panel(recognizer, None, load(), below=0.9, share=1.0, most=100)
