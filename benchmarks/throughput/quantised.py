"""PP-OCR's networks in eight bits: what convolutions and products are given is rounded to 256 steps of a range that was
seen on pages, weights to 255 a channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

Ranges = dict[str, tuple[float, float]]


def observe(model: Any, inputs: Iterable[np.ndarray], compiled: Callable[[Any], Any]) -> Ranges:
    """The least and greatest value that each convolution and product of the model is given; the model is used up."""
    nodes = [node for node, _ in _targets(model)]
    given = {node.get_friendly_name(): node.input_value(0) for node in nodes}
    places: dict[tuple[str, int], list[str]] = {}
    for name, value in given.items():
        places.setdefault((value.get_node().get_friendly_name(), value.get_index()), []).append(name)
    model.add_outputs([given[names[0]] for names in places.values()])
    request = compiled(model).create_infer_request()
    seen: Ranges = {}
    for batch in inputs:
        request.infer([batch])
        for number, names in enumerate(places.values(), 1):
            values = request.get_output_tensor(number).data
            least, most = float(values.min()), float(values.max())
            for name in names:
                before = seen.get(name, (0.0, 0.0))
                seen[name] = (min(before[0], least), max(before[1], most))
    return seen


def quantise(model: Any, ranges: Ranges) -> None:
    """Make the model compute in eight bits where `ranges` has what a layer is given."""
    from openvino import opset13 as operators

    for node, source in list(_targets(model)):
        seen = ranges.get(node.get_friendly_name())
        if seen is None:
            continue
        bounds = [np.array(value, np.float32) for value in _with_zero(*seen)]
        rounded = operators.fake_quantize(node.input_value(0), *bounds, *bounds, 256)
        node.input(0).replace_source_output(rounded.output(0))
        weights = _weights(source)
        axes = tuple(range(1, weights.ndim)) if node.get_type_name() == "Convolution" else _inner(node)
        most = np.maximum(np.abs(weights).max(axis=axes, keepdims=True), 1e-8).astype(np.float32)
        steps = operators.fake_quantize(operators.constant(weights), -most, most, -most, most, 255)
        node.input(1).replace_source_output(steps.output(0))
    model.validate_nodes_and_infer_types()


def _targets(model: Any) -> Iterator[tuple[Any, Any]]:
    """Convolutions and products with known weights, and the node that holds these."""
    for node in model.get_ordered_ops():
        if node.get_type_name() in ("Convolution", "MatMul"):
            source = node.input_value(1).get_node()
            while source.get_type_name() in ("Identity", "Convert"):
                source = source.input_value(0).get_node()
            if source.get_type_name() in ("Constant", "Gather"):
                yield node, source


def _weights(source: Any) -> np.ndarray:
    if source.get_type_name() == "Constant":
        return np.asarray(source.get_data(), np.float32)
    values, chosen, axis = (source.input_value(slot).get_node().get_data() for slot in range(3))
    return np.asarray(np.take(values, chosen, axis=int(axis)), np.float32)


def _inner(product: Any) -> tuple[int]:
    return (1,) if product.get_attributes().get("transpose_b") else (0,)


def _with_zero(least: float, most: float) -> tuple[float, float]:
    """The range, moved so that one of its 256 steps is zero."""
    if least >= 0:
        return 0.0, most
    step = (most - least) / 255
    below = round(-least / step)
    return -below * step, (255 - below) * step
