import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ocr.errors import BrokenDocument, DocumentError, OverLimit
from ocr.opening.document import open_document
from ocr.opening.source import SourcePage
from ocr.settings import Limits
from ocr_assets_tests.ocr.opening.made import LIMITS, encoded, text_image

GREY = text_image(400, 560, size=16, lines=15)


def first_page(data: bytes, max_side: int = 4000, limits: Limits = LIMITS) -> SourcePage:
    with open_document(data, limits) as document:
        return document.page(1, 200, max_side)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
def test_every_kind_of_image_is_decoded(kind: str) -> None:
    page = first_page(encoded(GREY, kind))
    assert page.image.shape == GREY.shape
    assert np.abs(page.image.astype(int) - GREY).mean() < 3
    assert (page.image_coverage, page.layer) == (1.0, [])


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_every_mode_becomes_eight_bits_with_the_same_picture(mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray(GREY.astype(np.uint16) * 257)
    elif mode == "F":
        picture = Image.fromarray(GREY.astype(np.float32))
    else:
        picture = Image.fromarray(GREY).convert(mode)
    page = first_page(encoded(picture, "TIFF"))
    assert page.image.dtype == np.uint8
    assert page.image.ndim == 2
    assert ((page.image < 128) == (GREY < 128)).mean() > 0.99


def test_what_is_transparent_is_white_paper() -> None:
    layered = np.dstack([np.zeros((40, 40, 3), np.uint8), np.zeros((40, 40), np.uint8)])
    layered[10:20, 10:20, 3] = 255
    page = first_page(encoded(Image.fromarray(layered, "RGBA")))
    assert page.image[0, 0] == 255
    assert page.image[15, 15] == 0


def test_colour_stays_where_there_is_some_and_goes_where_only_the_paper_is_tinted() -> None:
    tint = np.array([240, 220, 180]) / 255
    yellowed = (GREY[:, :, np.newaxis] * tint).astype(np.uint8)
    assert first_page(encoded(yellowed)).image.ndim == 2
    yellowed[100:140, 100:200] = (200, 30, 30)
    assert first_page(encoded(yellowed)).image.ndim == 3


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_honoured(kind: str, orientation: int) -> None:
    stored = {
        1: GREY,
        2: GREY[:, ::-1],
        3: GREY[::-1, ::-1],
        4: GREY[::-1],
        5: GREY.T,
        6: np.rot90(GREY),
        7: GREY[::-1, ::-1].T,
        8: np.rot90(GREY, -1),
    }[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    page = first_page(encoded(np.ascontiguousarray(stored), kind, exif=exif))
    assert page.image.shape == GREY.shape
    assert ((page.image < 128) == (GREY < 128)).mean() > 0.99
    assert (page.source_width, page.source_height) == (400, 560)


def test_a_tiff_has_a_page_a_frame_in_any_order() -> None:
    frames = [Image.fromarray(np.full((50 + 10 * i, 40), 20 * i, np.uint8)) for i in range(4)]
    data = encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    with open_document(data, LIMITS) as document:
        assert document.page_count == 4
        shapes = [document.page(n, 200, 1000).image.shape for n in (3, 1, 4, 2)]
    assert shapes == [(70, 40), (50, 40), (80, 40), (60, 40)]
    with pytest.raises(OverLimit, match="4 pages"):
        open_document(data, Limits(max_pages=3))


def test_frames_of_an_animation_are_not_pages() -> None:
    frames = [Image.fromarray(np.full((20, 20), v, np.uint8)) for v in (0, 120, 240)]
    with open_document(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]), LIMITS) as document:
        assert document.page_count == 1


@pytest.mark.parametrize(
    ("size", "stated", "dpi"),
    [
        ((2480, 3508), (300, 300), 300),  # A4 at what it says
        ((2480, 3508), (72, 72), 300),  # what it says would be a poster: A4 is assumed
        ((2550, 3300), None, 300),  # Letter is assumed
        ((600, 2000), None, 200),  # a receipt: nothing can be told
        ((1021, 1423), (300, 300), 122),  # a page of 3 by 5 inches is a page that was shrunk
    ],
)
def test_resolution_is_what_the_file_says_where_that_makes_sense(size, stated, dpi) -> None:
    image = np.full(size[::-1], 255, np.uint8)
    page = first_page(encoded(image, "PNG", **({"dpi": stated} if stated else {})))
    assert page.dpi == pytest.approx(dpi, abs=1)


def test_fax_pixels_are_made_square() -> None:
    page = first_page(encoded(np.full((1078, 1728), 255, np.uint8), "TIFF", dpi=(204, 98)))
    assert page.image.shape == (2244, 1728)
    assert page.dpi == 204
    assert np.allclose(page.to_source @ [1728, 2244, 1], [1728, 1078, 1])


def test_large_scans_are_reduced() -> None:
    page = first_page(encoded(text_image(1240, 1754)), max_side=1000)
    assert page.image.shape == (1000, 707)
    assert np.allclose(page.to_source @ [707, 1000, 1], [1240, 1754, 1])


def test_an_image_bomb_is_refused_before_it_is_decoded() -> None:
    small = bytearray(encoded(np.zeros((4, 4), np.uint8), "BMP"))
    small[18:26] = struct.pack("<ii", 60_000, 60_000)
    with pytest.raises(OverLimit):
        open_document(bytes(small), LIMITS)
    with pytest.raises(OverLimit, match="400×560"):
        open_document(encoded(GREY), Limits(max_pixels=100_000))


def test_a_truncated_image_is_broken() -> None:
    data = encoded(GREY, "JPEG")
    with pytest.raises(BrokenDocument):
        first_page(data[: len(data) // 2])


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"]))
def test_damaged_images_are_read_or_refused_with_a_typed_error(data: st.DataObject, kind: str) -> None:
    whole = bytearray(encoded(GREY[:60, :60], kind))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(2, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        image = first_page(bytes(whole), limits=Limits(max_pixels=1_000_000)).image
        assert image.dtype == np.uint8
    except DocumentError as error:
        assert "0x" not in error.message
