"""Files that come with the project: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def bundled(name: str) -> Path:
    """The path of `samples`, `ground_truth`, `dagster.yaml` or `workspace.yaml`."""
    for folder in (PACKAGE / "data", PACKAGE.parent / "data", PACKAGE.parent):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"{name} is not part of this installation: install it again")
