"""A page image as a PDF page with the text OCR read on it, for finders that look at text."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import numpy as np

HEIGHT = 792.0
"""Points of the page's longer side."""


@contextmanager
def with_layer(image: np.ndarray, engines: Any) -> Generator[tuple[Any, float]]:
    """A document of one page and its points a pixel; each line is written invisibly over its place."""
    import cv2
    import pymupdf

    from ocr.recognition.crops import cut, reading_quads

    quads = reading_quads(engines.detector.detect([image])[0])
    read = engines.recognizer.recognize(cut(image, quads))
    height, width = image.shape[:2]
    scale = HEIGHT / max(height, width)
    font = pymupdf.Font("helv")
    with pymupdf.open() as document:
        page = document.new_page(width=width * scale, height=height * scale)
        _, picture = cv2.imencode(".jpg", image[:, :, ::-1])
        page.insert_image(page.rect, stream=picture.tobytes())
        for quad, line in zip(quads, read, strict=True):
            (x0, y0), (x1, y1) = (quad.min(axis=0) * scale).tolist(), (quad.max(axis=0) * scale).tolist()
            size = max(2.0, 0.8 * (y1 - y0))
            length = font.text_length(line.text, fontsize=size)
            if line.text.strip() and length > 0:
                start = pymupdf.Point(x0, y1 - 0.2 * (y1 - y0))
                stretch = (start, pymupdf.Matrix((x1 - x0) / length, 1))
                page.insert_text(start, line.text, fontsize=size, fontname="helv", render_mode=3, morph=stretch)
        yield document, scale
