"""How steps run: a process each, forked from a server that has paid the heavy imports once; in a warm worker, there.

The launcher of `dagster.yaml` gives runs to warm workers. Where Dagster itself starts a run (`dagster job execute`, a
container a run, another launcher), nothing is warm, and its steps run under the multiprocess executor.
"""

from __future__ import annotations

import os

import dagster as dg

WARM_VARIABLE = "OCR_WARM_WORKER"
"""Set in worker processes: they have the models, which a process a step would load again."""

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


def of_this_process() -> dg.ExecutorDefinition:
    """The executor of the jobs that this process executes."""
    return dg.in_process_executor if os.environ.get(WARM_VARIABLE) else multiprocess
