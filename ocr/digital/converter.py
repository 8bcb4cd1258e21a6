"""Docling's PDF converter: OCR off, layout packaged or heron, one in a process for one set of options."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ocr.errors import EngineError
from ocr.loading import file_sha256, fingerprint, loading, version
from ocr.settings import EngineSettings, RegionsSettings

if TYPE_CHECKING:
    from docling.datamodel.pipeline_options import BaseLayoutOptions
    from docling.document_converter import DocumentConverter

HERON = "docling-project--docling-layout-heron/model.safetensors"
TABLEFORMER = "docling-project--docling-models/model_artifacts/tableformer/accurate/tableformer_accurate.safetensors"
PAGES_AHEAD = 4
USED = {"device", "runtime", "threads"}
"""What of the engines' settings the converter is made from."""

_building_lock = threading.Lock()


def converter(settings: RegionsSettings, engines: EngineSettings) -> DocumentConverter:
    """The converter for these settings, its models loaded. `EngineError` where weights they name are absent."""
    with _building_lock:
        return _converter(settings.model_dump_json(), engines.model_dump_json(include=USED))


def converter_fingerprint(settings: RegionsSettings, layout_fingerprint: str) -> str:
    """`layout_fingerprint` is the packaged layout model's; it counts unless heron takes its place."""
    heron = settings.docling_layout == "heron"
    layout = f"heron/{file_sha256(_weights(settings, HERON))[:12]}" if heron else layout_fingerprint
    tables = "pymupdf/" + version("pymupdf")
    if settings.docling_tables:
        tables = f"tableformer/{file_sha256(_weights(settings, TABLEFORMER))[:12]}"
    return fingerprint("docling", version("docling"), version("docling-parse"), layout, tables)


@lru_cache(maxsize=1)
def _converter(settings_json: str, engines_json: str) -> DocumentConverter:
    settings = RegionsSettings.model_validate_json(settings_json)
    engines = EngineSettings.model_validate_json(engines_json)
    artifacts = None
    if settings.docling_layout == "heron":
        artifacts = _weights(settings, HERON).parents[1]
    if settings.docling_tables:
        artifacts = _weights(settings, TABLEFORMER).parents[4]
    with loading("docling"):
        from docling.datamodel.accelerator_options import AcceleratorOptions
        from docling.datamodel.backend_options import ThreadedDoclingParseBackendOptions
        from docling.datamodel.base_models import InputFormat
        from docling.datamodel.pipeline_options import ThreadedPdfPipelineOptions
        from docling.document_converter import DocumentConverter, PdfFormatOption

        layout, image_scale = _layout(settings, engines)
        options = ThreadedPdfPipelineOptions(
            allow_external_plugins=True,
            do_ocr=False,
            do_table_structure=settings.docling_tables,
            artifacts_path=artifacts,
            accelerator_options=AcceleratorOptions(num_threads=engines.threads, device=engines.device),
            layout_options=layout,
        )
        backend = ThreadedDoclingParseBackendOptions(
            parser_threads=engines.threads,
            render_scale=image_scale,
            max_concurrent_results=PAGES_AHEAD,
            # Without it the parser's memory grows with every window of a long document.
            release_native_memory_every_n_pages=PAGES_AHEAD,
        )
        format_option = PdfFormatOption(pipeline_options=options, backend_options=backend)
        made = DocumentConverter(allowed_formats=[InputFormat.PDF], format_options={InputFormat.PDF: format_option})
        # Now, so that weights that cannot be loaded are an error of the machine and not of the first document.
        made.initialize_pipeline(InputFormat.PDF)
    return made


def _layout(settings: RegionsSettings, engines: EngineSettings) -> tuple[BaseLayoutOptions, float]:
    """The layout model's options, and the pixels a point of the page images it looks at."""
    # Text outside every region stays outside: Docling would make a region of each of its lines.
    if settings.docling_layout == "heron":
        from docling.datamodel.pipeline_options import LayoutObjectDetectionOptions

        return LayoutObjectDetectionOptions.from_preset("layout_heron_default", create_orphan_clusters=False), 1.0
    from ocr.digital.plugin import IMAGE_SCALE, PackagedLayoutOptions

    options = PackagedLayoutOptions(
        create_orphan_clusters=False,
        layout_path=settings.layout_path,
        min_score=settings.min_score,
        runtime=engines.runtime,
    )
    return options, IMAGE_SCALE


def _weights(settings: RegionsSettings, file: str) -> Path:
    """A file of Docling's own models under `[regions] docling_artifacts`."""
    folder = settings.docling_artifacts
    path = Path(folder).expanduser() / file
    if not folder or not path.is_file():
        wanted = 'docling_layout = "heron"' if file == HERON else "docling_tables = true"
        raise EngineError(
            f"`[regions] {wanted}` needs weights that are not there ({file} in docling_artifacts = {folder!r}): fetch "
            "them with `docling-tools models download -o FOLDER layout tableformer` and set `docling_artifacts` to it"
        )
    return path
