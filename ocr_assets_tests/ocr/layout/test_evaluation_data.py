"""How good layout and cells are on real documents; skipped where they are not there."""

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr.assembly import Engines
from ocr.documents import Page
from ocr.evaluation.layout import detection, pool
from ocr.layout.rapid import RapidLayoutDetector
from ocr.layout.regions import regions_from_boxes
from ocr.recognition.crops import reading_quads
from ocr.settings import EngineSettings, RegionsSettings

DATA = Path(os.environ.get("OCR_EVALUATION_DATA", Path(__file__).parents[4] / "shared" / "data"))
PAPERS = DATA / "layout_docbank"


@pytest.mark.skipif(not PAPERS.is_dir(), reason="no evaluation data: set OCR_EVALUATION_DATA")
def test_regions_hold_nearly_every_word_of_papers() -> None:
    detector = RapidLayoutDetector(RegionsSettings(), EngineSettings())
    words = held = 0
    for path in sorted((PAPERS / "img").glob("*.jpg"))[:5]:
        image = cv2.imread(str(path))
        assert image is not None
        height, width = image.shape[:2]
        page = Page(1, width, height, 200, width, height)
        regions = regions_from_boxes(page, detector.detect([image[:, :, ::-1]])[0], np.zeros((0, 4, 2)), "")
        for line in (PAPERS / "tokens" / f"{path.stem}.txt").read_text("utf-8", "replace").splitlines():
            text, x0, y0, x1, y1, *_ = line.split("\t")
            if text.startswith("##LT"):
                continue
            x, y = (int(x0) + int(x1)) / 2000 * width, (int(y0) + int(y1)) / 2000 * height
            words += 1
            held += any(r.x0 <= x <= r.x1 and r.y0 <= y <= r.y1 for r in regions)
    assert held / words > 0.95


JOURNALS = DATA / "layout_publaynet"
KINDS = {"text": "text", "title": "heading", "list": "list", "table": "table", "figure": "figure"}


@pytest.mark.skipif(not JOURNALS.is_dir(), reason="no evaluation data: set OCR_EVALUATION_DATA")
def test_regions_of_journal_pages_are_those_that_people_drew() -> None:
    engines = Engines()
    known = json.loads((JOURNALS / "samples.json").read_text())
    names = {c["id"]: KINDS[c["name"]] for c in known["categories"]}
    scores = []
    for entry in known["images"]:
        image = cv2.imread(str(JOURNALS / "img" / entry["file_name"]))
        if image is None:
            continue
        marks = [a for a in known["annotations"] if a["image_id"] == entry["id"]]
        truth = [(names[a["category_id"]], (x, y, x + w, y + h)) for a in marks for x, y, w, h in [a["bbox"]]]
        lines = reading_quads(engines.detector.detect([image])[0])
        (boxes,) = engines.layout.detect([image], [lines])
        height, width = image.shape[:2]
        regions = regions_from_boxes(Page(2, width, height, 72, width, height), boxes, lines, "model")
        found = [
            ({"caption": "text", "formula": "text"}.get(r.kind, r.kind), (r.x0, r.y0, r.x1, r.y1))
            for r in regions
            if r.kind not in {"header", "footer"}
        ]
        scores.append(detection(truth, found, 0.5))
    assert pool(scores).f1 >= 0.85
