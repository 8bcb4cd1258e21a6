"""all-MiniLM-L6-v2 on OpenVINO: the same weights as with sentence-transformers, without its 16 s of imports.

The network is BERT (Devlin et al. 2018) with six layers, the mean over the tokens and unit length, written down here
as an OpenVINO graph over the tensors of `model.safetensors`. Its answers are those of sentence-transformers to within
1e-6, tested; it starts in a second, which matters to someone who types one query, and needs no more time per text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from openvino import Model

DIMENSION = 384
MAX_TOKENS = 256  # what the model was trained on, with [CLS] and [SEP]; longer texts are cut
LAYERS, HEADS = 6, 12
EPSILON = 1e-12
LENGTHS = 32
"""Texts are padded to a multiple of so many tokens: OpenVINO prepares the model for each new length."""


def open_minilm(folder: Path, threads: int) -> Callable[[Sequence[str]], np.ndarray]:
    """Load the model in `folder`; the function answers at least one text with `N×384` float32 unit vectors."""
    import openvino
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    model = _graph(load_file(folder / "model.safetensors"))
    # The archive's vectors are compared across machines: float32 everywhere, also where bfloat16 would be faster.
    options = {"INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False, "INFERENCE_PRECISION_HINT": "f32"}
    request = openvino.Core().compile_model(model, "CPU", options).create_infer_request()

    def embed(texts: Sequence[str]) -> np.ndarray:
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        # One by one: a batch adds padding and another shape to prepare for, and saves nothing on a processor.
        for number, encoded in enumerate(tokenizer.encode_batch(list(texts))):
            request.infer(list(_padded(encoded.ids)))
            vectors[number] = request.get_output_tensor(0).data[0]
        return vectors

    return embed


def _padded(ids: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Token numbers (int64) and mask (float32), `1×length` each."""
    length = -(-len(ids) // LENGTHS) * LENGTHS
    tokens, mask = np.zeros((1, length), dtype=np.int64), np.zeros((1, length), dtype=np.float32)
    tokens[0, : len(ids)] = ids
    mask[0, : len(ids)] = 1
    return tokens, mask


def _graph(weights: dict[str, np.ndarray]) -> Model:
    import openvino
    from openvino import opset13 as op

    def number(value: float) -> Any:
        return op.constant(np.array(value, dtype=np.float32))

    def axes(*values: int) -> Any:
        return op.constant(np.array(values, dtype=np.int64))

    def linear(x: Any, name: str) -> Any:
        product = op.matmul(x, op.constant(weights[f"{name}.weight"]), False, True)
        return op.add(product, op.constant(weights[f"{name}.bias"]))

    def normalised(x: Any, name: str) -> Any:
        scaled = op.multiply(
            op.mvn(x, axes(2), True, EPSILON, "inside_sqrt"), op.constant(weights[f"{name}.LayerNorm.weight"])
        )
        return op.add(scaled, op.constant(weights[f"{name}.LayerNorm.bias"]))

    def heads(x: Any) -> Any:
        return op.transpose(op.reshape(x, axes(0, 0, HEADS, DIMENSION // HEADS), True), axes(0, 2, 1, 3))

    def attention(x: Any, bias: Any, name: str) -> Any:
        query, key, value = (heads(linear(x, f"{name}.self.{part}")) for part in ("query", "key", "value"))
        scores = op.multiply(op.matmul(query, key, False, True), number((DIMENSION // HEADS) ** -0.5))
        mixed = op.matmul(op.softmax(op.add(scores, bias), -1), value, False, False)
        joined = op.reshape(op.transpose(mixed, axes(0, 2, 1, 3)), axes(0, 0, DIMENSION), True)
        return normalised(op.add(linear(joined, f"{name}.output.dense"), x), f"{name}.output")

    def layer(x: Any, bias: Any, name: str) -> Any:
        attended = attention(x, bias, f"{name}.attention")
        inner = op.gelu(linear(attended, f"{name}.intermediate.dense"), "erf")
        return normalised(op.add(linear(inner, f"{name}.output.dense"), attended), f"{name}.output")

    def embedded(tokens: Any) -> Any:
        table = {part: weights[f"embeddings.{part}_embeddings.weight"] for part in ("word", "position", "token_type")}
        words = op.gather(op.constant(table["word"]), tokens, axes(0))
        length = op.gather(op.shape_of(tokens), axes(1), axes(0))
        places = op.slice(op.constant(table["position"]), axes(0), length, axes(1), axes(0))
        return normalised(op.add(op.add(words, places), op.constant(table["token_type"][0])), "embeddings")

    inputs = [op.parameter([-1, -1], np.int64), op.parameter([-1, -1], np.float32)]
    tokens, mask = inputs
    bias = op.multiply(op.subtract(op.unsqueeze(mask, axes(1, 2)), number(1)), number(1e9))
    x = embedded(tokens)
    for index in range(LAYERS):
        x = layer(x, bias, f"encoder.layer.{index}")
    # The direction of the sum is that of the mean.
    total = op.reduce_sum(op.multiply(x, op.unsqueeze(mask, axes(2))), axes(1))
    results = [op.divide(total, op.reduce_l2(total, axes(1), True))]
    graph: Any = openvino.Model  # its annotations know no list of plain nodes
    return graph(results, inputs)
