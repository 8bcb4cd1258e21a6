"""Runs an ONNX network on OpenVINO or ONNX Runtime, on the processor or the GPU that the settings ask for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ocr.errors import EngineError
from ocr.settings import EngineSettings

log = logging.getLogger(__name__)

CUDA = "CUDAExecutionProvider"

PREPARED = 32
"""Sizes of input OpenVINO stays prepared for. Preparing takes as long as several runs, and keeping some 20 MB each."""


@dataclass(frozen=True, slots=True)
class Network:
    """A loaded network.

    `run` maps a float32 batch to the first output, which holds until the next run; `metadata` is what the file says of
    itself, such as a recogniser's alphabet.
    """

    run: Callable[[np.ndarray], np.ndarray]
    metadata: dict[str, str]
    on_gpu: bool = False

    def at_once(self, on_gpu: int) -> int:
        """How many inputs to give it together: `on_gpu` there. A processor takes as long for one as for its share of
        a batch, and would have to prepare for every number of them."""
        return on_gpu if self.on_gpu else 1


Choice = Callable[[dict[str, str]], np.ndarray]
"""From a network's metadata the numbers of the classes that are wanted."""


def open_network(path: Path, settings: EngineSettings, choose: Choice | None = None) -> Network:
    """Load the network at `path` where `settings` say; `EngineError` when that cannot be.

    With `choose` a classifier answers with the chosen classes alone, whose probabilities add up to one.
    """
    if not path.is_file():
        raise EngineError(f"no weights at {path}: correct the path in `[engines]` of the settings")
    if settings.device != "cpu":
        network = _on_gpu(path, settings.threads)
        if network is not None:
            return _chosen(network, choose)
        if settings.device == "cuda":
            raise EngineError(
                "device is cuda, but ONNX Runtime finds no working CUDA GPU here: install onnxruntime-gpu in place of "
                'onnxruntime and check the driver (`nvidia-smi`), or set `[engines] device = "auto"`'
            )
        _say_no_gpu()
    if settings.runtime == "openvino":
        return _openvino(path, settings.threads, choose)
    return _chosen(_onnxruntime(path, settings.threads, ["CPUExecutionProvider"])[0], choose)


def _chosen(network: Network, choose: Choice | None) -> Network:
    """The network with the probabilities of the chosen classes, for runtimes whose graphs are not cut."""
    if choose is None:
        return network
    classes = choose(network.metadata)

    def run(batch: np.ndarray) -> np.ndarray:
        kept = network.run(batch)[..., classes]
        return kept / np.maximum(kept.sum(axis=-1, keepdims=True), np.finfo(np.float32).tiny)

    return replace(network, run=run)


@cache
def _say_no_gpu() -> None:
    log.info("no CUDA GPU for ONNX Runtime: PP-OCR runs on the processor")


def _on_gpu(path: Path, threads: int) -> Network | None:
    import onnxruntime as ort

    if CUDA not in ort.get_available_providers():
        return None
    ort.preload_dlls()
    # Without a driver the provider is on offer all the same, and the session falls back to the processor silently.
    network, providers = _onnxruntime(path, threads, [CUDA, "CPUExecutionProvider"])
    return replace(network, on_gpu=True) if CUDA in providers else None


def _openvino(path: Path, threads: int, choose: Choice | None) -> Network:
    import openvino

    core = openvino.Core()
    try:
        model = core.read_model(path)
    except RuntimeError as error:
        raise EngineError(f"{path} is no network OpenVINO can read: {error}") from error
    metadata = _metadata(model)
    cut = choose is not None and _cut_head(model, choose(metadata))
    # Pinned threads of two workers would share one core. The precision is the processor's own: bfloat16, where it has
    # that, read receipts, contracts, books and typescript as well as float32 did, in about half the time or less.
    options = {"INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False, "CPU_RUNTIME_CACHE_CAPACITY": PREPARED}
    request = core.compile_model(model, "CPU", options).create_infer_request()

    def run(batch: np.ndarray) -> np.ndarray:
        request.infer([batch])
        return request.get_output_tensor(0).data

    network = Network(run, metadata)
    return network if cut else _chosen(network, choose)


def _metadata(model: Any) -> dict[str, str]:
    info = model.get_rt_info()
    framework = info["framework"] if "framework" in info else {}  # noqa: SIM401 (not a dict: it has no `get`)
    return {key: str(value.value) for key, value in framework.items()}


def _cut_head(model: Any, classes: np.ndarray) -> bool:
    """Leave out of the last linear layer the classes that are not wanted; False where the graph is built otherwise.

    The layer is `softmax(x · weights + bias)`. Over 18,710 classes it takes a quarter of the time of reading a line.
    """
    from openvino import opset13 as operators

    def source(node: Any, slot: int = 0) -> Any:
        before = node.input_value(slot).get_node()
        return source(before) if before.get_type_name() == "Identity" else before

    softmax = source(model.get_results()[0])
    add = source(softmax)
    product = source(add)
    if [n.get_type_name() for n in (softmax, add, product)] != ["Softmax", "Add", "MatMul"]:
        return False
    weights, bias = source(product, 1), source(add, 1)
    if {weights.get_type_name(), bias.get_type_name()} != {"Constant"}:
        return False
    if list(weights.output(0).shape)[1:] != list(bias.output(0).shape):
        return False
    for node, constant, axis in ((product, weights, 1), (add, bias, 0)):
        kept = operators.gather(constant, operators.constant(classes.astype(np.int64)), operators.constant(axis))
        node.input(1).replace_source_output(kept.output(0))
    model.validate_nodes_and_infer_types()
    return True


def _onnxruntime(path: Path, threads: int, providers: list[str]) -> tuple[Network, Sequence[str]]:
    """The network, and the providers it really runs on."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    try:
        session = ort.InferenceSession(str(path), options, providers=providers)
    except Exception as error:  # its errors share no base class
        raise EngineError(f"{path} is no network ONNX Runtime can read: {error}") from error
    (entry,) = session.get_inputs()

    def run(batch: np.ndarray) -> np.ndarray:
        return np.asarray(session.run(None, {entry.name: batch})[0])

    return Network(run, dict(session.get_modelmeta().custom_metadata_map)), session.get_providers()
