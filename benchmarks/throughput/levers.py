"""What each lever of the scan reader is worth: detector and recogniser on receipts, with one thing done otherwise.

The parts are changed from outside; reading itself has no such switches.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from benchmarks import evaluation_data
from benchmarks.throughput.quantised import observe, quantise
from ocr.engines import LINE, Hint, Image, RecognizedLine
from ocr.evaluation.bootstrap import bootstrap_ratio
from ocr.evaluation.text import compare
from ocr.opening.document import open_document
from ocr.recognition import ppocr
from ocr.recognition.crops import cut, reading_quads
from ocr.settings import EngineSettings, ReadingSettings
from ocr_assets.bench import loops
from ocr_assets.bench.others import rapidocr

PAGES, CALIBRATION = 16, 6
CPU = EngineSettings(device="cpu")
LEAST = 0.5
"""Lines the engine is less sure of are dropped, as reading does."""

Read = Callable[[Path], str]


def measure() -> dict[str, Any]:
    known = list(evaluation_data.sroie())
    pages = [(path, truth.pages[0].wording or "") for path, truth in known[:PAGES]]
    rows = []
    for name, (set_up, patches) in _ways([path for path, _ in known[-CALIBRATION:]]).items():
        with ExitStack() as stack:
            for patch in patches:
                stack.enter_context(patch)
            rows.append({"name": name, **_timed(set_up(), pages)})
        print(rows[-1], flush=True)
    return {"ways": rows, "sharing": _sharing([path for path, _ in pages])}


def _ways(others: list[Path]) -> dict[str, tuple[Callable[[], Read], list[Any]]]:
    """How the reader is set up, and what is replaced in it meanwhile."""
    every_side = tuple(range(32, 4097, 32))
    sides = mock.patch.object(ppocr, "SIDES", every_side)
    whole = [mock.patch.object(ppocr, "MAX_SIDE", every_side[-1]), sides]
    eight = EngineSettings(device="cpu", detector_batch=8, recognizer_batch=8)
    return {
        "`RapidOCR()` as shipped": (rapidocr, []),
        "ours": (lambda: _reader(CPU), []),
        "ONNX Runtime": (lambda: _reader(EngineSettings(device="cpu", runtime="onnxruntime")), []),
        "detector on the whole page": (lambda: _reader(CPU), whole),
        "crops padded to 320": (lambda: _reader(CPU), [mock.patch.object(ppocr, "WIDTHS", _at_least(320))]),
        "all 18,710 characters": (lambda: _reader(CPU, languages=()), []),
        "sides and widths by 32": (
            lambda: _reader(CPU),
            [sides, mock.patch.object(ppocr, "WIDTHS", tuple(range(32, 3841, 32)))],
        ),
        "eight inputs together": (lambda: _reader(eight), []),
        "float32": (lambda: _reader(CPU), [_compiling(options={"INFERENCE_PRECISION_HINT": "f32"})]),
        "INT8": (lambda: _reader(CPU), [_in_eight_bits(others)]),
        "next line while one is decoded": (lambda: _reader(CPU), [_in_flight()]),
    }


def _reader(settings: EngineSettings, languages: Sequence[str] = ("en", "de")) -> Read:
    detector, recognizer = ppocr.PPOCRDetector(settings), ppocr.PPOCRRecognizer(settings, languages)

    def read(path: Path) -> str:
        image = _image(path)
        (quads,) = detector.detect([image])
        lines = recognizer.recognize(cut(image, reading_quads(quads)))
        return "\n".join(line.text for line in lines if line.confidence >= LEAST)

    return read


def _image(path: Path) -> Image:
    settings = ReadingSettings()
    with open_document(path.read_bytes(), settings.limits) as document:
        return document.page(1, settings.pages.dpi, settings.pages.max_side).image


def _timed(read: Read, pages: Sequence[tuple[Path, str]]) -> dict[str, Any]:
    """Seconds a page, by the clock and the processor, and word F1; the first page is read once before."""
    read(pages[0][0])
    scores, wall, processor = [], time.perf_counter(), time.process_time()
    texts = [read(path) for path, _ in pages]
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    for text, (_, truth) in zip(texts, pages, strict=True):
        scores.append(compare(truth.casefold(), text.casefold()).bag)
    words = bootstrap_ratio([2 * s.matched for s in scores], [s.truth + s.read for s in scores])
    return {"wall": wall / len(pages), "processor": processor / len(pages), "f1": [words.value, words.low, words.high]}


def _at_least(width: int) -> tuple[int, ...]:
    return tuple(w for w in ppocr.WIDTHS if w >= width)


def _compiling(options: dict[str, Any] | None = None, change: Callable[[Any], None] | None = None) -> Any:
    """Patches how OpenVINO compiles: with more options, or a model that was changed before."""
    import openvino

    compile_model = openvino.Core.compile_model

    def compiled(core: Any, model: Any, device: str, given: dict[str, Any]) -> Any:
        if change is not None:
            change(model)
        return compile_model(core, model, device, given | (options or {}))

    return mock.patch.object(openvino.Core, "compile_model", compiled)


def _in_eight_bits(pages: Sequence[Path]) -> Any:
    """Ranges of both networks as seen on other receipts."""
    import openvino

    core, compile_model = openvino.Core(), openvino.Core.compile_model

    def compiled(model: Any) -> Any:
        return compile_model(core, model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def change(model: Any) -> None:
        if model.input(0).partial_shape[2].is_static:
            inputs = _crops(pages)
        else:
            inputs = (ppocr._detector_input(_image(page))[np.newaxis] for page in pages)
        quantise(model, observe(model.clone(), inputs, compiled))

    return _compiling(change=change)


def _crops(pages: Sequence[Path]) -> Iterator[np.ndarray]:
    detector = ppocr.PPOCRDetector(EngineSettings(device="cpu", runtime="onnxruntime"))
    for page in pages:
        image = _image(page)
        (quads,) = detector.detect([image])
        for crop in itertools.islice(cut(image, reading_quads(quads)), 0, None, 4):
            line = ppocr._line_image(crop)
            bucket = next(width for width in ppocr.WIDTHS if width >= line.shape[1])
            yield ppocr._recognizer_input(line, bucket)[np.newaxis]


def _in_flight() -> Any:
    """The recogniser with two requests: one is computed while the answer of the other is decoded."""
    from concurrent.futures import ThreadPoolExecutor

    ahead = ThreadPoolExecutor(1)

    def read(self: ppocr.PPOCRRecognizer, crops: Sequence[Image], hint: Hint = LINE) -> list[RecognizedLine]:
        lines = [ppocr._line_image(crop) for crop in crops]
        buckets = [next(width for width in ppocr.WIDTHS if width >= line.shape[1]) for line in lines]
        order = sorted(range(len(crops)), key=lambda i: buckets[i])

        def infer(i: int) -> np.ndarray:
            return self._network.run(ppocr._recognizer_input(lines[i], buckets[i])[np.newaxis])[0].copy()

        found: dict[int, RecognizedLine] = {}
        under_way = [(i, ahead.submit(infer, i)) for i in order]
        for i, future in under_way:
            steps = future.result()
            grey = ppocr._grey(lines[i])
            found[i] = ppocr.decode(steps, self._characters, grey, buckets[i] / len(steps))
        return [found[i] for i in range(len(crops))]

    return mock.patch.object(ppocr.PPOCRRecognizer, "_read", read)


def _sharing(pages: list[Path]) -> list[dict[str, Any]]:
    """Pages a second on two cores: one process of two threads, two of one."""
    rows = []
    for processes, threads in ((1, 1), (1, 2), (2, 1)):
        with _environment(OCR_ENGINES__THREADS=str(threads)):
            timed = loops.run("ocr_assets.bench.loops:text", pages, processes, threads)
        rows.append({"processes": processes, "threads": threads, "rate": timed.rate})
        print(rows[-1], flush=True)
    return rows


@contextmanager
def _environment(**variables: str) -> Generator[None]:
    with mock.patch.dict(os.environ, variables):
        yield


def report(figures: dict[str, Any], folder: Path) -> list[str]:
    base = next(row for row in figures["ways"] if row["name"] == "ours")
    lines = [
        "## Levers of the scan reader",
        "",
        f"Detector and recogniser on {PAGES} receipts in one process of one thread (RapidOCR chooses its own",
        "threads), with one thing done otherwise at a time: a lever is worth what its line costs more than ours. That",
        "of threads is apart, on two cores.",
        "",
        "| way | s a page | processor s a page | ÷ ours | word F1 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in figures["ways"]:
        value, low, high = row["f1"]
        ratio = row["processor"] / base["processor"]
        lines.append(
            f"| {row['name']} | {row['wall']:.3f} | {row['processor']:.3f} | {ratio:.2f} | "
            f"{value:.4f} ({low:.3f}–{high:.3f}) |"
        )
    lines += ["", "| processes | threads each | pages a second |", "| --- | --- | --- |"]
    lines += [f"| {row['processes']} | {row['threads']} | {row['rate']:.2f} |" for row in figures["sharing"]]
    return lines
