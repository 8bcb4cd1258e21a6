"""Docling's own layout model, heron (RT-DETR, 17 classes, Apache-2.0), on page images: for those who have its weights.

They are not packaged: `docling-tools models download -o FOLDER layout` fetches them, `[regions] docling_artifacts`
names the folder. Docling loads and runs the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ocr.documents import RegionKind
from ocr.engines import Image, LayoutBox
from ocr.errors import EngineError
from ocr.loading import file_sha256, fingerprint, loading, version
from ocr.settings import EngineSettings, RegionsSettings

if TYPE_CHECKING:
    from docling.models.inference_engines.object_detection import BaseObjectDetectionEngine

WEIGHTS = "docling-project--docling-layout-heron/model.safetensors"
KINDS: dict[str, RegionKind] = {
    "title": "title",
    "document_index": "table",
    "section_header": "heading",
    "list_item": "list",
    "table": "table",
    "picture": "figure",
    "caption": "caption",
    "page_header": "header",
    "page_footer": "footer",
    "formula": "formula",
}
"""Its labels in lower case; every other one (text, footnote, code, forms) is text."""


class HeronLayoutDetector:
    """Finds regions on page images; the weights load at the first page, once for all detectors of a process."""

    name = "heron"

    def __init__(self, settings: RegionsSettings, engines: EngineSettings) -> None:
        self._settings = settings
        self._engines = engines

    @property
    def fingerprint(self) -> str:
        sha256 = file_sha256(heron_weights(self._settings))
        return fingerprint("heron", version("docling"), sha256, f"score>={self._settings.min_score}")

    def detect(self, images: Sequence[Image], text: Sequence[np.ndarray] = ()) -> list[list[LayoutBox]]:
        """For each image its boxes (pixels of that image, at least `min_score`); `text` is not looked at."""
        if not images:
            return []
        from docling.models.inference_engines.object_detection import ObjectDetectionEngineInput
        from PIL import Image as Pillow

        weights = heron_weights(self._settings)
        network = _network(weights.parents[1], self._settings.min_score, self._engines.threads, self._engines.device)
        labels = network.get_label_mapping()
        found = network.predict_batch(
            [ObjectDetectionEngineInput(image=Pillow.fromarray(image).convert("RGB")) for image in images]
        )
        return [
            [
                LayoutBox(KINDS.get(labels[label].lower().replace("-", "_"), "text"), score, *box)
                for label, score, box in zip(one.label_ids, one.scores, one.bboxes, strict=True)
            ]
            for one in found
        ]


def heron_weights(settings: RegionsSettings) -> Path:
    """The weights under `[regions] docling_artifacts`; `EngineError` where they are not."""
    path = Path(settings.docling_artifacts).expanduser() / WEIGHTS
    if not settings.docling_artifacts or not path.is_file():
        raise EngineError(
            f'`[regions] layout = "heron"` needs weights that are not there ({WEIGHTS} in docling_artifacts = '
            f"{settings.docling_artifacts!r}): fetch them with `docling-tools models download -o FOLDER layout` and "
            "set `docling_artifacts` to it"
        )
    return path


@lru_cache(maxsize=1)
def _network(artifacts: Path, min_score: float, threads: int, device: str) -> BaseObjectDetectionEngine:
    with loading("heron"):
        from docling.datamodel.accelerator_options import AcceleratorOptions
        from docling.datamodel.pipeline_options import LayoutObjectDetectionOptions
        from docling.models.inference_engines.object_detection import create_object_detection_engine

        options = LayoutObjectDetectionOptions.from_preset("layout_heron_default")
        network = create_object_detection_engine(
            options=options.engine_options.model_copy(update={"score_threshold": min_score}),
            model_spec=options.model_spec,
            artifacts_path=artifacts,
            enable_remote_services=False,
            accelerator_options=AcceleratorOptions(num_threads=threads, device=device),
        )
        try:
            network.initialize()
        except (RuntimeError, OSError, ValueError) as error:
            raise EngineError(f"heron's weights under {artifacts} cannot be loaded: {error}") from error
    return network
