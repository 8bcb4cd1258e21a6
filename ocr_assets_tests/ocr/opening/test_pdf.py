from pathlib import Path

import numpy as np
import pymupdf
import pytest

from ocr.errors import BrokenDocument, EmptyDocument, EncryptedDocument, OverLimit
from ocr.opening.document import open_document
from ocr.opening.source import SourcePage
from ocr.settings import Limits
from ocr_assets_tests.ocr.opening.made import LIMITS, encoded, scan_pdf, text_image, text_pdf


def first_page(data: bytes, dpi: int = 150, max_side: int = 4000, limits: Limits = LIMITS) -> SourcePage:
    with open_document(data, limits) as document:
        return document.page(1, dpi, max_side)


def ink_share(page: SourcePage, index: int) -> float:
    """Share of dark pixels in the box of a word of the layer."""
    word = page.layer[index]
    box = page.image[int(word.y0) : int(word.y1) + 1, int(word.x0) : int(word.x1) + 1]
    return float((box < 128).mean())


def test_a_pdf_says_what_it_is() -> None:
    with open_document(text_pdf(pages=3), LIMITS) as document:
        assert (document.media_type, document.page_count, document.encrypted) == ("application/pdf", 3, False)


def test_pages_are_rendered_at_the_resolution_asked_for() -> None:
    page = first_page(text_pdf(), dpi=144)
    assert page.image.shape == (1684, 1190)
    assert (page.dpi, page.source_width, page.source_height) == (144, 595, 842)
    assert np.allclose(page.to_source @ [1190, 1684, 1], [595, 842, 1])


@pytest.mark.parametrize(("rotation", "direction"), [(0, 0), (90, 270), (180, 180), (270, 90)])
def test_the_layer_lies_on_the_ink_and_knows_its_direction_whatever_the_rotation(rotation: int, direction: int) -> None:
    page = first_page(text_pdf(rotation=rotation))
    assert page.image.shape == ((1755, 1240) if rotation % 180 == 0 else (1240, 1755))
    assert [w.text for w in page.layer[:3]] == ["page", "1", "of"]
    assert {w.direction for w in page.layer} == {direction}
    assert all(ink_share(page, i) > 0.05 for i in range(len(page.layer)))


def test_invisible_text_and_text_under_a_picture_are_not_visible() -> None:
    image = text_image(620, 877, size=13)
    assert all(w.visible for w in first_page(text_pdf()).layer)
    assert not any(w.visible for w in first_page(text_pdf(render_mode=3)).layer)
    assert not any(w.visible for w in first_page(scan_pdf(image, 150, "under")).layer)
    assert all(w.visible for w in first_page(scan_pdf(image, 150, "stamp")).layer)


@pytest.mark.parametrize(("own", "rendered"), [(100, 150), (200, 200), (600, 300)])
def test_a_scan_is_rendered_at_about_its_own_resolution(own: int, rendered: int) -> None:
    page = first_page(scan_pdf(text_image(800, 1100), own), dpi=250)
    assert page.image_coverage == 1.0
    assert page.dpi == pytest.approx(rendered, abs=1)


def test_grey_pages_are_grey_and_coloured_ones_are_not() -> None:
    document = pymupdf.open(stream=text_pdf(), filetype="pdf")
    document[0].draw_rect((100, 500, 200, 600), fill=(0.9, 0.1, 0.1))
    assert first_page(text_pdf()).image.ndim == 2
    assert first_page(document.tobytes()).image.shape[2] == 3


def test_a_giant_page_is_rendered_smaller_and_an_unreadably_giant_one_refused() -> None:
    page = first_page(text_pdf(width=5000, height=5000), dpi=200, max_side=2000)
    assert max(page.image.shape) == 2000
    with pytest.raises(OverLimit):
        first_page(text_pdf(width=14400, height=14400), max_side=2000)


def test_a_picture_too_large_to_decode_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(OverLimit, match="2000×1000"):
        first_page(scan_pdf(np.zeros((1000, 2000), np.uint8), 200), limits=Limits(max_pixels=1_000_000))


def test_encrypted_pdfs_open_with_a_known_password_only() -> None:
    data = text_pdf(encryption=pymupdf.mupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="master")
    with pytest.raises(EncryptedDocument, match="asks for a password"):
        open_document(data, LIMITS)
    with pytest.raises(EncryptedDocument, match="none of the 1"):
        open_document(data, Limits(passwords=["wrong"]))
    with open_document(data, Limits(passwords=["wrong", "secret"])) as document:
        assert document.encrypted
        assert document.page(1, 100, 2000).layer


def test_limits_on_bytes_and_pages_hold() -> None:
    with pytest.raises(OverLimit, match="bytes"):
        open_document(text_pdf(), Limits(max_bytes=100))
    with pytest.raises(OverLimit, match="pages"):
        open_document(text_pdf(pages=3), Limits(max_pages=2))


def test_damaged_pdfs_raise_typed_errors_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    whole = text_pdf()
    with pytest.raises((BrokenDocument, EmptyDocument)):
        open_document(b"%PDF-1.7\n" + b"\xff" * 200, LIMITS)
    with open_document(whole[: len(whole) * 9 // 10], LIMITS) as document:
        document.page(1, 72, 1000)
    with open_document(whole, LIMITS) as document, pytest.raises(BrokenDocument) as raised:
        document.page(2, 72, 1000)
    assert raised.value.page == 2
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the process's memory from Linux")
def test_memory_does_not_grow_with_the_pages() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (1600, 1200), dtype=np.uint8)
    document = pymupdf.open()
    for seed in range(24):
        page = document.new_page()
        page.insert_image(page.rect, stream=encoded(np.roll(noise, seed), "JPEG", quality=30))
    used = []
    with open_document(document.tobytes(), LIMITS) as opened:
        for number in range(1, 25):
            opened.page(number, 72, 2000)
            used.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)
    assert used[-1] - used[3] < 10_000_000
