"""Experiments in the lake, each a folder: what came of it as JSON, as a report to be read, and as a plot.

<root>/experiments/<variant>/<id>/experiment.json      written last: without it there is no experiment
<root>/experiments/<variant>/<id>/report.md
<root>/experiments/<variant>/<id>/plot.png
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter
from upath import UPath

from ocr.errors import OcrError
from resources.experiments.experiment import Experiment, as_json
from resources.experiments.plot import plot
from resources.experiments.report import report
from resources.lake import Lake

FOLDER, HEAD = "experiments", "experiment.json"


class NoSuchExperiment(OcrError):
    """No experiment with the variant is kept."""


def keep(lake: Lake, experiment: Experiment) -> UPath:
    """Keep an experiment; returns its folder."""
    folder = lake.root / FOLDER / experiment.variant / experiment.id
    lake.write(folder / "report.md", report(experiment).encode())
    lake.write(folder / "plot.png", plot(experiment))
    lake.write(folder / HEAD, as_json(experiment).encode())
    return folder


def kept(lake: Lake, variant: str) -> list[str]:
    """Ids of the experiments with a variant, oldest first."""
    return sorted(head.parent.name for head in (lake.root / FOLDER / variant).glob(f"*/{HEAD}"))


def latest(lake: Lake, variant: str) -> Experiment:
    """The newest experiment with a variant. Raises `NoSuchExperiment`."""
    there = kept(lake, variant)
    if not there:
        raise NoSuchExperiment(
            f"there is no experiment with {variant}: `ocr-assets experiment run {variant}` makes one"
        )
    return load(lake, variant, there[-1])


def documents_tried(lake: Lake) -> set[str]:
    """Keys of all documents that experiments read aside."""
    heads = (lake.root / FOLDER).glob(f"*/*/{HEAD}")
    return {key for head in heads for key in json.loads(head.read_bytes()).get("documents", [])}


def load(lake: Lake, variant: str, name: str) -> Experiment:
    found: Any = json.loads((lake.root / FOLDER / variant / name / HEAD).read_bytes())
    return TypeAdapter(Experiment).validate_python(found)
