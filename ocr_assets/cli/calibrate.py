"""`ocr-assets calibrate`: confidences fitted on one's own ground truth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from ocr_assets.cli.app import console, fail, open_lake, open_ledger
from resources.settings import Settings, home, load_settings

if TYPE_CHECKING:
    from ocr.assembly import Engines
    from ocr.recognition.fitting import KnownLine

FEWEST = 300
"""Lines with known text below which a fit would follow chance."""


def register(app: typer.Typer) -> None:
    app.command()(calibrate)


def calibrate(
    to: Path | None = typer.Option(None, help="Where the calibration is written (default: <home>/calibration.json)."),
) -> None:
    """Fit how sure the reader is on the documents that were read and have ground truth for their text."""
    from ocr.assembly import Engines
    from ocr.recognition.calibration import save
    from ocr.recognition.fitting import fit_calibration

    settings = load_settings()
    engines = Engines(settings.reading)
    lines = list(_lines(settings, engines))
    known = sum(line.truth is not None for line in lines)
    if known < FEWEST:
        fail(f"{known} lines with known text: a calibration takes at least {FEWEST}. Add documents with ground truth.")
    names = [engine.name for engine in (engines.recognizer, engines.second) if engine is not None]
    documents = len({line.document for line in lines})
    file = to or home() / "calibration.json"
    save(fit_calibration(lines, names, f"{known} lines of {documents} pages with ground truth"), file)
    console.print(f"Fitted on {known} lines of {documents} pages: {escape(str(file))}")
    advice = f'Set `calibration = "{file}"` under [text]; `ocr-assets run` then reads again what is stale.'
    console.print(escape(advice), soft_wrap=True)


def _lines(settings: Settings, engines: Engines) -> Iterator[KnownLine]:
    from ocr.evaluation.truth import find_truth
    from ocr.recognition.known import known_lines
    from resources.batch import open_reading

    ledger, lake = open_ledger(settings), open_lake(settings)
    outputs = ledger.outputs()
    stages = ("pages", "regions")
    for document in ledger.documents():
        truth = find_truth(document.sha256, settings.truth_folders)
        mine = outputs.get(document.document, {})
        if truth is None or document.superseded_by is not None or document.environment != "live":
            continue
        if any(stage not in mine or mine[stage].status == "rejected" for stage in stages):
            continue
        reading = open_reading(document, stages, mine, lake)
        yield from known_lines(
            document.document, truth, reading.pages, reading.boxes, reading.images, engines.recognizer, engines.second
        )
