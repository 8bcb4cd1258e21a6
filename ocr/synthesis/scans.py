"""A drawn document printed, degraded and scanned: other bytes, the same words, its truth moved along."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ocr.engines import Image
from ocr.evaluation.truth import Box, Truth, TruthPage
from ocr.synthesis.degrade import Degradation, Degraded, degrade
from ocr.synthesis.paper import MADE, Drawn

FileForm = Literal["pdf", "png", "jpg", "webp", "tiff"]
Step = Degradation | Callable[[Image], Degraded]

_JPEG_QUALITY = 68


@dataclass(frozen=True, slots=True)
class Scan:
    """A file and its truth; boxes are in points for PDF, in pixels for images."""

    data: bytes
    truth: Truth


def scan(
    drawn: Drawn,
    steps: Sequence[Step],
    seed: int,
    *,
    form: FileForm = "pdf",
    dpi: int = 150,
    scanned: Sequence[int] | None = None,
) -> Scan:
    """Render `drawn` in grey at `dpi`, put every page through `steps` and write it as `form`.

    A step is a kind of degradation, whose strength the seed draws anew for every page, or a function that fixes it,
    such as `functools.partial(skew, angle=2.3)`. `scanned` are the numbers of the pages to scan, all where not given;
    in a PDF the others stay digital. Raises ValueError where `form` holds one page and the document has more, or
    where it is an image and `scanned` leaves pages out.
    """
    numbers = [page.number for page in drawn.truth.pages]
    chosen = numbers if scanned is None else list(scanned)
    if form != "pdf" and chosen != numbers:
        raise ValueError(f"{form} holds images only: pages cannot stay digital")
    if form in ("png", "jpg", "webp") and len(numbers) > 1:
        raise ValueError(f"{form} holds one page, the document has {len(numbers)}")
    images = _render(drawn.pdf, dpi)
    results = {number: _through(images[number - 1], steps, seed + 1000 * number) for number in chosen}
    data = _pdf(drawn.pdf, results, dpi) if form == "pdf" else _images([results[n].image for n in numbers], form, dpi)
    pages = [_moved(page, results.get(page.number), form, dpi) for page in drawn.truth.pages]
    truth = drawn.truth.model_copy(update={"sha256": hashlib.sha256(data).hexdigest(), "pages": pages})
    return Scan(data, truth)


def _render(pdf: bytes, dpi: int) -> list[Image]:
    import pymupdf

    images = []
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        for page in document:
            pixels = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
            images.append(
                np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.stride)[:, : pixels.width]
            )
    return images


def _through(image: Image, steps: Sequence[Step], seed: int) -> Degraded:
    result = Degraded(image, np.eye(3))
    for number, step in enumerate(steps):
        after = step(result.image) if callable(step) else degrade(result.image, step, seed + number)
        known = result.skew is not None and after.skew is not None
        result = Degraded(
            image=after.image,
            matrix=after.matrix @ result.matrix,
            rotation=(result.rotation + after.rotation) % 360,
            skew=(result.skew or 0.0) + (after.skew or 0.0) if known else None,
        )
    return result


def _moved(page: TruthPage, result: Degraded | None, form: FileForm, dpi: int) -> TruthPage:
    if result is None:
        return page
    unit = 72 / dpi if form == "pdf" else 1.0

    def move(box: Box) -> Box:
        x0, y0, x1, y1 = (value * dpi / 72 for value in box)
        corners = result.matrix @ np.array([(x0, y0, 1), (x1, y0, 1), (x1, y1, 1), (x0, y1, 1)]).T
        x, y = corners[:2] / corners[2] * unit
        return (round(x.min(), 1), round(y.min(), 1), round(x.max(), 1), round(y.max(), 1))

    lines = [line.model_copy(update={"box": move(line.box) if line.box else None}) for line in page.lines or []]
    regions = [region.model_copy(update={"box": move(region.box)}) for region in page.regions or []]
    changes = {"lines": lines, "regions": regions, "rotation": result.rotation, "skew": result.skew}
    return page.model_copy(update=changes)


def _pdf(pdf: bytes, results: dict[int, Degraded], dpi: int) -> bytes:
    import pymupdf

    with pymupdf.open() as bound, pymupdf.open(stream=pdf, filetype="pdf") as digital:
        for number in range(1, digital.page_count + 1):
            if number not in results:
                bound.insert_pdf(digital, from_page=number - 1, to_page=number - 1)
                continue
            image = results[number].image
            height, width = image.shape
            page = bound.new_page(width=width * 72 / dpi, height=height * 72 / dpi)
            page.insert_image(page.rect, stream=_images([image], "jpg", dpi))
        bound.set_metadata({"producer": "ocr.synthesis", "creationDate": MADE, "modDate": MADE})
        return bound.tobytes(garbage=3, deflate=True, no_new_id=True, reproducible=True)


def _images(images: Sequence[Image], form: FileForm, dpi: int) -> bytes:
    from PIL import Image as Picture

    first, *others = [Picture.fromarray(image) for image in images]
    file = io.BytesIO()
    match form:
        case "jpg":
            first.save(file, "JPEG", quality=_JPEG_QUALITY, dpi=(dpi, dpi))
        case "webp":
            first.save(file, "WEBP", quality=_JPEG_QUALITY, method=4)
        case "png":
            first.save(file, "PNG", optimize=True, dpi=(dpi, dpi))
        case _:
            # Group 4 is what fax machines and archive scanners write; it knows black and white only.
            first, *others = [picture.convert("1", dither=Picture.Dither.NONE) for picture in (first, *others)]
            first.save(file, "TIFF", compression="group4", save_all=True, append_images=others, dpi=(dpi, dpi))
    return file.getvalue()
