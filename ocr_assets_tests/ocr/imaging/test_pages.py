import numpy as np
import pytest

from ocr.assembly import Engines
from ocr.imaging.homography import mapped
from ocr.imaging.pages import MadePage, make_pages
from ocr.opening.document import open_document
from ocr.settings import EngineSettings, PagesSettings, ReadingSettings
from ocr_assets_tests.ocr.imaging.test_outline import photographed
from ocr_assets_tests.ocr.opening.made import LIMITS, encoded, text_image, turned

PAGE = text_image(900, 1200, size=22)


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines(ReadingSettings(engines=EngineSettings(device="cpu")))


def made(engines: Engines, image: np.ndarray, deskew: bool = True, perspective: bool = True) -> MadePage:
    with open_document(encoded(image), LIMITS) as document:
        chosen = PagesSettings(deskew=deskew, perspective=perspective)
        (page,) = make_pages(document, chosen, engines.orientation, engines.detector, engines.recognizer)
    assert isinstance(page, MadePage)
    return page


@pytest.mark.parametrize("lies", [0, 1, 2, 3])
@pytest.mark.parametrize("skew", [0.0, -7.0, 33.0, -41.0])
def test_a_page_stands_upright_however_far_it_was_turned(engines: Engines, lies: int, skew: float) -> None:
    page = made(engines, np.rot90(turned(PAGE, skew), lies)).page
    assert page.rotation == 90 * lies
    assert page.skew == pytest.approx(skew, abs=0.1)


def test_skew_that_does_not_show_is_left_in_and_so_is_all_skew_where_that_is_asked_for(engines: Engines) -> None:
    straight = made(engines, PAGE)
    assert straight.page.skew == 0
    assert np.array_equal(straight.image, PAGE)
    assert made(engines, turned(PAGE, 3), deskew=False).page.skew == 0


def test_a_photographed_page_is_made_flat_unless_told_otherwise(engines: Engines) -> None:
    photo, seen = photographed(PAGE, 60, 0.08)
    page = made(engines, photo).page
    corners = np.array([(0, 0), (page.width, 0), (page.width, page.height), (0, page.height)])
    assert np.allclose(mapped(page.transform, corners), seen, atol=12)
    assert (page.width, page.height) < photo.shape[::-1]
    assert made(engines, photo, perspective=False).page.transform[6:] == [0, 0, 1]
