"""Docling's layout stage on the packaged layout model, so that Docling runs without downloading one.

Docling finds this module by the entry-point group `docling` and loads it when `allow_external_plugins` is set.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from docling.datamodel.accelerator_options import AcceleratorOptions
from docling.datamodel.base_models import Cluster, LayoutPrediction, Page
from docling.datamodel.document import ConversionResult
from docling.datamodel.pipeline_options import BaseLayoutOptions
from docling.models.base_layout_model import BaseLayoutModel
from docling_core.types.doc import BoundingBox, CoordOrigin, DocItemLabel

from ocr.documents import RegionKind
from ocr.engines import LayoutBox
from ocr.layout.rapid import RapidLayoutDetector
from ocr.layout.regions import boxes_on_lines
from ocr.settings import EngineSettings, RegionsSettings

IMAGE_SCALE = 2.0
"""Pixels a point of the images the model sees; at one it misses small text."""

LABELS: dict[RegionKind, DocItemLabel] = {
    "title": DocItemLabel.SECTION_HEADER,
    "heading": DocItemLabel.SECTION_HEADER,
    "text": DocItemLabel.TEXT,
    "list": DocItemLabel.LIST_ITEM,
    "table": DocItemLabel.TABLE,
    "figure": DocItemLabel.PICTURE,
    "caption": DocItemLabel.CAPTION,
    "header": DocItemLabel.PAGE_HEADER,
    "footer": DocItemLabel.PAGE_FOOTER,
    "formula": DocItemLabel.FORMULA,
}


class PackagedLayoutOptions(BaseLayoutOptions):
    """What decides the packaged layout model's answers, and the runtime they are computed on."""

    kind: ClassVar[str] = "ocr_packaged_layout"

    layout_path: str = ""
    min_score: float = 0.5
    runtime: Literal["openvino", "onnxruntime"] = "openvino"


class PackagedLayoutModel(BaseLayoutModel):
    """Called from Docling's stage threads; the detector is safe for that, and loads its weights here."""

    def __init__(
        self,
        artifacts_path: Path | None,
        accelerator_options: AcceleratorOptions,
        options: PackagedLayoutOptions,
        enable_remote_services: bool = False,
    ) -> None:
        self.options = options
        self._detector = RapidLayoutDetector(
            RegionsSettings(layout_path=options.layout_path, min_score=options.min_score),
            EngineSettings(runtime=options.runtime, threads=accelerator_options.num_threads),
        )
        self._detector.load()

    @classmethod
    def get_options_type(cls) -> type[PackagedLayoutOptions]:
        return PackagedLayoutOptions

    def predict_layout(self, conv_res: ConversionResult, pages: Sequence[Page]) -> list[LayoutPrediction]:
        """One prediction a page, clusters in page points; an empty one where a page has no image."""
        images = [page.get_image(scale=IMAGE_SCALE) for page in pages]
        drawn = [np.asarray(image.convert("RGB")) for image in images if image is not None]
        found = iter(self._detector.detect(drawn))
        return [
            LayoutPrediction() if image is None else _prediction(page, image.width, image.height, next(found))
            for page, image in zip(pages, images, strict=True)
        ]


def _prediction(page: Page, width: int, height: int, boxes: list[LayoutBox]) -> LayoutPrediction:
    if page.size is None:
        return LayoutPrediction()
    across, down = page.size.width / width, page.size.height / height
    clusters = [
        Cluster(
            id=number,
            label=LABELS[box.kind],
            confidence=box.score,
            bbox=BoundingBox(
                l=box.x0 * across, t=box.y0 * down, r=box.x1 * across, b=box.y1 * down, coord_origin=CoordOrigin.TOPLEFT
            ),
        )
        for number, box in enumerate(boxes_on_lines(boxes, _lines(page) / (across, down), width, height))
    ]
    return LayoutPrediction(clusters=clusters)


def _lines(page: Page) -> np.ndarray:
    """The lines of the text layer as `N×4×2` corners in page points."""
    boxes = [cell.rect.to_bounding_box() for cell in page.cells if cell.text.strip()]
    corners = [((b.l, b.t), (b.r, b.t), (b.r, b.b), (b.l, b.b)) for b in boxes]
    return np.array(corners, dtype=float).reshape(-1, 4, 2)


def layout_engines() -> dict[str, Any]:
    """What Docling asks a plugin for."""
    return {"layout_engines": [PackagedLayoutModel]}
