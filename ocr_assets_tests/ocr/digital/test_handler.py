import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pymupdf
import pytest

from ocr import loading
from ocr.digital.handler import DoclingHandler
from ocr.documents import Page, Region
from ocr.errors import BrokenDocument, EngineError
from ocr.settings import EngineSettings, RegionsSettings

AES_256 = 5  # pymupdf.PDF_ENCRYPT_AES_256, a name type checkers do not see
DPI = 144
SCALE = DPI / 72
SENTENCE = "The quick brown fox jumps over the lazy dog and reads what is written on every page of it. "
ROWS = [("Item", "Quantity", "Price"), ("Chair", "2", "118.00"), ("Table", "1", "240.50"), ("Lamp", "4", "96.20")]


def draw_columns(page: pymupdf.Page) -> None:
    page.insert_text((60, 80), "On the Reading of Documents", fontsize=20, fontname="hebo")
    for left in (60, 310):
        page.insert_textbox((left, 120, left + 225, 780), SENTENCE * 22, fontsize=10, fontname="tiro", align=3)


def draw_table(page: pymupdf.Page) -> None:
    page.insert_textbox((60, 60, 535, 300), SENTENCE * 12, fontsize=10, fontname="tiro", align=3)
    page.insert_text((60, 325), "Table 1: What was sold in the first quarter of the year.", fontsize=9, fontname="tiro")
    table = [*ROWS, *ROWS[1:], *ROWS[1:], *ROWS[1:]]
    for n, row in enumerate(table):
        for x, text in zip((70, 260, 440), row, strict=True):
            page.insert_text((x, 358 + 18 * n), text, fontsize=10, fontname="tibo" if n == 0 else "tiro")
    for y in (342, 363, 363 + 18 * (len(table) - 1)):
        page.draw_line((60, y), (535, y))
    page.insert_textbox((60, 590, 535, 790), SENTENCE * 9, fontsize=10, fontname="tiro", align=3)


def pdf(*draws) -> bytes:
    document = pymupdf.open()
    for draw in draws:
        draw(document.new_page(width=595, height=842))
    return document.tobytes()


def pages_of(data: bytes) -> list[Page]:
    with pymupdf.open(stream=data, filetype="pdf") as document:
        return [
            Page(
                number=n,
                width=round(page.rect.width * SCALE),
                height=round(page.rect.height * SCALE),
                dpi=DPI,
                source_width=page.rect.width,
                source_height=page.rect.height,
                transform=[1 / SCALE, 0, 0, 0, 1 / SCALE, 0, 0, 0, 1],
                needs_ocr=False,
            )
            for n, page in enumerate(document, start=1)
        ]


def boxes_of(regions: list[Region]) -> list[tuple[float, float, float, float]]:
    return [(r.x0, r.y0, r.x1, r.y1) for r in regions]


@pytest.fixture(scope="module")
def handler() -> DoclingHandler:
    return DoclingHandler(RegionsSettings(), EngineSettings())


def test_regions_come_in_reading_order_in_pixels_of_the_upright_page(handler: DoclingHandler) -> None:
    data = pdf(draw_columns)
    regions, cells = handler.structure(data, "paper.pdf", pages_of(data))[1]
    assert regions[0].kind == "title"
    columns = [r for r in regions if r.y1 - r.y0 > 300]
    assert [round(r.x0 / SCALE, -1) for r in columns] == [60, 310]
    assert np.allclose([r.x1 / SCALE for r in columns], [285, 535], atol=6)
    assert [r.number for r in regions] == list(range(len(regions)))
    assert {r.source for r in regions} == {"docling/packaged"}
    assert all(0.45 <= r.score <= 1 for r in regions)
    assert cells == []


def test_a_table_of_the_text_layer_has_its_cells(handler: DoclingHandler) -> None:
    data = pdf(draw_table)
    regions, cells = handler.structure(data, "report.pdf", pages_of(data))[1]
    (table,) = [r for r in regions if r.kind == "table"]
    assert {c.region for c in cells} == {table.number}
    grid = {(c.row, c.column): c.text for c in cells}
    first = next(row for row in range(3) if grid.get((row, 0)) == "Item")
    for n, row in enumerate(ROWS):
        assert tuple(grid[first + n, k] for k in range(3)) == row
    chair = next(c for c in cells if c.text == "Chair")
    assert abs(chair.x0 / SCALE - 70) < 3
    assert abs(chair.y1 / SCALE - 376) < 6


