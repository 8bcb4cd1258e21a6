"""The engines as a Dagster resource: where models run, and that they load once per worker process."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import dagster as dg
from pydantic import Field

from ocr.assembly import Engines
from ocr.settings import EngineSettings, ReadingSettings
from resources.ledger.split import CHAMPION
from resources.warm import warm

NO_VARIANTS: Mapping[str, ReadingSettings] = MappingProxyType({})


class EnginesResource(dg.ConfigurableResource):
    """The models that read documents, in this process.

    `stages` holds the settings of the stages (`pages`, `regions`, `text`, …) as in the settings file.
    """

    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto: cuda if there is a GPU, else cpu")
    runtime: Literal["openvino", "onnxruntime"] = Field("openvino", description="runs PP-OCR's networks on the CPU")
    threads: int = Field(1, description="threads a worker's models use")
    detector_batch: int = Field(0, ge=0, description="pages of one size given to the detector together; 0: by device")
    recognizer_batch: int = Field(
        0, ge=0, description="lines of one size given to the recogniser together; 0: by device"
    )
    detector_path: str = Field("", description="another PP-OCR detector (.onnx); empty: the packaged PP-OCRv6")
    recognizer_path: str = Field("", description="another PP-OCR recogniser (.onnx); empty: the packaged PP-OCRv6")
    stages: dict[str, Any] = Field(default_factory=dict, description="settings of the stages, by section")
    variants: dict[str, Any] = Field(default_factory=dict, description="all settings of the variants in a split")

    @classmethod
    def from_settings(
        cls, settings: ReadingSettings, variants: Mapping[str, ReadingSettings] = NO_VARIANTS
    ) -> EnginesResource:
        stages = settings.model_dump(mode="json", exclude={"engines"})
        others = {name: of.model_dump(mode="json") for name, of in variants.items()}
        return cls(**settings.engines.model_dump(mode="json"), stages=stages, variants=others)

    def open(self) -> Engines:
        """The engines of these settings; one set per process, so that weights load once however many runs it serves."""
        values = {name: getattr(self, name) for name in EngineSettings.model_fields}
        return warm(ReadingSettings(**self.stages, engines=EngineSettings(**values)))

    def sides(self) -> dict[str, Engines]:
        """The engines of each side of a split, the champion's under the empty name."""
        return {CHAMPION: self.open()} | {name: warm(ReadingSettings(**of)) for name, of in self.variants.items()}
