"""Settings → engines: the one place that decides which implementation answers each contract.

`Engines` builds each engine at first use and keeps it, so that a worker that holds one `Engines` loads each model once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ocr.engines import LayoutDetector, OrientationClassifier, TextDetector, TextRecognizer
from ocr.flow import STAGES as STAGES
from ocr.loading import version
from ocr.settings import INERT, ReadingSettings

if TYPE_CHECKING:
    from ocr.digital.handler import DoclingHandler
    from ocr.embedding.sentence import SentenceEmbedder
    from ocr.extraction.entities import EntityEngine
    from ocr.recognition.panel import Panel

CODE_VERSIONS = {"raw_document": 1, "pages": 4, "regions": 2, "text": 2, "records": 4, "embeddings": 1}
"""Raised by hand when a stage's own code gives other answers: everything it made is then stale. A hash of the source
would make an archive stale with every comment."""


class Engines:
    """The engines one worker holds, made from settings. Construction loads nothing."""

    def __init__(self, settings: ReadingSettings | None = None) -> None:
        self.settings = settings or ReadingSettings()

    @cached_property
    def orientation(self) -> OrientationClassifier | None:
        """None where orientation is switched off."""
        from ocr.imaging import orientation

        choice = self.settings.pages.orientation
        if choice == "off":
            return None
        if choice == "model":
            return orientation.RapidOrientationClassifier(self.settings.engines)
        probe = orientation.ProbeOrientation(self.detector, self.recognizer)
        if choice == "probe" or not orientation.model_is_installed():
            return probe
        return orientation.VerifiedOrientation(orientation.RapidOrientationClassifier(self.settings.engines), probe)

    @cached_property
    def layout(self) -> LayoutDetector:
        from ocr.layout.heron import HeronLayoutDetector
        from ocr.layout.rapid import RapidLayoutDetector

        kind = HeronLayoutDetector if self.settings.regions.layout == "heron" else RapidLayoutDetector
        return kind(self.settings.regions, self.settings.engines)

    @cached_property
    def docling(self) -> DoclingHandler | None:
        """None where Docling is switched off; pages with a text layer then go through the layout model."""
        from ocr.digital.handler import DoclingHandler

        if self.settings.regions.digital == "off":
            return None
        return DoclingHandler(self.settings.regions, self.settings.engines)

    @cached_property
    def detector(self) -> TextDetector:
        from ocr.recognition.ppocr import PPOCRDetector

        return PPOCRDetector(self.settings.engines)

    @cached_property
    def recognizer(self) -> TextRecognizer:
        return self._recognizer(self.settings.text.engine)

    @cached_property
    def second(self) -> TextRecognizer | None:
        """The engine that is asked for doubtful lines; None where there is none."""
        from ocr.recognition.tesseract import is_available

        text = self.settings.text
        choice = text.second_engine
        if choice == "auto":
            choice = "tesseract" if is_available(text) else "off"
        return None if choice in ("off", text.engine) else self._recognizer(choice)

    @cached_property
    def panel(self) -> Panel:
        """Who reads lines, and by what rules."""
        from ocr.recognition.calibration import load
        from ocr.recognition.panel import Panel

        text = self.settings.text
        return Panel(
            self.recognizer,
            self.second,
            load(text.calibration),
            text.second_below,
            text.second_share,
            text.second_lines,
        )

    def _recognizer(self, engine: str) -> TextRecognizer:
        match engine:
            case "ppocr":
                from ocr.recognition.ppocr import PPOCRRecognizer

                return PPOCRRecognizer(self.settings.engines, self.settings.text.languages)
            case "tesseract":
                from ocr.recognition.tesseract import TesseractRecognizer

                return TesseractRecognizer(self.settings.text)
            case "easyocr":
                from ocr.recognition.easy import EasyOcrRecognizer

                return EasyOcrRecognizer(self.settings.text, self.settings.engines)
            case "docling":
                from ocr.recognition.docling import DoclingRecognizer

                return DoclingRecognizer(self.settings.text, self.settings.engines)
        raise ValueError(f"no recogniser {engine!r}")

    @cached_property
    def entities(self) -> EntityEngine | None:
        """None where no server is set: then no model is asked for fields."""
        if not self.settings.entities.base_url:
            return None
        from ocr.extraction.entities import EntityEngine

        return EntityEngine(self.settings.entities)

    @cached_property
    def embedder(self) -> SentenceEmbedder:
        from ocr.embedding.sentence import SentenceEmbedder

        return SentenceEmbedder(self.settings.embeddings, self.settings.engines)

    def fingerprint(self, stage: str) -> str:
        """What decides a stage's answers: its code version, its engines' fingerprints, its settings. Loads no model."""
        parts = [f"{stage}/{CODE_VERSIONS[stage]}", *(part() for part in self._parts(stage))]
        values = self.answering_settings(stage)
        if values:
            digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
            parts.append(f"settings/{digest[:8]}")
        return " ".join(parts)

    def answering_settings(self, stage: str) -> dict[str, Any]:
        """The settings of a stage that change its answers."""
        section = {"raw_document": "limits"}.get(stage, stage)
        return getattr(self.settings, section).model_dump(mode="json", exclude=INERT.get(section))

    def _parts(self, stage: str) -> list[Callable[[], str]]:
        def of(name: str) -> Callable[[], str]:
            def part() -> str:
                engine = getattr(self, name)
                return engine.fingerprint if engine is not None else f"{name}/off"

            return part

        def field_confidence() -> str:
            from ocr.extraction.confidence import fingerprint

            return fingerprint()

        def installed(distribution: str) -> Callable[[], str]:
            return lambda: f"{distribution}/{version(distribution)}"

        entities = [of("entities")] if self.settings.entities.base_url else []
        return {
            "raw_document": [installed("pymupdf")],
            "pages": [
                installed("pymupdf"),
                installed("opencv-python-headless"),
                of("orientation"),
                of("detector"),
                of("recognizer"),
            ],
            "regions": [of("detector"), of("layout"), of("docling")],
            "text": [of("recognizer"), of("second"), self._calibration],
            "records": [installed("rapidfuzz"), installed("pandera"), *entities, field_confidence, *self._own_types()],
            "embeddings": [of("embedder")],
        }[stage]

    def _calibration(self) -> str:
        from ocr.recognition import calibration, lexicon

        made = calibration.fingerprint(self.settings.text.calibration)
        return made if self.second is None else f"{made} {lexicon.fingerprint()}"

    def _own_types(self) -> list[Callable[[], str]]:
        from ocr.extraction.doctype import digest_of

        folder = self.settings.records.types
        return [lambda: f"types/{digest_of(folder)}"] if folder else []
