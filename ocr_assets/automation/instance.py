"""The Dagster instance of a home: the same one for the command line, its workers and the UI."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg

from ocr_assets.bundle import bundled
from resources.settings import home

IN_CHECKOUT = "ocr_home/dagster"  # the path in the bundled dagster.yaml, relative to the checkout


def dagster_home() -> Path:
    """`DAGSTER_HOME` where a person has set it, else `<home>/dagster`, made with its `dagster.yaml` where missing."""
    if os.environ.get("DAGSTER_HOME"):
        return Path(os.environ["DAGSTER_HOME"])
    folder = home() / "dagster"
    config = folder / "dagster.yaml"
    if not config.exists():
        folder.mkdir(parents=True, exist_ok=True)
        config.write_text(bundled("dagster.yaml").read_text().replace(IN_CHECKOUT, str(folder)))
    return folder


def open_instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.from_config(str(dagster_home()))