def test_a_page_stored_sideways_and_shown_upright_gives_the_regions_of_the_upright_page(
    handler: DoclingHandler,
) -> None:
    upright = pdf(draw_table)
    document = pymupdf.open()
    with pymupdf.open(stream=upright, filetype="pdf") as source:
        page = document.new_page(width=842, height=595)
        page.show_pdf_page(page.rect, source, 0, rotate=90)
        page.set_rotation(90)
        page.set_cropbox(page.cropbox)
    turned = document.tobytes()
    assert pages_of(turned)[0].source_height == 842
    expected, expected_cells = handler.structure(upright, "a", pages_of(upright))[1]
    regions, cells = handler.structure(turned, "b", pages_of(turned))[1]
    assert [r.kind for r in regions] == [r.kind for r in expected]
    assert np.allclose(boxes_of(regions), boxes_of(expected), atol=12)
    assert [c.text for c in cells] == [c.text for c in expected_cells]


def test_only_the_pages_asked_for_are_read_and_a_page_without_anything_is_empty(handler: DoclingHandler) -> None:
    data = pdf(draw_columns, lambda page: None, draw_table, draw_columns)
    pages = pages_of(data)
    found = handler.structure(data, "mixed.pdf", [pages[0], pages[1], pages[3]])
    assert sorted(found) == [1, 2, 4]
    assert found[2] == ([], [])
    assert found[1][0] and found[4][0]


def test_a_page_whose_text_runs_sideways_is_left_to_the_layout_model_on_pixels(handler: DoclingHandler) -> None:
    data = pdf(draw_columns)
    (page,) = pages_of(data)
    page.rotation = 90
    assert handler.structure(data, "sideways.pdf", [page]) == {}


def test_a_document_with_a_password_is_left_to_the_layout_model_on_pixels(handler: DoclingHandler) -> None:
    with pymupdf.open(stream=pdf(draw_columns), filetype="pdf") as document:
        pages = pages_of(document.tobytes())
        locked = document.tobytes(encryption=AES_256, user_pw="secret", owner_pw="owner")
    assert handler.structure(locked, "locked.pdf", pages) == {}


def test_bytes_that_are_no_pdf_are_a_broken_document(handler: DoclingHandler) -> None:
    pages = pages_of(pdf(draw_columns))
    for data in (b"", b"%PDF-1.7 and nothing else"):
        with pytest.raises(BrokenDocument):
            handler.structure(data, "broken.pdf", pages)


def test_docling_and_the_weights_load_once_for_all_handlers_of_a_process(handler: DoclingHandler) -> None:
    data = pdf(draw_columns)
    handler.structure(data, "a", pages_of(data))
    before = loading.loads()
    assert before["docling"] >= 1
    DoclingHandler(RegionsSettings(), EngineSettings(recognizer_batch=3)).structure(data, "b", pages_of(data))
    assert loading.loads() == before


def test_threads_may_share_a_handler(handler: DoclingHandler) -> None:
    data = pdf(draw_columns, draw_table)
    expected = handler.structure(data, "a", pages_of(data))
    answers: list[object] = []
    work = [lambda: answers.append(handler.structure(data, "a", pages_of(data)))] * 3
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 3


def test_without_their_weights_heron_and_tableformer_are_errors_that_say_how_to_get_them(tmp_path: Path) -> None:
    data = pdf(draw_columns)
    for settings in (
        RegionsSettings(docling_layout="heron", docling_artifacts=str(tmp_path)),
        RegionsSettings(docling_tables=True),
    ):
        handler = DoclingHandler(settings, EngineSettings())
        with pytest.raises(EngineError, match="docling-tools models download"):
            handler.structure(data, "a", pages_of(data))
        with pytest.raises(EngineError, match="docling_artifacts"):
            _ = handler.fingerprint


def test_the_fingerprint_names_docling_and_its_layout_model_and_loads_nothing() -> None:
    before = loading.loads()
    plain = DoclingHandler(RegionsSettings(), EngineSettings()).fingerprint
    assert plain.startswith(f"docling/{loading.version('docling')}/")
    assert "rapid-layout" in plain
    assert plain == DoclingHandler(RegionsSettings(), EngineSettings(threads=2, device="cpu")).fingerprint
    assert loading.loads() == before


def test_the_default_way_never_touches_the_network(tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(pdf(draw_columns))
    script = textwrap.dedent("""
        import socket, sys

        def refuse(*arguments, **options):
            raise SystemExit(f"the network was asked for: {arguments}")

        socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
        from pathlib import Path
        from ocr.digital.handler import DoclingHandler
        from ocr.documents import Page
        from ocr.settings import EngineSettings, RegionsSettings

        page = Page(1, 1190, 1684, 144.0, 595.0, 842.0, transform=[0.5, 0, 0, 0, 0.5, 0, 0, 0, 1])
        data = Path(sys.argv[1]).read_bytes()
        regions, _ = DoclingHandler(RegionsSettings(), EngineSettings()).structure(data, "paper.pdf", [page])[1]
        print(len(regions))
    """)
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "empty")}
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "paper.pdf")],
        env=environment, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[-1]) >= 3
