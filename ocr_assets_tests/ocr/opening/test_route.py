import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.opening.document import open_document
from ocr.opening.route import Route, route
from ocr.opening.source import LayerWord, SourcePage
from ocr_assets_tests.ocr.opening.made import LIMITS, SENTENCE, encoded, scan_pdf, text_image, text_pdf

SCAN = text_image(1240, 1754)


def route_of(data: bytes, number: int = 1) -> Route:
    with open_document(data, LIMITS) as document:
        return route(document.page(number, 150, 4000), set())


def page_saying(text: str) -> SourcePage:
    """A page whose layer is one word on each of its lines of print."""
    words = [LayerWord(t, 100, 95 + i * 38, 1140, 135 + i * 38, 0, i) for i, t in enumerate(text.split())]
    return SourcePage(SCAN, 150, 595, 842, np.eye(3)[:2], words, 0.0)


def test_a_page_set_as_text_needs_no_ocr() -> None:
    way = route_of(text_pdf())
    assert (way.needs_ocr, way.incomplete, way.blank, len(way.words)) == (False, False, False, 157)
    assert way.reason == "The text layer is sound (157 words)."


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_set_as_text_needs_no_ocr(rotation: int) -> None:
    assert not route_of(text_pdf(rotation=rotation)).needs_ocr


@pytest.mark.parametrize(
    ("layer", "reason"), [("", "no text layer"), ("invisible", "invisible"), ("under", "invisible"), ("stamp", "only")]
)
def test_a_scan_needs_ocr_whatever_was_laid_over_or_under_it(layer: str, reason: str) -> None:
    way = route_of(scan_pdf(SCAN, 150, layer))
    assert way.needs_ocr
    assert reason in way.reason


def test_mixed_documents_are_routed_page_by_page() -> None:
    document = pymupdf.open(stream=text_pdf(), filetype="pdf")
    document.insert_pdf(pymupdf.open(stream=scan_pdf(SCAN, 150), filetype="pdf"))
    document.new_page()
    data = document.tobytes()
    assert [route_of(data, n).needs_ocr for n in (1, 2, 3)] == [False, True, False]
    assert [route_of(data, n).blank for n in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize("speckle", [0, 60])
def test_a_blank_scan_is_blank_although_dust_lies_on_it(speckle: int) -> None:
    rng = np.random.default_rng(0)
    paper = rng.normal(235, 4, (1754, 1240)).clip(0, 255).astype(np.uint8)
    for y, x in rng.integers(0, 1200, (speckle, 2)):
        paper[y : y + 3, x : x + 3] = 60
    assert route_of(encoded(paper)).blank


def test_a_page_with_a_page_number_or_one_dark_shape_is_not_blank() -> None:
    numbered = np.full((1754, 1240), 255, np.uint8)
    ImageDraw.Draw(picture := Image.fromarray(numbered)).text(
        (600, 1600), "12", fill=0, font=ImageFont.load_default(26)
    )
    filled = np.full((1754, 1240), 255, np.uint8)
    filled[0:1500, 200:1240] = 20
    assert not route_of(encoded(picture)).blank
    assert not route_of(encoded(filled)).blank


def test_layers_of_unknown_signs_are_not_trusted() -> None:
    good = SENTENCE
    assert not route(page_saying(good), set()).needs_ocr
    private = "".join(chr(0xE000 + ord(c)) if c != " " and i % 5 == 0 else c for i, c in enumerate(good))
    replaced = good.replace("e", "\ufffd")
    signs = "".join(chr(33 + ord(c) % 14) if c != " " else c for c in good)
    assert all(route(page_saying(text), set()).needs_ocr for text in (private, replaced, signs))


def test_numbers_and_other_scripts_are_trusted() -> None:
    numbers = " ".join(f"{n},{n % 97:02d}" for n in range(1000, 1040))
    greek = "η εταιρεία προτείνει μέρισμα προς όλους τους κατόχους κοινών μετοχών του μητρώου " * 3
    hindi = "कंपनी की तिमाही रिपोर्ट में बताया गया है कि उत्तरी क्षेत्र में आय बढ़ी है और लागत घटी है " * 3
    assert not any(route(page_saying(text), set()).needs_ocr for text in (numbers, greek, hindi))


def test_bullets_of_a_symbol_font_cost_no_trust() -> None:
    page = page_saying(SENTENCE)
    page.layer += [LayerWord("\uf0b7", 60, 95 + i * 38, 90, 135 + i * 38, 0, i) for i in range(20)]
    way = route(page, set())
    assert not way.needs_ocr
    assert len(way.words) == len(page.layer)


def test_words_in_fonts_that_name_other_letters_are_left_out() -> None:
    page = page_saying(SENTENCE)
    assert route(page, {"Broken"}).words == page.layer
    for word in page.layer[::4]:
        word.font = "Broken"
    some = route(page, {"Broken"})
    assert (some.needs_ocr, some.incomplete) == (False, True)
    assert some.words == [word for word in page.layer if word.font != "Broken"]
    for word in page.layer:
        word.font = "Broken"
    assert (
        route(page, {"Broken"}).reason == "Fonts name other letters than they show in 100% of the text layer's words."
    )


def test_print_beside_the_layer_is_noticed() -> None:
    page = page_saying(SENTENCE)
    assert not route(page, set()).incomplete
    page.layer = page.layer[:-12]
    assert route(page, set()).incomplete
