"""What can be set about reading. Each section is used by one stage; `engines` says where models run.

Values that change answers are part of the stage's fingerprint; values that only change speed are not
(`INERT` below), so that moving to a GPU does not make an archive stale.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Limits(Section):
    """What is refused, so that a hostile or mistaken file cannot take the machine down."""

    max_bytes: int = Field(500_000_000, description="largest file that is opened, in bytes")
    max_pages: int = Field(5_000, description="most pages in one document")
    max_pixels: int = Field(120_000_000, description="largest page image that is decoded, in pixels")
    passwords: list[str] = Field(default_factory=list, description="tried on encrypted PDFs, in order")


class PagesSettings(Section):
    dpi: int = Field(200, ge=72, le=600, description="resolution PDF pages are rendered at")
    max_side: int = Field(4_000, description="longest side of a page image in pixels; larger scans are reduced")
    window: int = Field(8, ge=1, description="pages held in memory at a time")
    orientation: Literal["auto", "model", "probe", "off"] = Field(
        "auto", description="auto: the packaged model verified by a probe of text lines; without the model the probe"
    )
    deskew: bool = True
    min_skew_confidence: float = Field(0.3, description="below this the skew estimate is not acted upon")
    perspective: bool = Field(True, description="photographed pages are made flat where their outline is clear")


class RegionsSettings(Section):
    layout: Literal["rapid-layout", "heron"] = Field(
        "rapid-layout", description="layout model for scans; heron: Docling's own, from `docling_artifacts`"
    )
    layout_path: str = Field("", description="other weights for rapid-layout, a folder or file; empty: the packaged")
    min_score: float = Field(0.5, ge=0, le=1)
    digital: Literal["docling", "off"] = Field("docling", description="structure of pages with a text layer")
    docling_layout: Literal["packaged", "heron"] = Field(
        "packaged", description="heron: Docling's own layout model, if its weights are in `docling_artifacts`"
    )
    docling_tables: bool = Field(False, description="Docling's TableFormer, if its weights are in `docling_artifacts`")
    docling_artifacts: str = Field("", description="folder of Docling's own models (`docling-tools models download`)")


class TextSettings(Section):
    engine: Literal["ppocr", "tesseract", "easyocr", "docling"] = "ppocr"
    second_engine: Literal["auto", "off", "ppocr", "tesseract", "easyocr", "docling"] = Field(
        "auto",
        description="asked for doubtful lines; auto: tesseract where it and its languages are installed, else off",
    )
    second_below: float = Field(0.8, ge=0, le=1, description="lines less likely to be right than this are doubtful")
    second_share: float = Field(0.8, ge=0, le=1, description="largest share of a page's lines the second engine reads")
    second_lines: int = Field(200, ge=0, description="most lines of a page the second engine reads")
    calibration: str = Field("", description="file that `ocr-assets calibrate` made; empty: the packaged one")
    languages: list[str] = Field(
        default_factory=lambda: ["en", "de"],
        description="the pages' languages (ISO 639-1); their alphabets are what ppocr reads, empty: all it knows",
    )
    easyocr_models: str = Field("", description="folder of EasyOCR's weights; empty: ~/.EasyOCR/model")
    docling_ocr: str = Field(
        "rapidocr", description="which of the OCR engines registered with Docling, if it is the engine"
    )
    docling_languages: list[str] = Field(default_factory=list, description="as that engine names them; empty: its own")
    tessdata: str = Field(
        "", description="folder of Tesseract's language data; empty: TESSDATA_PREFIX, or where the system keeps it"
    )
    min_line_confidence: float = Field(
        0.5, ge=0, le=1, description="lines of which the engine says less are dropped as noise"
    )


class RecordsSettings(Section):
    review_below: float = Field(0.8, ge=0, le=1, description="fields with less confidence are marked needs_review")
    tolerance: float = Field(0.02, description="slack of the arithmetic checks, in units of the currency")
    types: str = Field("", description="folder of document types of your own, a .py file each; empty: none")
    attached_invoice: Literal["use", "check", "off"] = Field(
        "use",
        description="the XML invoice attached to a PDF (ZUGFeRD, Factur-X): use: its values are the record's; check: "
        "only compared with what is printed; off: not looked at",
    )


class EntitiesSettings(Section):
    """Fields found by a language model behind an OpenAI-compatible server, beside those rules find."""

    base_url: str = Field("", description="such as https://host/v1; empty: no model is asked")
    model: str = Field("", description="the model's name, as the server knows it")
    key_variable: str = Field("OCR_ENTITIES_KEY", description="environment variable that holds the server's key")
    mode: Literal["fill", "replace", "compare"] = Field(
        "fill",
        description="fill: ask for what rules did not find; replace: over rules; compare: disagreement is reviewed",
    )
    trust: float = Field(0.75, ge=0, le=1, description="confidence of a value of the model's that is on the page")
    document_tokens: int = Field(6_000, ge=100, description="most tokens of a document's text that are sent")
    answer_tokens: int = Field(1_000, ge=50, description="most tokens of an answer")
    concurrency: int = Field(8, ge=1, le=256, description="requests a worker has under way at a time")
    retries: int = Field(4, ge=0, description="times a request is tried again")
    connect_timeout: float = Field(10.0, gt=0, description="seconds to reach the server")
    read_timeout: float = Field(60.0, gt=0, description="seconds without a byte of the answer")
    total_timeout: float = Field(120.0, gt=0, description="seconds for one whole answer")
    price_in: float = Field(0.0, ge=0, description="price of a million tokens sent")
    price_out: float = Field(0.0, ge=0, description="price of a million tokens answered")
    run_tokens: int = Field(0, ge=0, description="most tokens a run may use, sent and answered; 0: no limit")
    run_cost: float = Field(0.0, ge=0, description="most a run may cost, in the prices' currency; 0: no limit")
    cache: str = Field("", description="folder where answers are kept; empty: <home>/entities")

    @field_validator("base_url")
    @classmethod
    def _without_secrets(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        if "@" in value.split("//")[-1].split("/")[0]:
            raise ValueError("must hold no user or password: the key belongs into the environment")
        return value.rstrip("/")


class EmbeddingsSettings(Section):
    model: str = Field("packaged", description="packaged: all-MiniLM-L6-v2; else a folder or a Hugging Face name")
    chunk_tokens: int = Field(200, ge=32, description="longest chunk, in the model's tokens")
    batch: int = 64


class EngineSettings(Section):
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto: cuda if there is a GPU, else cpu")
    runtime: Literal["openvino", "onnxruntime"] = Field("openvino", description="runs PP-OCR's networks on the CPU")
    threads: int = Field(1, ge=1, description="threads a worker's models use; workers are processes")
    detector_batch: int = Field(0, ge=0, description="pages of one size given to the detector together; 0: by device")
    recognizer_batch: int = Field(
        0, ge=0, description="lines of one size given to the recogniser together; 0: by device"
    )
    detector_path: str = Field("", description="another PP-OCR detector (.onnx); empty: the packaged PP-OCRv6")
    recognizer_path: str = Field("", description="another PP-OCR recogniser (.onnx); empty: the packaged PP-OCRv6")


class ReadingSettings(Section):
    limits: Limits = Field(default_factory=Limits)
    pages: PagesSettings = Field(default_factory=PagesSettings)
    regions: RegionsSettings = Field(default_factory=RegionsSettings)
    text: TextSettings = Field(default_factory=TextSettings)
    records: RecordsSettings = Field(default_factory=RecordsSettings)
    entities: EntitiesSettings = Field(default_factory=EntitiesSettings)
    embeddings: EmbeddingsSettings = Field(default_factory=EmbeddingsSettings)
    engines: EngineSettings = Field(default_factory=EngineSettings)


INERT = {
    "pages": {"window"},
    "text": {"second_engine", "calibration", "tessdata"},
    "records": {"types"},
    "embeddings": {"batch"},
    "limits": {"max_bytes", "max_pages", "max_pixels", "passwords"},
    "entities": {
        "base_url",
        "key_variable",
        "concurrency",
        "retries",
        "connect_timeout",
        "read_timeout",
        "total_timeout",
        "price_in",
        "price_out",
        "run_tokens",
        "run_cost",
        "cache",
    },
}
"""Settings that change speed, or only what is refused, but no answer."""
