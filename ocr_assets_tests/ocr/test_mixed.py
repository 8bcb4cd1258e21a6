"""Pages with a trusted text layer and text beside it, from bytes to lines."""

import hashlib

import pymupdf
import pytest

from ocr import stages
from ocr.assembly import Engines
from ocr.imaging.images import PageImages
from ocr.settings import EngineSettings, ReadingSettings, RegionsSettings
from ocr_assets_tests.ocr.opening.broken import ROTATED, remapped
from ocr_assets_tests.ocr.opening.made import encoded
from ocr_assets_tests.ocr.recognition.drawing import page_image

LAYER = ["Minutes of the works council", "held on the third of March", "in the large meeting room"]
PICTURE = ["Attendance was recorded by hand", "and is shown in this picture"]


@pytest.fixture(scope="module")
def engines():
    return Engines(ReadingSettings(regions=RegionsSettings(digital="off"), engines=EngineSettings(device="cpu")))


def read(data, folder, engines):
    reading = stages.Reading(
        key="mixed",
        name="mixed.pdf",
        uri="",
        sha256=hashlib.sha256(data).hexdigest(),
        received_at="",
        load=lambda: data,
        images=PageImages(folder),
    )
    for stage in (stages.raw_document, stages.pages, stages.regions, stages.text):
        (outcome,) = stage([reading], engines)
        assert outcome is reading
    return reading


def mixed_pdf(picture=PICTURE):
    document = pymupdf.open()
    page = document.new_page()
    for i, text in enumerate(LAYER):
        page.insert_text((72, 100 + 24 * i), text, fontsize=12)
    for i in range(6):
        page.insert_text((72, 420 + 24 * i), f"Resolution {'abcdef'[i]} was carried without dissent", fontsize=12)
    image = page_image([(20, 20 + 50 * i, t) for i, t in enumerate(picture)], 900, 180, 36)
    page.insert_image(pymupdf.Rect(72, 200, 522, 290), stream=encoded(image))
    return document


def test_a_picture_with_text_is_read_in_its_place_between_the_lines_of_the_layer(tmp_path, engines):
    reading = read(mixed_pdf().tobytes(), tmp_path, engines)

    (page,) = reading.pages
    assert (page.needs_ocr, page.mixed) == (False, True)
    assert page.route_reason.endswith("Text beside it is read.")
    assert [line.text for line in reading.lines][:5] == LAYER + PICTURE
    assert {line.source for line in reading.lines if line.text in PICTURE} == {"ocr"}
    assert {line.source for line in reading.lines if line.text not in PICTURE} == {"text_layer"}
    assert len(reading.lines) == 11


def test_a_logo_of_one_word_costs_nothing(tmp_path, engines):
    reading = read(mixed_pdf(["ACME"]).tobytes(), tmp_path, engines)

    assert not reading.pages[0].mixed
    assert len(reading.lines) == 9


def test_a_heading_in_a_font_that_names_other_letters_is_read_off_the_page(tmp_path, engines):
    heading = pymupdf.open()
    heading.new_page().insert_text((72, 60), "Statement of the auditors", fontname="tiro", fontsize=16)
    broken = pymupdf.open(stream=remapped(heading.tobytes(), ROTATED), filetype="pdf")
    document = mixed_pdf([])
    document[0].show_pdf_page(document[0].rect, broken)

    reading = read(document.tobytes(), tmp_path, engines)

    assert "Statement" not in document[0].get_text()
    assert reading.lines[0].text == "Statement of the auditors"
    assert reading.lines[0].source == "ocr"
    assert [line.text for line in reading.lines[1:4]] == LAYER
    assert len(reading.lines) == 10


def test_a_document_whose_letters_are_exchanged_is_read_as_if_it_were_a_scan(tmp_path, engines):
    reading = read(remapped(mixed_pdf([]).tobytes(), ROTATED), tmp_path, engines)

    (page,) = reading.pages
    assert page.needs_ocr
    assert page.route_reason.startswith("Fonts name other letters")
    assert [line.text for line in reading.lines[:3]] == LAYER
