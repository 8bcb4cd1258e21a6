"""How steps run: a process each, forked from a server that has paid the heavy imports once."""

from __future__ import annotations

import dagster as dg

PRELOADED = [
    "ocr_assets.definitions",
    "cv2",
    "pymupdf",
    "onnxruntime",
    "openvino",
    "torch",
    "docling.document_converter",
]
"""Imported once per run by the fork server. No weights and no CUDA context: those do not survive a fork."""

multiprocess = dg.multiprocess_executor.configured(
    {"max_concurrent": 2, "start_method": {"forkserver": {"preload_modules": PRELOADED}}}
)
